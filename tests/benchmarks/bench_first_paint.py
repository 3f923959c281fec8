"""First paint of a trace, against a bare Textual app: both from the start of the process, by turns."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median

from tests.benchmarks.measuring import Stamped, app, by_turns, report, spread
from tests.benchmarks.traces import ROOT

_BARE = """
from textual.app import App
from textual.widgets import Static

class Bare(App):
    def compose(self):
        yield Static("bare-app")

Bare().run()
"""


def test_first_paint(tmp_path: Path, compiled: None, trace_file: Callable[[str], Path]) -> None:
    bare = tmp_path / "bare.py"
    bare.write_text(_BARE, encoding="utf-8")
    opening = app("open", trace_file("30 spans"))

    def paint(command: list[str], text: str) -> float:
        with Stamped(command, tmp_path) as run:
            return run.first(text)

    ours, theirs = by_turns(lambda: paint(opening, ROOT), lambda: paint([sys.executable, str(bare)], "bare-app"))
    report("first paint, 30 spans", f"{spread(ours)}, bare app {spread(theirs)}: {median(ours) / median(theirs):.2f}x")
