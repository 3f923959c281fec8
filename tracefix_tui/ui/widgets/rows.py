"""What a row list shows: rows of cells, made only when they are painted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol


class Cell(NamedTuple):
    """One cell: a text and the name of its style."""

    text: str
    style: str = ""


class Row(NamedTuple):
    """One row. `flag` is the sign at its left edge; a row that is not `selectable` is passed over by the cursor."""

    key: str
    cells: tuple[Cell, ...]
    flag: str = ""
    selectable: bool = True


class Column(NamedTuple):
    """A column: fixed width in cells, or flexible with 0. It is left out below a list width of `hide_below`."""

    width: int = 0
    right: bool = False
    hide_below: int = 0


class Rows(Protocol):
    """A source of rows; only those on the screen are asked for."""

    def __len__(self) -> int:
        """How many rows there are now."""

    def row(self, index: int) -> Row:
        """The row at a position."""

    def text(self, index: int) -> str:
        """What find and filter look at."""

    def toggle(self, index: int) -> bool:
        """Fold or unfold the row; False when it has nothing to fold."""

    def filter(self, query: str) -> tuple[int, int]:
        """Keep only rows that hold a text (all for an empty one): (shown, of how many)."""

    def find_key(self, key: str) -> int | None:
        """Where the row with a key is, unfolding what hides it; None when there is none."""


class ListRows:
    """Rows held in a list."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._all = list(rows)
        self._shown = self._all

    def __len__(self) -> int:
        return len(self._shown)

    def row(self, index: int) -> Row:
        """The row at a position."""
        return self._shown[index]

    def text(self, index: int) -> str:
        """The row's cells, joined."""
        return " ".join(cell.text for cell in self._shown[index].cells)

    def toggle(self, index: int) -> bool:
        """Nothing folds."""
        return False

    def filter(self, query: str) -> tuple[int, int]:
        """Keep the rows that hold the text."""
        self._shown = self._all
        if query:
            wanted = query.casefold()
            self._shown = [r for r in self._all if wanted in " ".join(c.text for c in r.cells).casefold()]
        return len(self._shown), len(self._all)

    def find_key(self, key: str) -> int | None:
        """The position of the row with this key."""
        return next((i for i, row in enumerate(self._shown) if row.key == key), None)


class TreeRows:
    """Rows of a tree given in walking order with their depths; folding keeps a list of visible positions."""

    def __init__(
        self,
        depths: Sequence[int],
        make: Callable[[int, str], Row],
        text: Callable[[int], str],
        key: Callable[[int], str],
    ) -> None:
        self._depths, self._make, self._text, self._key = depths, make, text, key
        self._ends = subtree_ends(depths)
        self._folded: set[int] = set()
        self._visible: Sequence[int] = range(len(depths))
        self._query = ""

    def __len__(self) -> int:
        return len(self._visible)

    def row(self, index: int) -> Row:
        """The row, told its fold marker: `v` open, `>` folded, blank for a leaf."""
        at = self._visible[index]
        leaf = self._ends[at] == at + 1
        return self._make(at, " " if leaf else ">" if at in self._folded else "v")

    def text(self, index: int) -> str:
        """What find looks at."""
        return self._text(self._visible[index])

    def toggle(self, index: int) -> bool:
        """Fold or unfold a branch."""
        at = self._visible[index]
        if self._ends[at] == at + 1 or self._query:
            return False
        self._folded ^= {at}
        self._show()
        return True

    def folded(self, index: int) -> bool | None:
        """Whether the branch is folded; None for a leaf."""
        at = self._visible[index]
        return None if self._ends[at] == at + 1 else at in self._folded

    def filter(self, query: str) -> tuple[int, int]:
        """Keep the rows that hold the text, wherever they are in the tree."""
        self._query = query
        self._show()
        return len(self._visible), len(self._depths)

    def find_key(self, key: str) -> int | None:
        """The row's position; branches that hide it are unfolded, a filter that hides it is lifted."""
        at = next((i for i in range(len(self._depths)) if self._key(i) == key), None)
        if at is None:
            return None
        hiding = {f for f in self._folded if f < at < self._ends[f]}
        if hiding or (self._query and at not in self._visible):
            self._folded -= hiding
            self._query = ""
            self._show()
        return self._visible.index(at)

    def _show(self) -> None:
        if self._query:
            wanted = self._query.casefold()
            self._visible = [i for i in range(len(self._depths)) if wanted in self._text(i).casefold()]
            return
        if not self._folded:
            self._visible = range(len(self._depths))
            return
        visible: list[int] = []
        at = 0
        for fold in sorted(self._folded):
            if fold < at:
                continue
            visible.extend(range(at, fold + 1))
            at = self._ends[fold]
        visible.extend(range(at, len(self._depths)))
        self._visible = visible


def subtree_ends(depths: Sequence[int]) -> list[int]:
    """For each row in walking order the position after its last descendant."""
    ends = [0] * len(depths)
    open_rows: list[int] = []
    for at, depth in enumerate(depths):
        while open_rows and depths[open_rows[-1]] >= depth:
            ends[open_rows.pop()] = at
        open_rows.append(at)
    for row in open_rows:
        ends[row] = len(depths)
    return ends
