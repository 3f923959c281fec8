"""Writes the pictures that the README shows, from the running app on the demo's two traces.

    python screenshots/make.py [NAME...] [--into FOLDER]

The offline model answers, so that neither a key nor a network is needed, and every run writes the same bytes: what
differs from run to run (ids, dates, the seconds of a replay) is fixed. The pictures load nothing from the network.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import re
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

from tracefix_tui.demo.script import NEW_RULE
from tracefix_tui.demo.workspace import AGENT, REFUND, make
from tracefix_tui.model.attempt import Attempt
from tracefix_tui.ui.app import LIGHT, TracefixApp
from tracefix_tui.ui.library import Library
from tracefix_tui.ui.screens.accept import AcceptScreen
from tracefix_tui.ui.screens.diff import DiffScreen
from tracefix_tui.ui.screens.workbench import WorkbenchScreen

WIDE, NARROW = (160, 48), (80, 24)
RUNS = 4
MESSAGE = "refund_answer: check the conditions of a passage first"
_FONTS = '"Fira Code", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace'
_DATE = "2026-11-20T10:33:00+00:00"


@dataclass
class Stage:
    """The app on the demo's workspace, and the keys to play it with."""

    app: TracefixApp
    pilot: Pilot[int]

    async def press(self, *keys: str) -> None:
        """Press keys, and wait until all they started is done and painted."""
        await self.pilot.press(*keys)
        await self.settle()

    async def settle(self) -> None:
        """Wait for the workers, and for what they sent to be painted."""
        await self.pilot.pause()
        await self.app.workers.wait_for_complete()
        await self.pilot.pause(0.1)

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait until something holds; fails after 20 seconds."""
        async with asyncio.timeout(20):
            while not holds():
                await asyncio.sleep(0.02)
        await self.settle()

    async def edited(self) -> WorkbenchScreen:
        """The workbench, with one rule added to the prompt and run until a verdict can be given."""
        await self.pilot.press("e")
        await self.until(lambda: isinstance(self.app.screen, WorkbenchScreen) and self.app.screen.steps)
        bench = self.app.screen
        assert isinstance(bench, WorkbenchScreen) and bench.session is not None
        session = bench.session
        await self.press("end")
        self.app.post_message(events.Paste(f"\n{NEW_RULE}"))
        await self.settle()
        for number in range(1, RUNS + 1):
            await self.pilot.press("ctrl+r")
            await self.until(lambda wanted=number: len(session.attempts) == wanted and bench.running is None)  # type: ignore[misc]
        session.attempts[:] = [_steady(a, n) for n, a in enumerate(session.attempts, 1)]
        bench.show_attempt(session.attempts[-1])
        await self.press("escape")
        return bench

    async def compared(self) -> None:
        """The diff of the last run against the recording."""
        await self.edited()
        await self.pilot.press("d")
        await self.until(lambda: isinstance(self.app.screen, DiffScreen) and self.app.screen.compared)

    async def accepting(self) -> None:
        """The accept dialog of the last run, with its plan."""
        await self.edited()
        await self.press("a")
        dialog = self.app.screen
        assert isinstance(dialog, AcceptScreen)
        message = dialog.query_one("#message", Input)
        message.value = MESSAGE
        message.action_end()
        await self.settle()
        await self.until(lambda: dialog.planned and dialog.planned.asked == dialog.asked)


@dataclass(frozen=True)
class Shot:
    """A picture: the size of the terminal, the trace, how the app gets there, the theme (None: as it starts)."""

    size: tuple[int, int]
    play: Callable[[Stage], Awaitable[object]]
    trace: str = REFUND
    theme: str | None = None


def _evidence(stage: Stage) -> Awaitable[None]:
    return stage.press("1")


SHOTS = {
    "trace-160x48": Shot(WIDE, _evidence),
    "trace-80x24": Shot(NARROW, _evidence),
    "trace-light-160x48": Shot(WIDE, _evidence, theme=LIGHT),
    "agent-160x48": Shot(WIDE, _evidence, trace=AGENT),
    "edit-160x48": Shot(WIDE, Stage.edited),
    "edit-80x24": Shot(NARROW, Stage.edited),
    "diff-160x48": Shot(WIDE, Stage.compared),
    "diff-80x24": Shot(NARROW, Stage.compared),
    "accept-160x48": Shot(WIDE, Stage.accepting),
}


def _steady(attempt: Attempt, number: int) -> Attempt:
    """The attempt with an id, a date and a duration that do not differ from run to run."""
    result = replace(attempt.result, latency_ms=420.0, ttft_ms=20.0)
    return replace(attempt, id=f"{number:012}", created=_DATE, result=result)


@contextlib.contextmanager
def _steady_surroundings(folder: Path) -> Iterator[None]:
    """In the folder; commits have one date, and neither git's nor the app's configuration of this user is read."""
    before = dict(os.environ)
    os.environ.pop("NO_COLOR", None)
    os.environ |= {
        "GIT_AUTHOR_DATE": _DATE,
        "GIT_COMMITTER_DATE": _DATE,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "TRACEFIX_CONFIG": str(folder / "config.toml"),
    }
    try:
        with contextlib.chdir(folder):
            yield
    finally:
        os.environ.clear()
        os.environ |= before


async def picture(name: str) -> str:
    """The SVG text of one of `SHOTS`."""
    shot = SHOTS[name]
    with tempfile.TemporaryDirectory() as folder, _steady_surroundings(Path(folder)):
        root = make(Path(folder) / "shop")
        app = TracefixApp(Library.of([str(root / shot.trace)]), root=root)
        async with app.run_test(size=shot.size) as pilot:
            stage = Stage(app, pilot)
            if shot.theme is not None:
                app.theme = shot.theme
            await stage.settle()
            await shot.play(stage)
            return tidied(app.export_screenshot(title="tracefix-tui"), name)


def tidied(svg: str, name: str) -> str:
    """The picture without what comes from the network or differs from run to run, and with every space kept."""
    svg = re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.S)
    svg = re.sub(r"\s*<!-- Generated with Rich \S+ -->", "", svg)
    svg = svg.replace("font-family: Fira Code, monospace", f"font-family: {_FONTS}")
    svg = svg.replace("font-family: arial", "font-family: sans-serif")
    svg = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "5d2f0c1e-8a47-4b6e-9c30-71e2a4f8b9d6", svg)
    svg = svg.replace("<svg ", '<svg xml:space="preserve" ', 1)
    return re.sub(r"terminal-\d+", name, svg)


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the pictures asked for; all of them when none is named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"all of them, or some of: {', '.join(SHOTS)}")
    parser.add_argument("--into", type=Path, default=Path(__file__).parent, metavar="FOLDER")
    asked = parser.parse_args(arguments)
    unknown = [name for name in asked.names if name not in SHOTS]
    if unknown:
        parser.error(f"there is no picture {unknown[0]}; there are {', '.join(SHOTS)}")
    for name in asked.names or SHOTS:
        path = asked.into / f"{name}.svg"
        path.write_text(asyncio.run(picture(name)), encoding="utf-8", newline="\n")
        print(f"{path}  {path.stat().st_size // 1000} KB")


if __name__ == "__main__":
    main()
