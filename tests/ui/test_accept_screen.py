"""The accept dialog: what will be written, what stands in the way, and what was written."""

from __future__ import annotations

import json
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench import REFUND, commits, demo, run, until, workbench
from screen import NARROW, text
from textual.pilot import Pilot

from tracefix_tui.demo.workspace import make
from tracefix_tui.ui.app import TracefixApp
from tracefix_tui.ui.screens.accept import AcceptScreen, ChoiceList
from tracefix_tui.ui.widgets.safe_fields import SafeInput, SafeTextArea
from tracefix_tui.ui.widgets.text_view import TextView
from tracefix_tui.workbench.accepting import AcceptForm

EVERYTHING = """
1 commit (prompt +1 -1, case file +
1 golden row, 0 network calls
prompts/refund_answer.prompt.yml  +1 -1
on main after
Trace-Id: 7f3ac21e
Golden-Case: refund_answer/
none found in what will be saved
frozen
MIND
still fails on this answer: retrieval-cut
Be kind.
"""


@asynccontextmanager
async def dialog(
    root: Path, size: tuple[int, int] = (160, 48)
) -> AsyncIterator[tuple[TracefixApp, Pilot[int], AcceptScreen]]:
    """The dialog of a run whose prompt was edited."""
    async with workbench(root, REFUND, size=size) as (app, pilot, screen):
        await pilot.press("end", *"Be kind. ")
        await run(pilot, screen)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(app.screen, AcceptScreen) and app.screen.planned)
        assert isinstance(app.screen, AcceptScreen)
        yield app, pilot, app.screen


def plan_text(screen: AcceptScreen) -> str:
    return screen.query_one("#plan", TextView).text


async def planned(pilot: Pilot[int], screen: AcceptScreen) -> None:
    await pilot.pause()
    await until(pilot, lambda: screen.planned and screen.planned.asked == screen.asked)


async def test_it_lists_all_that_will_be_written(tmp_path: Path) -> None:
    async with dialog(demo(tmp_path)) as (app, pilot, screen):
        plan = plan_text(screen)
        for words in EVERYTHING.strip().splitlines():
            assert words in plan, words
        await until(pilot, lambda: "[x] grounded" in text(app) and "passes" in text(app))


async def test_what_is_typed_and_chosen_is_what_is_written(tmp_path: Path) -> None:
    root = demo(tmp_path)
    async with dialog(root) as (_, pilot, screen):
        screen.query_one("#message", SafeInput).value = "Answer kindly"
        screen.query_one("#case_name", SafeInput).value = "kind-answer"
        screen.query_one("#tags", SafeInput).value = "tone, refund"
        screen.query_one("#expected", ChoiceList).focus()
        await pilot.press("down", "space")
        assert screen.focused is screen.query_one("#own", SafeTextArea)
        await pilot.press(*"Opened items get store credit.")
        screen.query_one("#checks", ChoiceList).focus()
        await pilot.press("space")
        await planned(pilot, screen)
        assert "Answer kindly" in plan_text(screen) and "refund_answer/kind-answer" in plan_text(screen)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: screen.done)
    assert commits(root)[0] == "Answer kindly"
    case = json.loads((root / "prompts/golden/refund_answer/kind-answer.json").read_text(encoding="utf-8"))
    assert case["expected"] == "Opened items get store credit."
    assert case["tags"] == ["tone", "refund"]
    assert "retrieval-cut" not in [c["check"] for c in case["checks"]]


async def test_escape_writes_nothing(tmp_path: Path) -> None:
    root = demo(tmp_path)
    async with dialog(root) as (_, pilot, _):
        await pilot.press("escape")
    assert commits(root) == ["Start the demo"] and not (root / "prompts/golden").exists()


async def test_a_name_that_leaves_its_folder_is_refused_in_words(tmp_path: Path) -> None:
    root = demo(tmp_path)
    async with dialog(root) as (app, pilot, screen):
        screen.query_one("#prompt_name", SafeInput).value = "../../outside"
        await planned(pilot, screen)
        assert "NOT POSSIBLE YET" in text(app)
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert any("can not be accepted yet" in n.message for n in app._notifications)
    assert commits(root) == ["Start the demo"]


async def test_without_a_repository_it_says_what_to_do(tmp_path: Path) -> None:
    root = make(tmp_path / "plain")
    subprocess.run(["git", "-C", str(root), "rev-parse"], check=True)
    (root / ".git").rename(tmp_path / "taken-away")
    async with dialog(root) as (app, _, _):
        shown = text(app)
        assert "NOT POSSIBLE YET" in shown and "git init" in shown


async def test_a_case_of_that_name_is_replaced_only_when_asked(tmp_path: Path) -> None:
    root = demo(tmp_path)
    async with dialog(root) as (_, pilot, screen):
        await pilot.press("ctrl+s")
        await until(pilot, lambda: screen.done)
    async with dialog(root) as (app, pilot, screen):
        screen.query_one("#prompt_name", SafeInput).value = "refund_answer"
        await planned(pilot, screen)
        assert "there is a case" in plan_text(screen)
        screen.query_one("#case", ChoiceList).focus()
        await pilot.press("down", "space")
        await planned(pilot, screen)
        assert "1 golden row replaced" in plan_text(screen)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: screen.done)
        assert "ACCEPTED" in text(app)
    assert len(commits(root)) == 3


async def test_the_prompt_can_be_accepted_without_a_case(tmp_path: Path) -> None:
    root = demo(tmp_path)
    async with dialog(root) as (_, pilot, screen):
        screen.query_one("#case", ChoiceList).focus()
        await pilot.press("space")
        await planned(pilot, screen)
        assert "golden row" not in plan_text(screen)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: screen.done)
        assert screen.done is not None and screen.done.case is None
    assert not (root / "prompts/golden").exists()


async def test_back_at_the_trace_the_case_is_shown(tmp_path: Path) -> None:
    async with dialog(demo(tmp_path)) as (app, pilot, screen):
        assert "golden: none yet" in app.trace_screen._titles["expected"]
        await pilot.press("ctrl+s")
        await until(pilot, lambda: screen.done)
        for _ in range(4):
            if app.screen is not app.trace_screen:
                await pilot.press("escape")
        await until(pilot, lambda: "(golden: refund_answer/" in text(app))


async def test_a_hook_that_refuses_is_heard(tmp_path: Path) -> None:
    root = demo(tmp_path)
    hook = root / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho no commits on a Sunday >&2\nexit 1\n", encoding="utf-8")
    hook.chmod(0o755)
    async with dialog(root) as (_, pilot, screen):
        assert "pre-commit will run" in plan_text(screen)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "no commits on a Sunday" in plan_text(screen))
    assert commits(root) == ["Start the demo"] and not (root / "prompts/golden").exists()


async def test_at_80x24_the_form_and_the_plan_are_both_there(tmp_path: Path) -> None:
    async with dialog(demo(tmp_path), size=NARROW) as (app, _, screen):
        shown = text(app)
        assert "case name" in shown and "will do" in shown and "^s accept" in shown
        assert isinstance(screen.form, AcceptForm)
