"""Whatever a trace holds, the terminal gets only what the app itself writes: seen in the raw bytes of a session."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.hostile import PAYLOAD, hostile_trace, leaks
from tests.e2e.steps import NARROW, WIDE, leave_editor, quit_cleanly
from tests.terminal import Terminal


def test_the_measure_itself_finds_leaks() -> None:
    assert len(leaks(PAYLOAD.encode())) > 20
    assert not leaks(b"\x1b[1;1H\x1b[38;2;1;2;3mtext\x1b[0m\x1b[?25l\r\n")


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["160x48", "80x24"])
def test_nothing_of_a_trace_reaches_the_terminal(shop: Path, size: tuple[int, int]) -> None:
    (shop / "bad.json").write_text(json.dumps(hostile_trace()), encoding="utf-8")
    with Terminal(["open", "bad.json"], shop, size) as t:
        t.wait_for("1 FAIL number-contradicted")
        for key in ("1", "2", *["tab"] * 8, "z", "z"):
            t.press(key)
        t.press("?")
        t.wait_for("esc close")
        t.press("esc")
        t.wait_gone("esc close")
        t.press("e")
        t.wait_for("^r run", "f4 editor", "Changes 0")
        t.press("end", " Be short.")
        t.wait_for("Changes 1")
        t.press("ctrl+r")
        t.wait_for("Output  replay  ")
        t.wait_gone("esc stop")
        leave_editor(t)
        t.press("down", "down", "down")
        t.wait_for("4 tool")
        t.press(*["tab"] * 8)
        t.press("d")
        t.wait_for("DIFF", "similarity")
        t.press("shift+tab", "v", " ")
        t.press("esc")
        t.wait_gone("DIFF")
        t.press("a")
        t.wait_for("Accept run 1", "will do")
        t.press("tab", "tab", "tab", "tab")
        t.press("esc")
        t.wait_gone("Accept run 1")
        quit_cleanly(t)
    assert not leaks(t.raw)


def test_nothing_of_a_trace_reaches_the_terminal_from_a_command(shop: Path) -> None:
    (shop / "bad.json").write_text(json.dumps(hostile_trace()), encoding="utf-8")
    for arguments in (["show", "bad.json"], ["diagnose", "bad.json"], ["replay", "bad.json"]):
        with Terminal(arguments, shop) as t:
            assert t.wait_end() in (0, 1), t.screen
        assert "app.quit" in t.raw.decode() and not leaks(t.raw), arguments
