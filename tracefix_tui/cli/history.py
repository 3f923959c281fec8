"""`history`: the versions of a prompt."""

from __future__ import annotations

import click

from tracefix_tui.cli.state import State, data, emit, json_option, pass_state, say
from tracefix_tui.model.text import safe_line


@click.command("history")
@click.argument("name")
@click.option("--diff", "pair", nargs=2, metavar="REV REV", help="Show what changed between two commits.")
@click.option("--restore", "restore_to", metavar="REV", help="Write the file as it was at a commit; commits nothing.")
@json_option
@pass_state
def command(state: State, name: str, pair: tuple[str, str] | None, restore_to: str | None, as_json: bool) -> None:
    """The versions of a prompt file, each a commit, with the trace and the golden case behind it.

    Example: tracefix-tui history refund_answer
    """
    from tracefix_tui.store.history import diff_between, restore_version, versions

    if pair:
        diff = diff_between(state.workspace, name, *pair)
        emit({"diff": diff}) if as_json else data(diff or "no difference")
        return
    if restore_to:
        path = restore_version(state.workspace, name, restore_to)
        emit({"path": str(path)}) if as_json else say(f"{path} is as at {restore_to}; commit it to keep it")
        return
    found = versions(state.workspace, name)
    if as_json:
        emit({"versions": [v.to_public() for v in found]})
        return
    for v in found:
        facts = [f"{key} {v.trailers[key]}" for key in ("Failure-Mode", "Golden-Case") if key in v.trailers]
        line = f"{v.short}  {v.date[:10]}  +{v.added} -{v.removed}  {v.author}  {v.subject}"
        data(safe_line("   ".join([line, *facts])))
    if not found:
        say(f"no commit holds prompts/{name}.prompt.yml")
