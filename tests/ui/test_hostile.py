"""Text that tries to reach the terminal, or to be markup, reaches neither on any screen."""

from __future__ import annotations

import re

import pytest
from samples import HOSTILE, hostile_trace
from screen import NARROW, WIDE, diagnosed, finding, lines, opened, press, settled, text

from tracefix_tui.model.check import Evidence

CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_no_control_character_reaches_the_screen(size: tuple[int, int]) -> None:
    async with opened(hostile_trace(), size=size) as (app, pilot):
        where = Evidence("h4", "messages[0].content", 0, 40, HOSTILE)
        diagnosed(
            app, finding("h4", HOSTILE, where, message=HOSTILE), finding("h3", HOSTILE, Evidence("h3", "tool.result"))
        )
        await settled(app, pilot)
        assert app.trace_screen.findings
        for keys in (
            ["1"],
            ["tab"],
            ["tab"],
            ["tab", "end"],
            ["2"],
            ["z"],
            ["z"],
            ["question_mark"],
            ["escape"],
            ["ctrl+o"],
            ["s"],
            ["up"],
            ["up"],
            ["up"],
            ["Y"],
            ["escape"],
            ["tab", "w"],
        ):
            await press(app, pilot, *keys)
            shown = text(app)
            assert not CONTROL.search(shown.replace("\n", "")), keys
        assert any("[@click=app.quit]" in line for line in lines(app)) or any("[31mred" in line for line in lines(app))


async def test_notifications_are_not_markup() -> None:
    async with opened(hostile_trace()) as (app, pilot):
        app.library.notes.append(HOSTILE)
        app._settle_in()
        await pilot.pause(0.2)
        assert "[/end]" in text(app)
        assert not CONTROL.search(text(app).replace("\n", ""))
