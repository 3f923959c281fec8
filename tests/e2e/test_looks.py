"""Sizes, themes and terminals without colour."""

from __future__ import annotations

import re
from pathlib import Path

from tests.e2e.steps import FINDING, NARROW, WIDE, edit, leave_editor, quit_cleanly
from tests.terminal import Terminal

_COLOUR = re.compile(rb"[34]8;2;(\d+);(\d+);(\d+)")


def test_without_colour_the_words_say_it(shop: Path) -> None:
    with Terminal(["open", "traces/refund.json"], shop, env={"NO_COLOR": "1"}) as t:
        seen = t.wait_for(FINDING)
        assert "FAIL 2 WARN 2" in seen and "1 WARN retrieval-cut" in seen
        t.press("G")
        edit(t)
        t.wait_until(lambda s: re.search("FAIL +citation-unknown", s), "the finding in words")
        t.press("end", " Be short.", "ctrl+r")
        t.wait_until(lambda s: re.search(r"pass 1/1 +citation-unknown +was FAIL", s), "the verdict in words")
        leave_editor(t)
        t.press("d")
        t.wait_for("{+ Be short.+}", "{+You+}")
        quit_cleanly(t)
    colours = {tuple(map(int, found)) for found in _COLOUR.findall(t.raw)}
    assert colours and all(max(c) - min(c) <= 1 for c in colours), "greys alone"


def test_light_and_dark(shop: Path) -> None:
    with Terminal(["open", "traces/refund.json"], shop) as t:
        t.wait_for(FINDING)
        assert brightness(t) < 80
        t.press("ctrl+t")
        t.wait_until(lambda _: brightness(t) > 170, "light")
        edit(t)
        t.press("ctrl+r")
        t.wait_for("Output  replay  done")
        leave_editor(t)
        t.press("d")
        t.wait_for("DIFF", "similarity")
        t.press("a")
        t.wait_for("Accept run 1", "1 commit")
        assert brightness(t) > 170
        t.press("esc")
        t.wait_gone("Accept run 1")
        t.press("ctrl+p")
        t.wait_for("Search for commands")
        t.press("light or dark")
        t.wait_for("theme: Light or dark")
        t.press("enter")
        t.wait_until(lambda _: brightness(t) < 80, "dark")
        quit_cleanly(t)


def brightness(terminal: Terminal) -> float:
    """The mean brightness of the ground, from 0 to 255."""
    columns, lines = terminal.size
    grounds = [terminal.ground(column, line) for line in range(lines) for column in range(columns)]
    values = [sum(int(g[i : i + 2], 16) for i in (0, 2, 4)) / 3 for g in grounds if re.fullmatch("[0-9a-f]{6}", g)]
    return sum(values) / len(values) if values else 0.0


def test_the_window_changes_its_size(shop: Path) -> None:
    with Terminal(["open", "traces/refund.json"], shop, WIDE) as t:
        t.wait_for(FINDING)
        to_narrow(t, "1-9 evidence")
        to_wide(t, "1-9 evidence")
        edit(t)
        t.press("end", " Be short.")
        to_narrow(t, "Be short.")
        t.press("ctrl+r")
        t.wait_for("Output  replay  done")
        to_wide(t, "Be short.", "You get your money back")
        leave_editor(t)
        t.press("d")
        t.wait_for("DIFF", "view: split")
        to_narrow(t, "DIFF", "{+You+}")
        to_wide(t, "DIFF", "{+You+}", "view: split")
        t.press("a")
        t.wait_for("Accept run 1", "1 commit")
        to_narrow(t, "Accept run 1", "^s accept")
        to_wide(t, "Accept run 1", "^s accept")
        t.resize(20, 5)
        t.resize(300, 90)
        t.wait_for("Accept run 1", "^s accept")
        quit_cleanly(t)


def to_narrow(t: Terminal, *texts: str) -> None:
    t.resize(*NARROW)
    t.wait_until(lambda s: all(x in s for x in texts) and _width(s) <= NARROW[0], f"{texts} at {NARROW}")


def to_wide(t: Terminal, *texts: str) -> None:
    t.resize(*WIDE)
    t.wait_until(lambda s: all(x in s for x in texts) and _width(s) > 140, f"{texts} at {WIDE}")


def _width(screen: str) -> int:
    return max(map(len, screen.splitlines()))
