"""The jump overlay: a letter over each pane; pressing it goes there, any other key closes."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.geometry import Region
from textual.screen import ModalScreen
from textual.widgets import Static


class JumpScreen(ModalScreen[str | None]):
    """Gives the letter pressed, or None. `places` are (letter, words, where)."""

    def __init__(self, places: Sequence[tuple[str, str, Region]]) -> None:
        super().__init__()
        self._places = places

    def compose(self) -> ComposeResult:
        """A label over each place."""
        for letter, words, region in self._places:
            label = Static(f" {words} ", markup=False, classes="jump-label")
            label.styles.offset = (region.x + max(0, region.width // 2 - 6), region.y + region.height // 2)
            label.letter = letter  # type: ignore[attr-defined]
            yield label

    def on_key(self, event: events.Key) -> None:
        """Close with the letter."""
        event.stop()
        self.dismiss(event.character if event.character in {letter for letter, _, _ in self._places} else None)

    def on_click(self, event: events.Click) -> None:
        """Close, with the letter that was clicked."""
        letter = getattr(event.widget, "letter", None)
        self.dismiss(letter if isinstance(letter, str) else None)
