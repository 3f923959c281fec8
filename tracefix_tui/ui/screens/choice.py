"""A short list to choose from, on top of a screen."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.content import Content
from textual.screen import ModalScreen

from tracefix_tui.model.text import safe_line
from tracefix_tui.ui.keys import bind
from tracefix_tui.ui.widgets.row_list import RowList
from tracefix_tui.ui.widgets.rows import Cell, Column, ListRows, Row


class ChoiceScreen(ModalScreen[str | None]):
    """Gives the key of the chosen row, or None. `choices` are (key, name, explanation)."""

    BINDINGS = [bind("back", "dismiss(None)")]

    def __init__(self, title: str, choices: Sequence[tuple[str, str, str]]) -> None:
        super().__init__()
        self._title, self._choices = title, choices

    def compose(self) -> ComposeResult:
        """The list."""
        rows = RowList(id="choices")
        rows.border_title = Content(safe_line(self._title))
        rows.border_subtitle = Content("enter choose   esc close")
        rows.styles.height = len(self._choices) + 2
        yield rows

    def on_mount(self) -> None:
        """Fill and focus it."""
        made = [Row(key, (Cell(name, "strong"), Cell(words, "dim"))) for key, name, words in self._choices]
        rows = self.query_one(RowList)
        rows.show(ListRows(made), (Column(18), Column()))
        rows.focus()

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Close with it."""
        self.dismiss(event.row.key)
