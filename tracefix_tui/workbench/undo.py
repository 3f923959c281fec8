"""Undo and redo: drafts are values, so a step back is the draft before."""

from __future__ import annotations

from dataclasses import dataclass, field

from tracefix_tui.workbench.draft import Draft

LIMIT = 500


@dataclass
class Steps:
    """The drafts gone through. `now` is the one worked on."""

    now: Draft
    _before: list[Draft] = field(default_factory=list)
    _after: list[Draft] = field(default_factory=list)

    def to(self, draft: Draft) -> None:
        """Go on to another draft; what was undone before is forgotten."""
        if (draft.edits, draft.parent) == (self.now.edits, self.now.parent):
            return
        self._before = [*self._before[-LIMIT:], self.now]
        self._after = []
        self.now = draft

    def step(self, by: int) -> bool:
        """A step back (-1) or forth (1); False where there is none."""
        source, target = (self._before, self._after) if by < 0 else (self._after, self._before)
        if not source:
            return False
        target.append(self.now)
        self.now = source.pop()
        return True
