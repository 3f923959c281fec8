"""`demo`: the whole loop in a throw-away workspace."""

from __future__ import annotations

from pathlib import Path

import click

from tracefix_tui.cli.state import State, data, pass_state, say


@click.command("demo")
@click.option("--headless", is_flag=True, help="Play the loop without a screen and print each step.")
@click.option(
    "--into", "folder", type=click.Path(path_type=Path), help="Make the workspace in this new folder and keep it."
)
@click.option("--no-open", is_flag=True, help="Only make the workspace.")
@pass_state
def command(state: State, headless: bool, folder: Path | None, no_open: bool) -> int:
    """Try see, edit, replay, diff and accept on two failing traces, with the offline model. No key, no network.

    Example: tracefix-tui demo
    """
    from tracefix_tui.demo.workspace import AGENT, REFUND, make

    root = make(folder)
    if headless:
        from tracefix_tui.demo.script import play

        for line in play(root):
            data(line)
        return 0
    if no_open:
        data(str(root))
        return 0
    code = state.open_app([str(root / REFUND), str(root / AGENT)], True, root)
    say(f"The demo's workspace is {root}; delete it whenever you like")
    return code
