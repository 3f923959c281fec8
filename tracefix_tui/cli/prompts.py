"""`prompts`: the prompt files of the workspace."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import IO

import click

from tracefix_tui.cli.state import State, data, emit, json_option, pass_state, say
from tracefix_tui.model.errors import EXIT_FAILED, EXIT_OK, BadInput, PromptInvalid
from tracefix_tui.model.json_value import JsonObject
from tracefix_tui.model.text import plural, safe_line


@click.group("prompts")
def command() -> None:
    """The prompt files: list, show, render, check.

    Example: tracefix-tui prompts render answer --set question="Can I return it?"
    """


@command.command("list")
@json_option
@pass_state
def list_command(state: State, as_json: bool) -> None:
    """List the prompt files with their models and placeholders."""
    from tracefix_tui.prompts.file import PromptFile, list_prompts, prompt_path

    rows: list[JsonObject] = []
    for name in list_prompts(state.workspace.prompts_dir):
        try:
            file = PromptFile.read(prompt_path(state.workspace.prompts_dir, name))
        except PromptInvalid as error:
            say(f"warning: {error}")
            continue
        rows.append(
            {"name": name, "model": file.model, "variables": list(file.variables), "description": file.description}
        )
    if as_json:
        emit({"prompts": rows})
        return
    for row in rows:
        variables = row["variables"]
        names = " ".join(map(str, variables)) if isinstance(variables, list) else ""
        data(f"{row['name']:<28} {row['model'] or '-':<28} {names}".rstrip())
    if not rows:
        say(f"no prompts in {state.workspace.prompts_dir}; `accept` writes the first")


@command.command("show")
@click.argument("name")
@click.option("--rev", help="As of this commit.")
@json_option
@pass_state
def show_command(state: State, name: str, rev: str | None, as_json: bool) -> None:
    """Print a prompt file."""
    from tracefix_tui.prompts.file import PromptFile, prompt_path
    from tracefix_tui.store.history import text_at

    if rev is None:
        text = PromptFile.read(prompt_path(state.workspace.prompts_dir, name)).text()
    else:
        text = text_at(state.workspace, name, rev)
    if as_json:
        emit({"name": name, "rev": rev, "text": text})
    else:
        data(text.rstrip("\n"))


@command.command("render")
@click.argument("name")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="A variable.")
@click.option("--vars", "variables_file", type=click.File(encoding="utf-8"), help="A JSON file of variables.")
@click.option("--json", is_flag=True, expose_value=False, help="JSON is what it prints in any case.")
@pass_state
def render_command(state: State, name: str, settings: Sequence[str], variables_file: IO[str] | None) -> None:
    """Print what `litellm.completion` would be given."""
    from tracefix_tui.prompts import load

    variables: JsonObject = {}
    if variables_file is not None:
        try:
            read = json.load(variables_file)
        except ValueError as error:
            raise BadInput(f"not JSON: {error}", where="--vars", hint="Give a JSON object") from error
        if not isinstance(read, dict):
            raise BadInput("not a JSON object", where="--vars", hint='For example {"question": "Can I return it?"}')
        variables.update(read)
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals:
            raise BadInput(f"--set {setting!r} is not NAME=VALUE", hint='For example --set question="Can I return it?"')
        variables[key] = value
    emit(load(name, root=state.workspace.prompts_dir).render(**variables))


@command.command("check")
@click.argument("names", nargs=-1)
@json_option
@pass_state
def check_command(state: State, names: Sequence[str], as_json: bool) -> int:
    """Check prompt files. Exits with 1 when one has a problem."""
    from tracefix_tui.prompts.file import PromptFile, check, list_prompts, prompt_path

    problems: list[dict[str, str]] = []
    known = list_prompts(state.workspace.prompts_dir)
    chosen = [name.removesuffix(".prompt.yml").removesuffix(".prompt.yaml") for name in names] or list(known)
    if unknown := next((name for name in chosen if name not in known), None):
        raise BadInput(f"no prompt is called {unknown!r}", hint="`tracefix-tui prompts list` names them")
    for name in chosen:
        try:
            found = check(PromptFile.read(prompt_path(state.workspace.prompts_dir, name)))
        except PromptInvalid as error:
            found = [str(error)]
        problems += [{"prompt": name, "problem": p} for p in found]
    if as_json:
        emit({"problems": problems})
    else:
        for row in problems:
            data(safe_line(f"{row['prompt']}: {row['problem']}"))
        if not problems:
            data(f"{plural(len(chosen), 'prompt')}: no problem")
    return EXIT_FAILED if problems else EXIT_OK
