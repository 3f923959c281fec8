"""A board of panes: one function computes who is where, so that zoom, tabs and splits are numbers, not containers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from textual.geometry import NULL_OFFSET, NULL_SPACING, Region, Size
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.widget import Widget

Plan = Callable[[Size], Mapping[str, Region]]


class _PlanLayout(Layout):
    name = "plan"

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def arrange(self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True) -> ArrangeResult:
        regions = self._plan(size)
        return [
            WidgetPlacement(regions[child.id], NULL_OFFSET, NULL_SPACING, child)
            for child in children
            if child.id is not None and child.id in regions
        ]


class Board(Widget):
    """Places its children where `plan` says; one pane alone fills it."""

    def __init__(self, *panes: Widget, plan: Plan, id: str | None = None) -> None:
        super().__init__(*panes, id=id)
        self._plan = plan
        self.only: str | None = None
        self._plan_layout = _PlanLayout(self._place)

    @property
    def layout(self) -> Layout:
        """The plan."""
        return self._plan_layout

    def _place(self, size: Size) -> Mapping[str, Region]:
        return {self.only: size.region} if self.only else self._plan(size)

    def show_only(self, pane: str | None) -> None:
        """Give one pane the whole board, or let all back."""
        self.only = pane
        for child in self.children:
            child.display = pane is None or child.id == pane
        self.refresh(layout=True)


def rows(region: Region, *shares: float) -> list[Region]:
    """A region cut from top to bottom: a share of 1 or more is that many rows, one below 1 a part of what is left."""
    return [Region(region.x, region.y + at, region.width, size) for at, size in _cut(region.height, shares)]


def columns(region: Region, *shares: float) -> list[Region]:
    """A region cut from left to right, by the same rule."""
    return [Region(region.x + at, region.y, size, region.height) for at, size in _cut(region.width, shares)]


def _cut(whole: int, shares: tuple[float, ...]) -> list[tuple[int, int]]:
    fixed = sum(int(s) for s in shares if s >= 1)
    parts = sum(s for s in shares if s < 1) or 1.0
    left = max(0, whole - fixed)
    out, at, given = [], 0, 0
    last = max((i for i, s in enumerate(shares) if s < 1), default=-1)
    for i, share in enumerate(shares):
        size = int(share) if share >= 1 else int(left * share / parts)
        if i == last:
            size = left - given
        if share < 1:
            given += size
        out.append((at, size))
        at += size
    return out
