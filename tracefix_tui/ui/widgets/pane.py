"""What every pane of a board is: a scrolling view whose text can be copied and found in."""

from __future__ import annotations

from textual.scroll_view import ScrollView


class PaneView(ScrollView, can_focus=True, inherit_bindings=False):
    """The base of the line widgets; one without text of its own has nothing to copy and nothing to find."""

    @property
    def text(self) -> str:
        """The whole content as text."""
        return ""

    @property
    def selected_text(self) -> str | None:
        """The selected part, or None without a selection."""
        return None

    def find(self, query: str) -> tuple[int, int]:
        """Go to the first place at or after the cursor that holds a text: (its number, of how many)."""
        return 0, 0
