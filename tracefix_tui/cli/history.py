"""`history`: the versions of a prompt."""

from __future__ import annotations

import click

from tracefix_tui.cli.state import State, data, emit, json_option, pass_state, say
from tracefix_tui.model.text import safe_line


@click.command("history")
@click.argument("name")
@click.option("--diff", "pair", nargs=2, metavar="REV REV", help="Show what changed between two commits.")
@click.option("--restore", metavar="REV", help="Write the file as it was at a commit; commits nothing.")
@json_option
@pass_state
def command(state: State, name: str, pair: tuple[str, str] | None, restore: str | None, as_json: bool) -> None:
    """The versions of a prompt file, each a commit, with the trace and the golden case behind it.

    Example: tracefix-tui history refund_answer
    """
    from tracefix_tui.store.history import diff_between, restore_version, versions

    if pair:
        data(diff_between(state.workspace, name, *pair).rstrip("\n"))
        return
    if restore:
        path = restore_version(state.workspace, name, restore)
        say(f"{path} is as at {restore}; commit it to keep it")
        return
    found = versions(state.workspace, name)
    if as_json:
        emit({"versions": [v.to_public() for v in found]})
        return
    for v in found:
        cases = f"   case {v.trailers['Golden-Case']}" if "Golden-Case" in v.trailers else ""
        modes = f"   {v.trailers['Failure-Mode']}" if "Failure-Mode" in v.trailers else ""
        data(safe_line(f"{v.commit[:9]}  {v.date[:10]}  {v.author}  {v.subject}{modes}{cases}"))
    if not found:
        say(f"no commit holds prompts/{name}.prompt.yml")
