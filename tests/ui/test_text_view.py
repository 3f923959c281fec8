"""The text view: wrapping, marks, jumps, find, selection, streams, big texts."""

from __future__ import annotations

import time

from screen import Holder, lines

from tracefix_tui.ui.widgets.sections import Mark, Section, Tint
from tracefix_tui.ui.widgets.text_view import TextView

SIZE = (40, 12)


async def test_sections_have_headers_and_a_gap() -> None:
    view = TextView()
    async with Holder(view).run_test(size=SIZE) as pilot:
        view.show([Section("a", "one two", title="system"), Section("b", "three", title="user", note="2 tok")])
        await pilot.pause()
        shown = lines(view.app)
        assert shown[0].strip().startswith("system ──")
        assert shown[1].strip() == "one two"
        assert shown[2].strip() == ""
        assert shown[3].rstrip().endswith("─ 2 tok")


async def test_marks_and_sources_are_named_in_the_gutter() -> None:
    view = TextView()
    async with Holder(view).run_test(size=SIZE) as pilot:
        text = "Answer from the context.\nUnused items may be returned within 30 days."
        view.show([Section("m", text, tints=(Tint(25, 69, "document", "chunk 1"),), marks=(Mark(61, 68, tag="<-1"),))])
        await pilot.pause()
        shown = lines(view.app)
        assert shown[1].rstrip().endswith("chunk 1")
        assert shown[2].rstrip().endswith("<-1")


async def test_a_jump_brings_an_offset_into_view_and_opens_what_is_folded() -> None:
    view = TextView()
    async with Holder(view).run_test(size=SIZE) as pilot:
        long = "\n".join(f"line {n}" for n in range(300))
        view.show([Section("a", "short"), Section("b", long, title="chunk", preview=2)])
        await pilot.pause()
        assert any("more characters" in line for line in lines(view.app))
        assert view.jump("b", long.index("line 250"))
        await pilot.pause()
        assert any("line 250" in line for line in lines(view.app))
        assert not view.jump("nothing")


async def test_find_counts_and_steps() -> None:
    view = TextView()
    async with Holder(view).run_test(size=SIZE) as pilot:
        view.set_text("\n".join("Refund" if n % 50 == 10 else f"line {n}" for n in range(200)))
        await pilot.pause()
        assert view.find("refund") == (1, 4)
        await pilot.press("n")
        assert view.finder.number == 2
        await pilot.press("N", "N")
        assert view.finder.number == 4
        assert any("Refund" in line for line in lines(view.app))
        assert view.find("not there") == (0, 0)


async def test_the_selection_is_of_the_original_text() -> None:
    view = TextView()
    async with Holder(view).run_test(size=SIZE) as pilot:
        view.set_text("one\x1b[31m\ntwo\nthree")
        await pilot.pause()
        assert view.selected_text is None
        await pilot.press("shift+down")
        assert view.selected_text == "one\x1b[31m\ntwo"
        await pilot.press("down")
        assert view.selected_text is None


async def test_lines_scroll_sideways_when_not_wrapped() -> None:
    view = TextView()
    async with Holder(view).run_test(size=SIZE) as pilot:
        view.set_text("0123456789" * 20)
        await pilot.press("w", "right")
        await pilot.pause()
        assert lines(view.app)[0].strip().startswith("89012345")
        await pilot.press("w")
        await pilot.pause()
        assert lines(view.app)[1].strip()


async def test_a_stream_is_followed_until_the_reader_scrolls_up() -> None:
    view = TextView()
    async with Holder(view).run_test(size=SIZE) as pilot:
        view.set_text("start")
        for n in range(60):
            view.append(f"\npart {n}")
        await pilot.pause(0.15)
        assert any("part 59" in line for line in lines(view.app))
        await pilot.press("home")
        view.append("\nlater")
        await pilot.pause(0.15)
        assert lines(view.app)[0].strip() == "start"
        assert view.text.endswith("part 59\nlater")


async def test_wide_characters_keep_the_frame_straight() -> None:
    view = TextView()
    view.styles.border = ("round", "white")
    async with Holder(view).run_test(size=SIZE) as pilot:
        view.set_text("返品は三十日以内に限ります。開封済みの商品は店舗クレジットのみです。👍 ok")
        await pilot.pause()
        from rich.cells import cell_len

        assert {cell_len(line) for line in lines(view.app)} == {SIZE[0]}


async def test_a_megabyte_opens_at_once_wherever_its_lines_end() -> None:
    for text in (
        "word and " * 115_000,
        "x" * 1_000_000,
        "some line of text\n" * 58_000,
        "返品は三十日以内。" * 110_000,
    ):
        view = TextView()
        async with Holder(view).run_test(size=SIZE) as pilot:
            began = time.process_time()
            view.set_text(text)
            await pilot.pause()
            await pilot.press("pagedown", "end")
            await pilot.pause()
            assert time.process_time() - began < 1
            assert text.rstrip().endswith(lines(view.app)[-1][:-1].strip())


async def test_the_reader_stays_at_the_same_text_when_the_width_changes() -> None:
    view = TextView()
    async with Holder(view).run_test(size=SIZE) as pilot:
        view.set_text("\n".join(f"{n} " + "word " * 20 for n in range(200)))
        view.jump("text", view.text.index("\n150 ") + 1)
        await pilot.resize_terminal(70, 12)
        await pilot.pause()
        assert any(line.strip().startswith("150 word") for line in lines(view.app))


async def test_dragging_selects_rows() -> None:
    view = TextView()
    async with Holder(view).run_test(size=SIZE) as pilot:
        view.set_text("one\ntwo\nthree")
        await pilot.pause()
        await pilot.mouse_down(TextView, offset=(3, 0))
        await pilot.hover(TextView, offset=(3, 1))
        await pilot.mouse_up(TextView, offset=(3, 1))
        assert view.selected_text == "one\ntwo"
