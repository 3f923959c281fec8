"""The row list: moving, folding, filter, find, a hundred thousand rows."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st
from screen import Holder, lines

from tracefix_tui.ui.widgets.row_list import RowList
from tracefix_tui.ui.widgets.rows import Cell, Column, ListRows, Row, TreeRows, subtree_ends

SIZE = (40, 10)


def tree(depths: list[int]) -> TreeRows:
    return TreeRows(
        depths,
        lambda at, marker: Row(str(at), (Cell(f"{'  ' * depths[at]}{marker} row {at}"),)),
        lambda at: f"row {at}",
        str,
    )


async def test_rows_are_columns_and_the_cursor_moves() -> None:
    rows = RowList()
    async with Holder(rows).run_test(size=SIZE) as pilot:
        made = [Row(str(n), (Cell(f"case {n}"), Cell("FAIL", "fail"))) for n in range(30)]
        rows.show(ListRows(made), (Column(), Column(4)))
        await pilot.press("down", "down")
        await pilot.pause()
        assert lines(rows.app)[2].startswith("> case 2")
        assert lines(rows.app)[2].rstrip().endswith("FAIL")
        await pilot.press("G")
        await pilot.pause()
        assert rows.current is not None and rows.current.key == "29"
        assert "case 29" in lines(rows.app)[-1]


async def test_branches_fold() -> None:
    rows = RowList()
    async with Holder(rows).run_test(size=SIZE) as pilot:
        rows.show(tree([0, 1, 2, 1, 0]))
        await pilot.press("space")
        await pilot.pause()
        assert [line.strip() for line in lines(rows.app)[:3]] == ["> > row 0", "row 4", ""]
        assert rows.select_key("2")
        await pilot.pause()
        assert "row 2" in lines(rows.app)[2]


async def test_the_filter_says_how_many_are_left_and_comes_off() -> None:
    rows = RowList()
    async with Holder(rows).run_test(size=SIZE) as pilot:
        rows.show(tree([0, 1, 1, 1, 0, 1]))
        assert rows.filter("row 3") == (1, 6)
        await pilot.pause()
        assert "row 3" in lines(rows.app)[0]
        assert rows.filter("") == (6, 6)
        assert rows.find("row 5") == (1, 1)
        assert rows.current is not None and rows.current.key == "5"


async def test_rows_that_cannot_be_selected_are_passed_over() -> None:
    rows = RowList()
    async with Holder(rows).run_test(size=SIZE) as pilot:
        made = [Row("a", (Cell("a"),)), Row("note", (Cell("note"),), selectable=False), Row("b", (Cell("b"),))]
        rows.show(ListRows(made))
        await pilot.press("down")
        assert rows.current is not None and rows.current.key == "b"
        await pilot.press("up")
        assert rows.current is not None and rows.current.key == "a"


async def test_an_empty_list_says_why() -> None:
    rows = RowList(empty="No traces here.")
    async with Holder(rows).run_test(size=SIZE) as pilot:
        await pilot.press("down", "end", "enter", "space", "n")
        assert "No traces here." in lines(rows.app)[0]


async def test_a_click_moves_and_two_choose() -> None:
    chosen = []

    class Choosing(Holder):
        def on_row_list_chosen(self, event: RowList.Chosen) -> None:
            chosen.append(event.row.key)

    rows = RowList()
    async with Choosing(rows).run_test(size=SIZE) as pilot:
        rows.show(tree([0, 0, 0]))
        await pilot.pause()
        await pilot.click(RowList, offset=(5, 2))
        assert rows.current is not None and rows.current.key == "2"
        await pilot.click(RowList, offset=(5, 1), times=2)
        await pilot.pause()
        assert chosen == ["1"]


async def test_a_hundred_thousand_rows_open_and_fold_at_once() -> None:
    rows = RowList()
    async with Holder(rows).run_test(size=SIZE) as pilot:
        began = time.process_time()
        rows.show(tree([0] + [1 if n % 5 == 0 else 2 for n in range(100_000)]))
        await pilot.press("down", "space", "end", "pageup", "home")
        await pilot.pause()
        assert time.process_time() - began < 1
        assert len(rows.rows) == 100_001 - 4


@given(st.lists(st.integers(0, 4), max_size=40))
def test_a_branch_ends_where_the_depth_comes_back(steps: list[int]) -> None:
    depths: list[int] = []
    for step in steps:
        depths.append(min(step, depths[-1] + 1 if depths else 0))
    ends = subtree_ends(depths)
    for at, end in enumerate(ends):
        assert all(depths[i] > depths[at] for i in range(at + 1, end))
        assert end == len(depths) or depths[end] <= depths[at]
