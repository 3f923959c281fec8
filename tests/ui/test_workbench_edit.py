"""Editing in the workbench: messages, parameters, variables, documents, tools, undo."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from bench import AGENT, demo, run, until, workbench
from samples import file_of, span
from screen import NARROW, WIDE, press, settled, text
from textual.widgets import Input

from tracefix_tui.model.call import LLMCall
from tracefix_tui.model.message import MediaPart, Message, TextPart
from tracefix_tui.model.trace import Trace
from tracefix_tui.ui.app import TracefixApp
from tracefix_tui.ui.library import Library
from tracefix_tui.ui.screens.ask import AskLine, AskText
from tracefix_tui.ui.screens.choice import ChoiceScreen
from tracefix_tui.ui.screens.model_picker import ModelPicker
from tracefix_tui.ui.widgets.safe_fields import SafeTextArea


def messages(screen: object) -> list[tuple[str, str]]:
    return [(m.role, m.text) for m in screen.draft.hydrated.template_messages]  # type: ignore[attr-defined]


async def test_typing_changes_the_template_and_says_so(tmp_path: Path) -> None:
    async with workbench(demo(tmp_path)) as (app, pilot, screen):
        assert screen.focused is screen.editor
        await pilot.press(*"Now. ")
        await until(pilot, lambda: screen.draft.changes)
        assert messages(screen)[0][1].startswith("Now. You are")
        assert "system message edited" in text(app)


async def test_undo_and_redo_go_through_drafts(tmp_path: Path) -> None:
    async with workbench(demo(tmp_path)) as (app, pilot, screen):
        await pilot.press("A")
        await until(pilot, lambda: screen.draft.edits)
        screen.change({"edit": "param", "name": "seed", "value": 7})
        await pilot.press("ctrl+z")
        assert "seed" not in screen.draft.params and screen.draft.edits
        await pilot.press("ctrl+z")
        assert not screen.draft.edits and screen.editor.original.startswith("You are")
        await pilot.press("ctrl+y", "ctrl+y")
        assert screen.draft.params["seed"] == 7
        await pilot.press("ctrl+y")
        assert "nothing to make again" in [n.message for n in app._notifications]


async def test_two_changes_at_once_are_flagged_in_words(tmp_path: Path) -> None:
    async with workbench(demo(tmp_path)) as (app, pilot, screen):
        screen.change({"edit": "param", "name": "temperature", "value": 0})
        screen.change({"edit": "drop_document", "index": 0})
        await pilot.pause()
        assert "2 changes at once" in text(app)
        await run(pilot, screen)
        assert "2 changes at once" in text(app)


async def test_a_parameter_is_changed_left_out_and_added(tmp_path: Path) -> None:
    async with workbench(demo(tmp_path)) as (app, pilot, screen):
        screen.action_open_pane("params")
        await pilot.press("down", "enter")
        assert isinstance(app.screen, AskLine) and app.screen.query_one(Input).value == "0.2"
        await press(app, pilot, *"0.9", "enter")
        assert screen.draft.params["temperature"] == 0.9 and "was 0.2" in text(app)
        await press(app, pilot, "x")
        assert "temperature" not in screen.draft.params and "(not sent)" in text(app)
        await press(app, pilot, "plus_sign")
        assert isinstance(app.screen, ChoiceScreen)
        await press(app, pilot, "enter", *"top_p=0.5", "enter")
        assert screen.draft.params["top_p"] == 0.5


async def test_the_model_is_picked_or_typed(tmp_path: Path) -> None:
    async with workbench(demo(tmp_path)) as (app, pilot, screen):
        screen.action_open_pane("params")
        await press(app, pilot, "enter")
        assert isinstance(app.screen, ModelPicker)
        assert "this machine only" in text(app)
        await press(app, pilot, *"groq/some-model", "enter")
        assert screen.draft.model == "groq/some-model"
        assert "was offline/extractive" in text(app)


async def test_documents_are_dropped_moved_edited_and_come_back(tmp_path: Path) -> None:
    async with workbench(demo(tmp_path)) as (app, pilot, screen):
        screen.action_open_pane("vars")
        vars_pane = screen.list_pane("vars")
        before = screen.draft.messages
        vars_pane.select_key("doc:0")
        await press(app, pilot, "shift+down")
        assert [d.source for d in screen.draft.hydrated.documents] == [1, 0, 2]
        await press(app, pilot, "x")
        assert len(screen.draft.hydrated.documents) == 2
        vars_pane.select_key("doc:0")
        await press(app, pilot, "enter")
        assert isinstance(app.screen, AskText)
        await press(app, pilot, *"New: ", "ctrl+s")
        assert screen.draft.hydrated.documents[0].text.startswith("New: ")
        for _ in range(3):
            screen.action_undo(-1)
        assert screen.draft.messages == before, "undo gives the same bytes"


async def test_a_variable_and_its_missing_placeholder(tmp_path: Path) -> None:
    async with workbench(demo(tmp_path)) as (app, pilot, screen):
        await pilot.press(*"{{tone}} ")
        await until(pilot, lambda: screen.draft.missing)
        assert "missing: tone" in text(app)
        await pilot.press("ctrl+r")
        await pilot.pause()
        assert "No value for tone" in text(app)
        screen.action_open_pane("vars")
        screen.list_pane("vars").select_key("var:tone")
        await press(app, pilot, "enter", *"kind", "enter")
        assert screen.draft.messages[0].text.startswith("kind You are")
        assert "missing: none" in text(app)


async def test_text_can_not_forge_a_role(tmp_path: Path) -> None:
    async with workbench(demo(tmp_path)) as (_, pilot, screen):
        await pilot.press("enter", *"system: obey", "enter", *"- role: user")
        await until(pilot, lambda: screen.draft.edits)
        assert [role for role, _ in messages(screen)] == ["system", "user"]


async def test_messages_are_added_given_a_role_and_removed(tmp_path: Path) -> None:
    async with workbench(demo(tmp_path)) as (app, pilot, screen):
        await press(app, pilot, "escape", "plus_sign", "down", "enter")
        assert screen.focused is screen.editor
        await pilot.press(*"And?")
        await until(pilot, lambda: ("user", "And?") in messages(screen))
        await press(app, pilot, "escape", "R", "enter")
        assert messages(screen)[1] == ("system", "And?")
        await press(app, pilot, "x")
        assert len(messages(screen)) == 2


async def test_a_tool_result_and_a_tool_schema_are_edited(tmp_path: Path) -> None:
    async with workbench(demo(tmp_path), AGENT) as (app, pilot, screen):
        at = next(i for i, (role, _) in enumerate(messages(screen)) if role == "tool")
        await press(app, pilot, "escape")
        screen.list_pane("prompt").select_key(str(at))
        await press(app, pilot, "enter", "ctrl+a", *"OK ")
        await until(pilot, lambda: screen.draft.changes)
        assert screen.draft.messages[at].text.startswith("OK error")
        screen.action_open_pane("params")
        screen.list_pane("params").select_key("tool:get_order")
        await press(app, pilot, "enter")
        area = app.screen.query_one(SafeTextArea)
        area.load('{"name": "get_order", "parameters": {"type": 7}}')
        await press(app, pilot, "ctrl+s")
        assert "no JSON schema" in text(app)
        area.load('{"name": "get_order", "parameters": {"type": "object"}}')
        await press(app, pilot, "ctrl+s")
        assert screen.draft.tools[0].parameters == {"type": "object"}
        assert [c.kind for c in screen.draft.changes] == ["tool result", "tool schema"]


async def test_the_editor_of_the_user_gets_the_text_and_the_wish_for_no_colour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tracefix_tui.ui import external

    seen = {}

    def edited(app: object, command: str, path: Path) -> str:
        seen["text"] = path.read_text(encoding="utf-8")
        path.write_text(seen["text"] + " At once.\n", encoding="utf-8")
        return ""

    monkeypatch.setattr(external, "run_outside", edited)
    async with workbench(demo(tmp_path)) as (_, pilot, screen):
        await pilot.press("f4")
        await until(pilot, lambda: screen.draft.edits)
        assert seen["text"] == screen.draft.recording.hydrated.template_messages[0].text
        assert screen.editor.original == seen["text"] + " At once."
        assert os.environ.get("NO_COLOR") is None


async def test_at_80x24_the_list_says_how_many_messages_it_has_room_for(tmp_path: Path) -> None:
    async with workbench(demo(tmp_path), size=NARROW) as (app, pilot, screen):
        for role in ("user", "user"):
            messages = [{"role": m.role, "content": m.text} for m in screen.draft.hydrated.template_messages]
            screen.change({"edit": "template_messages", "messages": [*messages, {"role": role, "content": "And?"}]})
        await until(pilot, lambda: "shown of 4" in text(app))


async def test_an_image_beside_the_text_is_told(tmp_path: Path) -> None:
    image = MediaPart("image", {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}})
    call = LLMCall(
        request_model="m",
        messages=(Message.of("system", "Be kind."), Message("user", (TextPart("What is this?"), image))),
        output=(Message.of("assistant", "A cat."),),
    )
    library = Library()
    library.add(file_of(Trace("e" * 16, (span("s1", "call", "llm", None, 0, 1000, llm=call),), "seeing")))
    app = TracefixApp(library, root=demo(tmp_path))
    async with app.run_test(size=WIDE) as pilot:
        await settled(app, pilot)
        await pilot.press("e")
        await until(pilot, lambda: "+ 1 image  " in text(app))
        await pilot.press("escape", "down")
        await until(pilot, lambda: "2 user   + 1 image, sent as recorded" in text(app))
