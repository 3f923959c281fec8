"""Helpers for tests of the workbench: the demo's workspace, its calls open for work, and waiting for runs."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from screen import WIDE, settled
from textual.pilot import Pilot

from tracefix_tui.demo.workspace import AGENT, REFUND, make
from tracefix_tui.ui.app import TracefixApp
from tracefix_tui.ui.library import Library
from tracefix_tui.ui.screens.workbench import WorkbenchScreen

__all__ = ["AGENT", "REFUND", "bench", "commits", "demo", "ran", "run", "until", "workbench"]


def demo(tmp_path: Path) -> Path:
    """A repository with prompts and two failing traces."""
    return make(tmp_path / "shop")


def bench(app: TracefixApp) -> WorkbenchScreen:
    """The workbench among the screens."""
    return next(screen for screen in reversed(app.screen_stack) if isinstance(screen, WorkbenchScreen))


@asynccontextmanager
async def workbench(
    root: Path, trace: str = REFUND, *, key: str = "e", size: tuple[int, int] = WIDE
) -> AsyncIterator[tuple[TracefixApp, Pilot[int], WorkbenchScreen]]:
    """A trace's last call, opened with `key`."""
    app = TracefixApp(Library.of([str(root / trace)]), root=root)
    async with app.run_test(size=size, notifications=True) as pilot:
        await settled(app, pilot)
        await pilot.press(key)
        await until(pilot, lambda: any(isinstance(s, WorkbenchScreen) and s.steps for s in app.screen_stack))
        yield app, pilot, bench(app)


async def until(pilot: Pilot[int], holds: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait until something holds."""
    for _ in range(int(seconds / 0.02)):
        if holds():
            await pilot.pause()
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not come to hold")


async def ran(pilot: Pilot[int], screen: WorkbenchScreen, count: int) -> None:
    """Wait until so many runs are there and none is under way."""
    await until(pilot, lambda: screen.session and len(screen.session.attempts) >= count and screen.running is None)


async def run(pilot: Pilot[int], screen: WorkbenchScreen) -> None:
    """Press run and wait for its end."""
    assert screen.session is not None
    before = len(screen.session.attempts)
    await pilot.press("ctrl+r")
    await ran(pilot, screen, before + 1)


def commits(root: Path) -> list[str]:
    """The subjects of the commits, the newest first."""
    log = subprocess.run(["git", "log", "--format=%s"], cwd=root, capture_output=True, text=True, check=True)
    return log.stdout.splitlines()
