"""Adding an expectation: what the answer must hold, must not hold, match or equal."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tracefix_tui.model.check import CheckSpec
from tracefix_tui.model.errors import BadInput
from tracefix_tui.model.text import safe
from tracefix_tui.ui.keys import bind
from tracefix_tui.ui.widgets.row_list import RowList
from tracefix_tui.ui.widgets.rows import Cell, Column, ListRows, Row
from tracefix_tui.ui.widgets.safe_fields import SafeInput


class ExpectationScreen(ModalScreen[CheckSpec | None]):
    """Gives the check, or None."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS = [
        bind("back", "dismiss(None)"),
        Binding("up", "move(-1)", show=False, priority=True), Binding("down", "move(1)", show=False, priority=True),
    ]  # fmt: skip

    def compose(self) -> ComposeResult:
        """The kinds, the value."""
        with Vertical(id="box") as box:
            box.border_title = Content(" Expect of every answer ")
            box.border_subtitle = Content(" up/down kind   enter add   esc leave ")
            yield RowList(id="kinds")
            yield SafeInput(id="line", placeholder="30 days")
            yield Static(
                "It judges the runs so far and those to come, and goes into the case.", id="words", markup=False
            )
            yield Static("", id="wrong", markup=False)

    def on_mount(self) -> None:
        """The expectations that there are, from the checks themselves."""
        from tracefix_tui.checks import all_checks

        kinds = [c for c in all_checks() if c.category == "expectation"]
        rows = [Row(c.id, (Cell(c.id, "strong"), Cell(c.meaning, "dim"))) for c in kinds]
        self.query_one(RowList).show(ListRows(rows), (Column(14), Column()))
        self.query_one(RowList).styles.height = len(rows)
        self.query_one(SafeInput).focus()

    def action_move(self, step: int) -> None:
        """Another kind."""
        self.query_one(RowList).action_move(step)

    @on(RowList.Chosen)
    @on(Input.Submitted)
    def _submitted(self) -> None:
        from tracefix_tui.checks import parse_spec

        row, value = self.query_one(RowList).current, self.query_one(SafeInput).value
        if row is None or not value.strip():
            self._wrong("write what to look for")
            return
        try:
            self.dismiss(parse_spec(f"{row.key}:{value}"))
        except BadInput as error:
            self._wrong(str(error))

    def _wrong(self, words: str) -> None:
        self.query_one("#wrong", Static).update(Content(safe(words)))
