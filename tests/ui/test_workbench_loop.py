"""The whole loop by its keys: open, edit, replay, compare, accept."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from bench import bench, commits, demo, run, until, workbench
from screen import NARROW, WIDE, text

from tracefix_tui.store.golden import GoldenStore
from tracefix_tui.store.workspace import Workspace
from tracefix_tui.ui.screens.accept import AcceptScreen
from tracefix_tui.ui.screens.diff import DiffScreen
from tracefix_tui.ui.widgets.text_view import TextView


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_from_the_trace_to_the_commit(tmp_path: Path, size: tuple[int, int]) -> None:
    root = demo(tmp_path)
    async with workbench(root, size=size) as (app, pilot, screen):
        await pilot.press("end", *"Be short. ")
        await run(pilot, screen)
        assert "You get your money back" in text(app)
        await pilot.press("escape", "d")
        await until(pilot, lambda: isinstance(app.screen, DiffScreen) and app.screen.compared)
        await pilot.press("shift+tab")
        await pilot.pause()
        assert "Be short." in text(app) and "+}" in text(app)
        await pilot.press("escape", "a")
        await until(pilot, lambda: isinstance(app.screen, AcceptScreen) and app.screen.planned)
        dialog = app.screen
        assert isinstance(dialog, AcceptScreen)
        plan = dialog.query_one("#plan", TextView).text
        assert "+1 -1" in plan and "0 network calls" in plan and "Trace-Id: 7f3ac21e" in plan
        assert commits(root) == ["Start the demo"], "nothing is written before it is agreed to"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: dialog.done)
        assert "ACCEPTED" in text(app)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is bench(app))

    assert commits(root)[0].startswith("refund_answer:")
    prompt = (root / "prompts/refund_answer.prompt.yml").read_text(encoding="utf-8")
    assert "Be short." in prompt
    assert [case.prompt for case in GoldenStore(Workspace(root)).list()] == ["refund_answer"]
    assert not list((root / ".tracefix/drafts").glob("*.json")), "an accepted draft is gone"
    status = subprocess.run(["git", "status", "--short"], cwd=root, capture_output=True, text=True, check=True)
    assert status.stdout == ""


async def test_replay_as_it_is(tmp_path: Path) -> None:
    async with workbench(demo(tmp_path), key="r") as (app, pilot, screen):
        await until(pilot, lambda: screen.session and screen.session.attempts and screen.running is None)
        assert "as recorded" in text(app)
        assert not screen.draft.edits


async def test_the_chunk_that_was_cut_goes_back_with_one_key(tmp_path: Path) -> None:
    async with workbench(demo(tmp_path)) as (app, pilot, screen):
        screen.action_open_pane("vars")
        screen.list_pane("vars").select_key("cut:3")
        await pilot.press("enter")
        assert [c.kind for c in screen.draft.changes] == ["document"]
        await run(pilot, screen)
        assert "store credit within 60 days [4]" in text(app)
        assert "pass 1/1" in text(app) and "was FAIL" in text(app)


async def test_runs_of_an_earlier_sitting_are_there_again(tmp_path: Path) -> None:
    root = demo(tmp_path)
    async with workbench(root) as (_, pilot, screen):
        await run(pilot, screen)
    async with workbench(root, key="d") as (app, pilot, _):
        await until(pilot, lambda: isinstance(app.screen, DiffScreen) and app.screen.compared)
        assert "recorded -> run 1" in text(app)
