"""The diff screen: what differs, by words, in one column or two, and the numbers below."""

from __future__ import annotations

from pathlib import Path

from bench import demo, run, until, workbench
from hypothesis import given
from hypothesis import strategies as st
from screen import NARROW, WIDE, text

from tracefix_tui.compare.messages import diff_tool_calls
from tracefix_tui.compare.output import diff_output
from tracefix_tui.compare.text import diff_text
from tracefix_tui.model.message import Message, ToolCall
from tracefix_tui.ui.content.diff_lines import compare_outputs, plain, text_lines
from tracefix_tui.ui.screens.diff import DiffScreen
from tracefix_tui.ui.widgets.diff_layout import Layout, _merged


async def test_words_are_marked_in_two_columns_and_in_one(tmp_path: Path) -> None:
    async with workbench(demo(tmp_path), size=WIDE) as (app, pilot, screen):
        screen.change({"edit": "param", "name": "max_tokens", "value": 99})
        await run(pilot, screen)
        await pilot.press("escape", "d")
        await until(pilot, lambda: isinstance(app.screen, DiffScreen) and app.screen.compared)
        await pilot.pause()
        shown = text(app)
        assert "recorded -> run 1" in shown and "view: split" in shown
        assert "max_tokens: [-200-]" in shown and "max_tokens: {+99+}" in shown
        assert "words" in shown and "similarity 0." in shown
        assert "checks 7/" in shown and "latency 2.90 -> " in shown and "tokens 18 -> " in shown
        await pilot.press("v")
        await pilot.pause()
        assert "view: inline" in text(app) and "max_tokens: [-200-]{+99+}" in text(app)
        await pilot.press("x")
        await until(pilot, lambda: "run 1 -> recorded" in text(app))
        await until(pilot, lambda: "max_tokens: [-99-]{+200+}" in text(app))


async def test_below_110_columns_it_is_inline(tmp_path: Path) -> None:
    async with workbench(demo(tmp_path), size=NARROW) as (app, pilot, screen):
        await run(pilot, screen)
        await pilot.press("escape", "d")
        await until(pilot, lambda: isinstance(app.screen, DiffScreen) and app.screen.compared)
        await pilot.pause()
        assert "│" not in text(app) and "[-" in text(app)
        await pilot.press("v")
        await pilot.pause()
        assert any("110 columns" in n.message for n in app._notifications)


async def test_next_change_counts(tmp_path: Path) -> None:
    async with workbench(demo(tmp_path)) as (app, pilot, screen):
        await pilot.press(*"First. ")
        screen.commit()
        screen.change({"edit": "param", "name": "temperature", "value": 0})
        await run(pilot, screen)
        await pilot.press("escape", "d")
        await until(pilot, lambda: isinstance(app.screen, DiffScreen) and app.screen.compared)
        await pilot.press("shift+tab", "g", "n", "n")
        await pilot.pause()
        assert "change 2 of 2" in text(app)
        await pilot.press("N")
        await pilot.pause()
        assert "change 1 of 2" in text(app)


def test_tool_calls_are_compared_by_name_and_arguments() -> None:
    a = Message("assistant", tool_calls=(ToolCall("1", "get_order", '{"id": "x", "n": 1}'),))
    b = Message("assistant", tool_calls=(ToolCall("2", "get_order", '{"n": 1, "id": 8841}'),))
    assert diff_tool_calls(a.tool_calls, b.tool_calls)[0].kind == "changed"
    lines = compare_outputs(diff_output(a, b)).lines
    assert [plain(line.left) for line in lines] == ["call 1  get_order  changed", 'id: "x"']
    assert plain(lines[1].right) == "id: 8841"


def test_json_is_compared_by_structure() -> None:
    a, b = Message.of("assistant", '{"a": 1, "b": [1, 2]}'), Message.of("assistant", '{"b": [1, 2], "a": 2}')
    lines = compare_outputs(diff_output(a, b)).lines
    assert plain(lines[0].left) == "JSON: 1 differences"
    assert (plain(lines[1].left), plain(lines[1].right)) == ("a: 1", "a: 2")


_LINES = st.lists(st.text("ab c,.", max_size=12), max_size=12).map("\n".join)


@given(_LINES, _LINES)
def test_inline_lines_hold_both_sides(a: str, b: str) -> None:
    for line in text_lines(diff_text(a, b)):
        if line.kind in ("note", "header"):
            continue
        merged = _merged(line)
        assert "".join(s.text for s in merged if s.kind != "added") == plain(line.left)
        assert "".join(s.text for s in merged if s.kind != "removed") == plain(
            line.right or line.left if line.kind == "equal" else line.right
        )


@given(_LINES, _LINES, st.integers(10, 60), st.booleans())
def test_every_line_is_laid_out_once(a: str, b: str, width: int, split: bool) -> None:
    lines = list(text_lines(diff_text(a, b)))
    layout = Layout(lines, width, split=split, wrap=True, folded=True)
    shown = {row.line for row in layout.rows}
    hidden = {at for first, count in layout.hidden.items() for at in range(first + 1, first + count)}
    assert shown | hidden == set(range(len(lines))) and not shown & hidden
    assert all(not lines[at].is_change for at in hidden)
