"""Where a text occurs in the sections of a view, and which occurrence is looked at."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence


class Finder:
    """Matches of `query` in some texts, whatever the case, in reading order."""

    def __init__(self) -> None:
        self.query = ""
        self.places: list[list[int]] = []
        self.total = 0
        self._flat: list[tuple[int, int]] = []
        self._at = 0

    def search(self, texts: Sequence[str]) -> None:
        """Look for the query in these texts."""
        self.places = [[] for _ in texts]
        if self.query:
            pattern = re.compile(re.escape(self.query), re.IGNORECASE)
            self.places = [[m.start() for m in pattern.finditer(text)] for text in texts]
        self._flat = [(i, at) for i, found in enumerate(self.places) for at in found]
        self.total = len(self._flat)
        self._at = min(self._at, max(0, self.total - 1))

    def start_at(self, place: tuple[int, int]) -> None:
        """Look at the first match at or after a place, or the first of all."""
        at = bisect_left(self._flat, place)
        self._at = at if at < self.total else 0

    def step(self, step: int) -> None:
        """Look at another match; the ends meet."""
        self._at = (self._at + step) % self.total if self.total else 0

    @property
    def number(self) -> int:
        """The match looked at, counted from 1; 0 without any."""
        return self._at + 1 if self.total else 0

    @property
    def current(self) -> tuple[int, int] | None:
        """(text, offset) of the match looked at."""
        return self._flat[self._at] if self.total else None

    def current_range(self, index: int) -> list[tuple[int, int, str]]:
        """The match looked at, if it is in this text, as a range to paint."""
        here = self.current
        if here is None or here[0] != index:
            return []
        return [(here[1], here[1] + len(self.query), "selection")]
