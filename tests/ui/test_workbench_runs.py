"""Replaying in the workbench: streaming, stopping, errors, consent, repeats, the list of runs, keeping checks."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from bench import commits, demo, ran, run, until, workbench
from screen import press, text

sys.path.insert(0, str(Path(__file__).parent.parent))
from loopback import Loopback, Reply

from tracefix_tui.model.check import CheckSpec
from tracefix_tui.ui.content.draft_rows import RunPlan
from tracefix_tui.ui.screens.ask import Confirm
from tracefix_tui.ui.screens.diff import DiffScreen
from tracefix_tui.ui.screens.expectation import ExpectationScreen


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    slow = Reply("Opened items are exchanged for store credit. " * 30, delay=0.03)
    with Loopback(slow, Reply(status=401, error="bad key \x1b[31m [/x]"), Reply("Store credit [1].")) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
        yield server


@pytest.mark.slow
async def test_a_stream_is_stopped_and_errors_are_told(tmp_path: Path, served: Loopback) -> None:
    async with workbench(demo(tmp_path)) as (app, pilot, screen):
        screen.change({"edit": "model", "value": "openai/gpt-4o-mini"})
        await pilot.press("ctrl+r")
        await pilot.pause()
        assert isinstance(app.screen, Confirm) and "127.0.0.1" in text(app)
        await pilot.press("escape")
        assert not served.requests, "nothing is sent without consent"
        await pilot.press("ctrl+r", "enter")
        await until(pilot, lambda: screen.running and screen.running.state == "streaming", 60)
        await until(pilot, lambda: "Opened items" in text(app))
        assert screen.focused is screen.editor, "a result never moves the focus"
        await pilot.press("Z")
        assert screen.editor.original.startswith("Z")
        await pilot.press("escape")
        await ran(pilot, screen, 1)
        assert "Stopped: this is what came." in text(app) and "Opened items" in text(app)

        await pilot.press("ctrl+r")
        await ran(pilot, screen, 2)
        assert "ERROR" in text(app) and "\x1b" not in text(app)
        assert "key" in screen.text_pane("output").text

        await pilot.press("ctrl+r")
        await ran(pilot, screen, 3)
        assert "Store credit [1]." in text(app)
        body = served.requests[0].body
        assert body["model"] == "gpt-4o-mini" and body["messages"][0]["role"] == "system"


async def test_repeats_are_counted_and_carry_a_verdict(tmp_path: Path) -> None:
    async with workbench(demo(tmp_path)) as (app, pilot, screen):
        screen.run_plan = RunPlan(4, 0.05)
        screen.change({"edit": "add_document", "text": screen.draft.recording.context.retrieved[3].content, "at": 3})
        await pilot.press("ctrl+r")
        await ran(pilot, screen, 4)
        assert "FIXED 4/4" in text(app)
        await until(pilot, lambda: "Runs 4" in text(app) and "again (4): document added" in text(app))


async def test_two_runs_are_marked_and_compared(tmp_path: Path) -> None:
    async with workbench(demo(tmp_path)) as (app, pilot, screen):
        await run(pilot, screen)
        screen.change({"edit": "drop_document", "index": 0})
        await run(pilot, screen)
        screen.action_open_pane("runs")
        screen.list_pane("runs").action_edge(1)
        await press(app, pilot, "space", "home", "d")
        await until(pilot, lambda: isinstance(app.screen, DiffScreen) and app.screen.compared)
        assert "run 1 -> run 2" in text(app)


async def test_a_run_is_reopened_and_branched_from(tmp_path: Path) -> None:
    async with workbench(demo(tmp_path)) as (app, pilot, screen):
        screen.change({"edit": "drop_document", "index": 0})
        await run(pilot, screen)
        first = screen.session.attempts[0]  # type: ignore[union-attr]
        screen.change({"edit": "param", "name": "seed", "value": 3})
        screen.action_open_pane("runs")
        await press(app, pilot, "enter")
        assert screen.draft.request == first.request and screen.draft.parent is None
        await press(app, pilot, "b")
        assert screen.draft.parent == first.id
        screen.change({"edit": "param", "name": "seed", "value": 5})
        await run(pilot, screen)
        assert screen.session.attempts[1].parent == first.id  # type: ignore[union-attr]


async def test_an_expectation_judges_the_runs_and_those_to_come(tmp_path: Path) -> None:
    async with workbench(demo(tmp_path)) as (app, pilot, screen):
        await run(pilot, screen)
        screen.action_open_pane("findings")
        await press(app, pilot, "plus_sign")
        assert isinstance(app.screen, ExpectationScreen)
        await press(app, pilot, *"store credit", "enter")
        assert screen.session.specs == (CheckSpec("contains", {"value": "store credit"}),)  # type: ignore[union-attr]
        assert 'contains "store credit"' in text(app) and "FAIL 0/1" in text(app)


async def test_a_number_keeps_a_check_for_the_case(tmp_path: Path) -> None:
    async with workbench(demo(tmp_path)) as (app, pilot, screen):
        await press(app, pilot, "escape", "2")
        assert [s.id for s in screen.session.specs] == ["grounded"]  # type: ignore[union-attr]
        assert "+2 " in text(app)
        await press(app, pilot, "2")
        assert screen.session.specs == ()  # type: ignore[union-attr]


async def test_nothing_to_accept_or_compare_is_said(tmp_path: Path) -> None:
    root = demo(tmp_path)
    async with workbench(root, key="a") as (app, pilot, _):
        await pilot.pause()
        assert any("Nothing to accept yet" in n.message for n in app._notifications)
    assert commits(root) == ["Start the demo"]
