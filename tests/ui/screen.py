"""Helpers for tests of the screens: an app on traces made by hand, and what is on its screen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from samples import file_of
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widget import Widget

from tracefix_tui.model.check import Evidence, Finding, Suggestion, Verdict
from tracefix_tui.model.trace import Trace
from tracefix_tui.ui.app import TracefixApp
from tracefix_tui.ui.ink import InkApp
from tracefix_tui.ui.library import Library
from tracefix_tui.ui.screens.trace_work import Diagnosed

WIDE, NARROW = (160, 48), (80, 24)


def lines(app: App[object]) -> list[str]:
    """The rows of the screen as text."""
    return [strip.text for strip in app.screen._compositor.render_strips()]


def text(app: App[object]) -> str:
    """The whole screen as text."""
    return "\n".join(lines(app))


@asynccontextmanager
async def opened(*traces: Trace, size: tuple[int, int] = WIDE) -> AsyncIterator[tuple[TracefixApp, Pilot[int]]]:
    """The app on some traces, once its workers are done."""
    library = Library()
    library.add(file_of(*traces))
    app = TracefixApp(library)
    async with app.run_test(size=size, notifications=True) as pilot:
        await settled(app, pilot)
        yield app, pilot


async def settled(app: App[object], pilot: Pilot[int]) -> None:
    """Wait for the workers, and for what they sent to be painted."""
    await pilot.pause()
    await app.workers.wait_for_complete()
    await pilot.pause()
    await pilot.pause()


async def press(app: App[object], pilot: Pilot[int], *keys: str) -> None:
    """Press keys and wait until all is painted."""
    for key in keys:
        await pilot.press(key)
    await settled(app, pilot)


class Holder(InkApp):
    """An app that holds one widget."""

    def __init__(self, widget: Widget) -> None:
        super().__init__()
        self.widget = widget

    def compose(self) -> ComposeResult:
        yield self.widget

    def on_mount(self) -> None:
        self.widget.focus()


def finding(span: str, check: str, *evidence: Evidence, message: str = "is wrong", severity: str = "fail") -> Finding:
    suggest = (Suggestion("raise top_k to 4", "the rule ranked fourth"),)
    return Finding(
        "7f3ac21e0000", span, Verdict(check, "fail", message, None, evidence, "grounding", severity, suggest)
    )  # type: ignore[arg-type]


def diagnosed(app: TracefixApp, *findings: Finding) -> None:
    """Give the screen these findings instead of those of the checks."""
    entry = app.trace_screen.entry
    assert entry is not None
    app.trace_screen.post_message(Diagnosed(entry, findings))
