"""`golden`: the golden dataset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Literal

import click

from tracefix_tui.cli.state import State, data, emit, emit_file, json_option, pass_state, say
from tracefix_tui.model.errors import EXIT_BAD_INPUT, EXIT_OK, BadInput
from tracefix_tui.model.text import clip, plural, safe_line

_PROBLEMS_TOLD = 20


@click.group("golden")
def command() -> None:
    """The golden dataset: list, show, add, remove, tag, export, import.

    Example: tracefix-tui golden list --tag retrieval-miss
    """


@command.command("list")
@click.option("--set", "set_name", help="Only this set.")
@click.option("--tag", help="Only cases with this tag.")
@click.option("--prompt", help="Only cases of this prompt.")
@click.option("--text", help="Only cases in which this text occurs.")
@click.option("--limit", default=1000, show_default=True, type=click.IntRange(min=1))
@json_option
@pass_state
def list_command(
    state: State, set_name: str | None, tag: str | None, prompt: str | None, text: str | None, limit: int, as_json: bool
) -> None:
    """List cases."""
    from tracefix_tui.store.golden import GoldenStore

    store = GoldenStore(state.workspace)
    cases = store.list(set_name=set_name, tag=tag, prompt=prompt, text=text, limit=limit)
    total = store.count(set_name=set_name, tag=tag, prompt=prompt, text=text)
    if as_json:
        emit({"cases": [case.model_dump(mode="json") for case in cases], "total": total, "version": store.version()})
        return
    for case in cases:
        data(f"{case.prompt}/{case.name:<32}  {plural(len(case.checks), 'check')}  {' '.join(case.tags)}")
    if len(cases) < total:
        say(f"{len(cases)} shown of {total}; raise --limit")
    if not cases:
        say("no cases; `tracefix-tui accept` adds the first")


@command.command("show")
@click.argument("name")
@json_option
@pass_state
def show_command(state: State, name: str, as_json: bool) -> None:
    """Show a case, by NAME or PROMPT/NAME."""
    from tracefix_tui.store.golden import GoldenStore

    case = GoldenStore(state.workspace).find(name)
    if as_json:
        emit(case.model_dump(mode="json"))
        return
    data(f"{case.prompt}/{case.name}   set {case.set_name}   {' '.join(case.tags)}")
    for message in case.messages:
        data(f"{message.get('role')}: {clip(str(message.get('content') or ''), 300)}")
    data(f"bad output: {clip(str((case.bad_output or {}).get('content') or '-'), 300)}")
    data(f"expected: {clip(case.expected or '(checks only)', 300)}")
    for check in case.checks:
        data(f"check: {safe_line(check.spec.label)}")
    if case.provenance.trace_id:
        data(f"from trace {safe_line(case.provenance.trace_id)}, span {safe_line(case.provenance.span_id or '-')}")


@command.command("add")
@click.argument("file", type=click.Path())
@click.option("--name", required=True, help="The name of the case.")
@click.option("--prompt", required=True, help="The prompt it belongs to.")
@click.option("--span", "span_id", help="The LLM span. Default: the last call.")
@click.option("--tag", "tags", multiple=True, help="A failure mode.")
@click.option("--expected", help="The wanted answer.")
@click.option("--check", "checks", multiple=True, metavar="SPEC", help='A check: "contains:30 days".')
@click.option("--set", "set_name", default="default", show_default=True)
@json_option
@pass_state
def add_command(
    state: State,
    file: str,
    name: str,
    prompt: str,
    span_id: str | None,
    tags: Sequence[str],
    expected: str | None,
    checks: Sequence[str],
    set_name: str,
    as_json: bool,
) -> None:
    """Add a recorded call as a case, without an attempt and without a commit."""
    from tracefix_tui.checks import parse_spec
    from tracefix_tui.readers import open_trace
    from tracefix_tui.store.golden import GoldenStore
    from tracefix_tui.workbench.accepting import case_check, case_of_recording, scrubbed
    from tracefix_tui.workbench.recording import choose_span, record

    opened = open_trace(file)
    traces = [t for t in opened.traces if span_id is None or any(s.id.startswith(span_id) for s in t.spans)]
    if not traces:
        raise BadInput(f"no span {span_id!r}", where=file, hint="`tracefix-tui show FILE` lists the spans")
    recording = record(
        traces[0],
        choose_span(traces[0], span_id),
        path=file,
        source_format=opened.source.format,
        prompts_dir=state.workspace.prompts_dir,
    )
    case = case_of_recording(recording, prompt=prompt, name=name, tags=tags, expected=expected, set_name=set_name)
    extra = [case_check(parse_spec(spec)) for spec in checks]
    case = case.model_copy(update={"checks": [*case.checks, *extra]})
    case = scrubbed(case)
    GoldenStore(state.workspace).add(case)
    if as_json:
        emit(case.model_dump(mode="json"))
    else:
        say(f"added {case.prompt}/{case.name}")


@command.command("remove")
@click.argument("name")
@json_option
@pass_state
def remove_command(state: State, name: str, as_json: bool) -> None:
    """Remove a case from the dataset, and its file from the work tree."""
    from tracefix_tui.store.golden import GoldenStore

    store = GoldenStore(state.workspace)
    case = store.find(name)
    store.remove(case.prompt, case.name)
    if as_json:
        emit(case.model_dump(mode="json"))
    else:
        say(f"removed {case.prompt}/{case.name}")


@command.command("tag")
@click.argument("name")
@click.argument("tags", nargs=-1, required=True)
@click.option("--remove", "removing", is_flag=True, help="Take the tags away.")
@json_option
@pass_state
def tag_command(state: State, name: str, tags: Sequence[str], removing: bool, as_json: bool) -> None:
    """Tag a case with failure modes."""
    from tracefix_tui.store.golden import GoldenStore

    store = GoldenStore(state.workspace)
    case = store.find(name)
    change = store.untag if removing else store.tag
    changed = change(case.prompt, case.name, *tags)
    if as_json:
        emit(changed.model_dump(mode="json"))
    else:
        say(f"{changed.prompt}/{changed.name}: {' '.join(changed.tags) or 'no tags'}")


@command.command("export")
@click.option("--set", "set_name", help="Only this set.")
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True)
@pass_state
def export_command(state: State, set_name: str | None, form: Literal["jsonl", "csv"]) -> None:
    """Print the dataset as JSONL or CSV."""
    from tracefix_tui.store.golden import GoldenStore

    for line in GoldenStore(state.workspace).export(form, set_name=set_name):
        emit_file(line)


@command.command("import")
@click.argument("file", required=False, type=click.Path())
@click.option("--set", "set_name", help="The set, for rows that name none.")
@click.option("--replace", is_flag=True, help="Replace cases of the same name.")
@click.option("--prompt", default="imported", show_default=True, help="The prompt, for rows that name none.")
@json_option
@pass_state
def import_command(
    state: State, file: str | None, set_name: str | None, replace: bool, prompt: str, as_json: bool
) -> int:
    """Add cases from a JSONL or CSV file, or `-`; without a file, rebuild the dataset from prompts/golden/."""
    from tracefix_tui.store.golden import GoldenStore

    store = GoldenStore(state.workspace)
    if file is None:
        report = store.rebuild()
    else:
        report = store.import_rows(Path(file), prompt=prompt, set_name=set_name, replace=replace)
    for problem in report.problems[:_PROBLEMS_TOLD]:
        say(f"not imported: {problem}")
    if len(report.problems) > _PROBLEMS_TOLD:
        say(f"not imported: {len(report.problems) - _PROBLEMS_TOLD} more rows")
    if report.ignored:
        say(f"columns without a meaning here: {', '.join(report.ignored)}")
    if report.secrets:
        say(f"{plural(report.secrets, 'secret')} taken out")
    if as_json:
        emit({**asdict(report), "version": store.version()})
    else:
        say(f"{report.added} added, {report.replaced} replaced, {report.unchanged} unchanged")
    return EXIT_BAD_INPUT if report.problems else EXIT_OK
