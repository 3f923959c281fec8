"""What every command shares: where output goes, the workspace, and the way into the app."""

from __future__ import annotations

import codecs
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from tracefix_tui.model.text import json_text, safe

if TYPE_CHECKING:
    from tracefix_tui.store.workspace import Workspace

OpenApp = Callable[[Sequence[str], bool, Path | None], int]


@dataclass
class State:
    """Handed from the composition root to every command. `open_app(paths, tour, root)` starts the terminal app."""

    open_app: OpenApp

    @cached_property
    def workspace(self) -> Workspace:
        """The workspace of the current directory; what an interrupted accept left is finished or undone first."""
        from tracefix_tui.store.accept import recover
        from tracefix_tui.store.workspace import Workspace

        found = Workspace.find(Path.cwd())
        for line in recover(found):
            say(line)
        return found


pass_state = click.make_pass_decorator(State)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")


def data(text: str) -> None:
    """Print data to stdout: control characters are made visible, undecodable bytes too."""
    _write(sys.stdout, safe(text))


def emit(value: object) -> None:
    """Print a value to stdout as JSON."""
    _write(sys.stdout, json_text(value, ascii_only=not _speaks_unicode(sys.stdout)))


def emit_line(value: object) -> None:
    """Print a value to stdout as one line of JSON."""
    _write(sys.stdout, json_text(value, indent=None, ascii_only=not _speaks_unicode(sys.stdout)))


def emit_file(text: str) -> None:
    """Print a part of a file to stdout, in UTF-8 and with its own line ends; on a terminal made visible like data."""
    if sys.stdout.isatty():
        click.echo(safe(text), nl=False)
    else:
        click.echo(text.encode("utf-8", "replace"), nl=False)


def say(text: str) -> None:
    """Tell the user something on stderr."""
    _write(sys.stderr, safe(text))


def _write(stream: TextIO, text: str) -> None:
    if not _speaks_unicode(stream):  # a pipe or an old console on Windows: letters it does not know become escapes
        text = text.encode(stream.encoding, "backslashreplace").decode(stream.encoding)
    click.echo(text, file=stream)


def _speaks_unicode(stream: TextIO) -> bool:
    return codecs.lookup(stream.encoding or "utf-8").name.startswith("utf")
