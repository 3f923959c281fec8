"""The command line: a group whose commands are imported only when they are called."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

import click

from tracefix_tui import __version__
from tracefix_tui.cli.outcome import outcome
from tracefix_tui.cli.state import OpenApp, State

COMMANDS: dict[str, str] = {
    "open": "Open traces in the terminal app.",
    "demo": "Try the whole loop in a throw-away workspace: no key, no network.",
    "show": "Print a trace as a tree, or everything in it as JSON.",
    "diagnose": "Name what is wrong with a trace, with the evidence.",
    "check": "Run checks over rows of a JSONL file.",
    "replay": "Send a recorded call again, changed or as it was.",
    "accept": "Commit an attempt's prompt and add its case to the golden dataset.",
    "golden": "The golden dataset: list, show, add, remove, tag, export, import.",
    "prompts": "The prompt files: list, show, render, check.",
    "history": "The versions of a prompt: list, diff, restore.",
    "doctor": "Tell what this installation can do, for a bug report.",
    "config": "Show or check the configuration.",
}


_EXIT_CODES = (
    "Exit codes: 0 pass, 1 a check or case failed, 2 bad usage, input or configuration, "
    "3 provider unreachable or unmeasured, 130 stopped."
)


class LazyGroup(click.Group):
    """A group that knows its commands' names and one-line helps, and imports `tracefix_tui.cli.NAME` on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All command names, in the order of the loop."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"tracefix_tui.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=_EXIT_CODES,
)
@click.version_option(__version__, prog_name="tracefix-tui")
def tracefix() -> None:
    """From a failing LLM trace to a committed fix and a regression test.

    Open any exported trace, see what the model saw and what is wrong, edit, replay, diff, accept.
    """


def run(argv: Sequence[str] | None, open_app: OpenApp) -> int:
    """Run one command and give its exit code; errors become one line on stderr."""
    return outcome(lambda: _run(argv, open_app))


def _run(argv: Sequence[str] | None, open_app: OpenApp) -> object:
    try:
        return tracefix.main(args=None if argv is None else list(argv), standalone_mode=False, obj=State(open_app))
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort as abort:
        raise KeyboardInterrupt from abort
