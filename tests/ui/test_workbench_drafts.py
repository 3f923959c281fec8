"""Drafts survive leaving, quitting and a kill; hostile texts stay harmless and whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

from bench import demo, run, until, workbench
from hypothesis import given
from hypothesis import strategies as st
from samples import file_of, hostile_trace
from screen import Holder, settled, text

from tracefix_tui.model.text import safe
from tracefix_tui.ui.app import TracefixApp
from tracefix_tui.ui.content.values import shown_value, typed_value
from tracefix_tui.ui.library import Library
from tracefix_tui.ui.screens.accept import AcceptScreen
from tracefix_tui.ui.screens.diff import DiffScreen
from tracefix_tui.ui.screens.workbench import WorkbenchScreen
from tracefix_tui.ui.widgets.safe_fields import SafeTextArea


async def test_a_draft_is_kept_and_restored_with_a_word(tmp_path: Path) -> None:
    root = demo(tmp_path)
    async with workbench(root) as (_, pilot, screen):
        await pilot.press(*"Hm. ")
        await until(pilot, lambda: list((root / ".tracefix/drafts").glob("*.json")))
    async with workbench(root) as (app, _, screen):
        assert screen.editor.original.startswith("Hm. ")
        assert "your unfinished draft is back" in [n.message for n in app._notifications]


async def test_what_was_typed_last_is_kept_when_the_app_ends_at_once(tmp_path: Path) -> None:
    root = demo(tmp_path)
    async with workbench(root) as (_, pilot, _):
        await pilot.press("Q")
    async with workbench(root) as (_, _, screen):
        assert screen.editor.original.startswith("Q")


async def test_a_draft_without_edits_is_forgotten(tmp_path: Path) -> None:
    root = demo(tmp_path)
    async with workbench(root) as (_, pilot, _):
        await pilot.press("Q")
        await until(pilot, lambda: list((root / ".tracefix/drafts").glob("*.json")))
        await pilot.press("ctrl+z")
        await until(pilot, lambda: not list((root / ".tracefix/drafts").glob("*.json")))


def test_a_draft_survives_a_kill(tmp_path: Path) -> None:
    root = demo(tmp_path)
    code = (
        "import asyncio, sys; sys.path.insert(0, sys.argv[1])\n"
        "from pathlib import Path\n"
        "from bench import workbench, until\n"
        "async def main():\n"
        "    async with workbench(Path(sys.argv[2])) as (app, pilot, screen):\n"
        "        await pilot.press(*'Kept. ')\n"
        "        await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    here = Path(__file__).parent
    env = {**os.environ, "PYTHONPATH": str(here.parent.parent), "TRACEFIX_CONFIG": str(tmp_path / "none.toml")}
    process = subprocess.Popen([sys.executable, "-c", code, str(here), str(root)], env=env, cwd=tmp_path)
    for _ in range(1500):
        if list((root / ".tracefix/drafts").glob("*.json")):
            break
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    [kept] = (root / ".tracefix/drafts").glob("*.json")
    assert "Kept. You are" in kept.read_text(encoding="utf-8")


async def test_hostile_text_is_shown_harmless_and_kept_whole(tmp_path: Path) -> None:
    trace = replace(hostile_trace(), id="7f3ac21e")
    library = Library()
    library.add(file_of(trace))
    app = TracefixApp(library, root=tmp_path)
    async with app.run_test(size=(160, 48), notifications=True) as pilot:
        await settled(app, pilot)
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, WorkbenchScreen) and app.screen.steps is not None)
        screen = app.screen
        assert isinstance(screen, WorkbenchScreen)
        for index in range(len(screen.draft.hydrated.template_messages)):
            screen.show_message(index)
            await pilot.pause()
            harmless(app)
            assert not screen.draft.edits, "looking at it changes nothing"
        screen.show_message(0)
        before = screen.draft.messages[0].text
        screen.set_focus(screen.editor)
        screen.editor.move_cursor(screen.editor.document.end)
        await pilot.press("!")
        await until(pilot, lambda: screen.draft.edits)
        assert screen.draft.messages[0].text == before + "!"
        screen.change({"edit": "model", "value": "offline/extractive"})
        await run(pilot, screen)
        harmless(app)
        await pilot.press("f7")
        await until(pilot, lambda: isinstance(app.screen, DiffScreen) and app.screen.compared)
        harmless(app)
        await pilot.press("escape")
        screen.action_accept()
        await until(pilot, lambda: isinstance(app.screen, AcceptScreen) and app.screen.planned)
        harmless(app)


def harmless(app: TracefixApp) -> None:
    assert not {"\x1b", "\x07", "\x00", "\x9b", "\u202e", "\u2066"} & set(text(app))


_TEXT = st.text(st.sampled_from("ab \n\t\r\x1b\u202e\u241b\x85\u2028\x0b\x1d"), max_size=30)
_EDITS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), _TEXT), max_size=6)


@given(_TEXT, _EDITS)
def test_every_edit_is_made_in_the_original_too(original: str, edits: list[tuple[int, int, str]]) -> None:
    import asyncio

    async def check() -> None:
        area = SafeTextArea(original)
        async with Holder(area).run_test():
            expected = original
            for a, b, inserted in edits:
                start, end = sorted((min(a, len(expected)), min(b, len(expected))))
                places = [area.document.get_location_from_index(i) for i in (start, end)]  # type: ignore[attr-defined]
                area.replace(inserted, *places)
                typed = inserted.replace("\r\n", "\n").replace("\r", "\n")
                expected = expected[:start] + typed + expected[end:]
                assert area.original == expected
                assert area.text == safe(expected)

    asyncio.run(check())


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda v: st.lists(v, max_size=3)))
def test_a_shown_value_is_read_back_as_itself(value: object) -> None:
    shown = shown_value(value)  # type: ignore[arg-type]
    assert typed_value(shown) == value
    assert safe(shown) == shown
