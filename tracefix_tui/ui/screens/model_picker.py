"""Choosing a model: what can be asked from this machine now, or any name that LiteLLM takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tracefix_tui.ui.keys import bind
from tracefix_tui.ui.widgets.row_list import RowList
from tracefix_tui.ui.widgets.rows import Cell, Column, ListRows, Row
from tracefix_tui.ui.widgets.safe_fields import SafeInput

if TYPE_CHECKING:
    from tracefix_tui.replay.models import ModelChoice

_COLUMNS = (Column(34), Column(22, hide_below=60), Column())
_WORDS = "Keys and endpoints come from your environment alone. Any other name that LiteLLM knows can be typed."


class ModelPicker(ModalScreen[str | None]):
    """Gives the name of a model, or None."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS = [
        bind("back", "dismiss(None)"),
        Binding("up", "move(-1)", show=False, priority=True), Binding("down", "move(1)", show=False, priority=True),
    ]  # fmt: skip

    def __init__(self, current: str, recorded: str) -> None:
        super().__init__()
        self._current, self._recorded = current, recorded
        self._choices: list[ModelChoice] = []

    def compose(self) -> ComposeResult:
        """A line to type in, the models."""
        with Vertical(id="box", classes="tall") as box:
            box.border_title = Content(" Model ")
            box.border_subtitle = Content(" type to narrow or name   enter choose   esc leave ")
            yield SafeInput(id="line", placeholder="looking for models...")
            yield RowList(id="models")
            yield Static(_WORDS, id="words", markup=False)

    def on_mount(self) -> None:
        """Show what is known, look for the rest."""
        self._draw()
        self.query_one(SafeInput).focus()
        self._look()

    @work(thread=True, exclusive=True)
    def _look(self) -> None:
        from tracefix_tui.replay.models import runnable_models

        choices = runnable_models()
        self.app.call_from_thread(self._found, choices)

    def _found(self, choices: list[ModelChoice]) -> None:
        self._choices = choices
        if self.is_mounted:
            self.query_one(SafeInput).placeholder = "type to narrow, or the name of another model"
            self._draw()

    def _draw(self) -> None:
        typed = self.query_one(SafeInput).value.strip()
        rows = [
            Row(
                c.model,
                (Cell(c.model, "strong"), Cell(c.where), Cell(c.note, "dim")),
                "*" if c.model == self._current else "",
            )
            for c in self._choices
        ]
        listed = {c.model for c in self._choices}
        for name, note in ((self._current, "now"), (self._recorded, "as recorded")):
            if name and name not in listed:
                rows.append(Row(name, (Cell(name, "strong"), Cell(""), Cell(note, "dim"))))
                listed.add(name)
        if typed:
            rows = [row for row in rows if typed.casefold() in row.key.casefold()]
            if typed not in listed:
                rows.append(Row(typed, (Cell(typed, "strong"), Cell(""), Cell("as typed", "dim"))))
        at = next((i for i, row in enumerate(rows) if row.key == self._current), 0)
        self.query_one(RowList).show(ListRows(rows), _COLUMNS, cursor=at)

    def action_move(self, step: int) -> None:
        """Move in the list while typing."""
        self.query_one(RowList).action_move(step)

    @on(Input.Changed)
    def _typed(self) -> None:
        self._draw()

    @on(Input.Submitted)
    def _submitted(self) -> None:
        row = self.query_one(RowList).current
        self.dismiss(row.key if row else None)

    @on(RowList.Chosen)
    def _chosen(self, event: RowList.Chosen) -> None:
        self.dismiss(event.row.key)
