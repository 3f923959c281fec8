"""Work that was not accepted outlives the program, even one that is killed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.steps import FINDING, NARROW, WIDE, edit, quit_cleanly
from tests.terminal import Terminal


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["160x48", "80x24"])
def test_a_draft_outlives_a_kill(shop: Path, size: tuple[int, int]) -> None:
    with Terminal(["open", "traces/refund.json"], shop, size) as t:
        t.wait_for(FINDING)
        edit(t)
        t.press("end", " Kept against all odds.")
        t.wait_for("odds.", "draft kept")
        t.kill()
    with Terminal(["open", "traces/refund.json"], shop, size) as t:
        t.wait_for(FINDING)
        t.press("e")
        t.wait_for("shop. Kept against all odds.", "Changes 1", "system message edited")
        t.press("ctrl+r")
        t.wait_for("Output  replay  done")
        quit_cleanly(t)


def test_what_was_typed_just_before_quitting_is_kept(shop: Path) -> None:
    with Terminal(["open", "traces/refund.json"], shop) as t:
        t.wait_for(FINDING)
        edit(t)
        t.press("end", " The last words.", pause=0)
        quit_cleanly(t)
    with Terminal(["open", "traces/refund.json"], shop) as t:
        t.wait_for(FINDING)
        t.press("e")
        t.wait_for("The last words.", "Changes 1")
