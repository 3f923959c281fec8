"""`open`: the terminal app on one or more trace files."""

from __future__ import annotations

import click

from tracefix_tui.cli.state import State, pass_state


@click.command("open")
@click.argument("files", nargs=-1, type=click.Path())
@pass_state
def command(state: State, files: tuple[str, ...]) -> int:
    """Open traces in the terminal app. `-` reads standard input.

    Example: tracefix-tui open trace.json
    """
    return state.open_app(files, False, None)
