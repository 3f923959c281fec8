"""Starting: what a wrong file gets, a trace that is piped in, and what is not loaded before the first paint."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.steps import FINDING, quit_cleanly
from tests.terminal import Terminal

_WRONG = {
    "nothing.json": None,
    "empty.json": b"",
    "words.json": b"these are words",
    "bytes.json": bytes(range(256)) * 8,
    "other.json": b'{"weather": "fine"}',
    "zipped.json.gz": b"\x1f\x8b\x08broken",
}


@pytest.mark.parametrize("name", _WRONG)
def test_a_wrong_file_gets_one_line(tmp_path: Path, name: str) -> None:
    content = _WRONG[name]
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with Terminal(["open", name], tmp_path) as t:
        assert t.wait_end() == 2
        said = t.raw.decode().splitlines()
    assert len(said) == 1 and said[0].startswith("tracefix-tui: ") and name in said[0], said
    assert "\x1b" not in said[0], "the screen was never taken"


def test_a_trace_is_piped_in(shop: Path) -> None:
    with Terminal(["open", "-"], shop, stdin=shop / "traces/refund.json") as t:
        t.wait_for(FINDING)
        t.press("1")
        t.wait_for("<-1")
        quit_cleanly(t)


def test_ctrl_c_does_not_break_the_terminal(shop: Path) -> None:
    with Terminal(["open", "traces/refund.json"], shop) as t:
        t.wait_for(FINDING)
        t.press("ctrl+c")
        t.press("1")
        t.wait_for("<-1")
        quit_cleanly(t)


_DRIVER = """
import asyncio, json, sys
from tracefix_tui.ui.app import TracefixApp
from tracefix_tui.ui.library import Library

HEAVY = ("litellm", "openai", "git", "sqlite3", "sqlite_utils")
loaded = lambda: [name for name in HEAVY if name in sys.modules]
seen = {}

class Watched(TracefixApp):
    def on_mount(self):
        self.call_after_refresh(lambda: seen.update(first_paint=loaded()))

async def main():
    app = Watched(Library.of(sys.argv[1:]))
    async with app.run_test(size=(160, 48)) as pilot:
        await pilot.pause()
        while not app.trace_screen.findings:
            await pilot.pause(0.01)
        await app.workers.wait_for_complete()
        seen.update(all_shown=loaded())
    print(json.dumps(seen))

asyncio.run(main())
"""


def test_the_first_paint_waits_for_nothing_heavy(shop: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _DRIVER, "traces/refund.json"],
        cwd=shop,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    seen = json.loads(ran.stdout)
    assert seen["first_paint"] == []
    assert "litellm" not in seen["all_shown"] and "openai" not in seen["all_shown"]
