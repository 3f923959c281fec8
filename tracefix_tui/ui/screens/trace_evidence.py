"""The part of the trace screen that deals with findings: the list, the number keys, the way to the evidence."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import on
from textual.binding import Binding

from tracefix_tui.ui.keys import bind
from tracefix_tui.ui.screens.panes import Pane, PaneScreen
from tracefix_tui.ui.widgets.row_list import RowList
from tracefix_tui.ui.widgets.text_view import TextView

if TYPE_CHECKING:
    from tracefix_tui.model.check import Evidence, Finding
    from tracefix_tui.model.trace import Span
    from tracefix_tui.ui.content.shown import Shown


class EvidenceScreen(PaneScreen):
    """Findings of the trace shown. `findings` is None while they are looked for."""

    BINDINGS = [
        bind("evidence", "evidence(1)"),
        *(Binding(str(n), f"evidence({n})", show=False) for n in range(2, 10)),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.shown: Shown | None = None
        self._panes: dict[str, Pane] = {}
        self.forget_findings()

    def forget_findings(self) -> None:
        """Another trace: nothing is known of it yet."""
        self.findings: tuple[Finding, ...] | None = None
        self._current, self._place = 0, -1

    @abstractmethod
    def show_span(self, span: Span) -> None:
        """Show a span in the panes."""

    def pane(self, pane_id: str) -> Pane:
        """A pane by its id."""
        return self._panes[pane_id]

    def text_pane(self, pane_id: str) -> TextView:
        """A pane of text by its id."""
        pane = self._panes[pane_id]
        assert isinstance(pane, TextView)
        return pane

    def list_pane(self, pane_id: str) -> RowList:
        """A pane of rows by its id."""
        pane = self._panes[pane_id]
        assert isinstance(pane, RowList)
        return pane

    def flag_of(self, span_id: str) -> str:
        """`!` for a span with findings."""
        return "!" if any(f.span_id == span_id for f in self.findings or ()) else ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Number keys work once there are findings."""
        if action == "evidence":
            return bool(self.findings) and int(str(parameters[0])) <= len(self.findings or ())
        return super().check_action(action, parameters)

    def draw_findings(self, problem: str = "") -> None:
        """Show the list again."""
        pane, found = self.list_pane("findings"), self.findings
        pane.empty = problem or ("checking..." if found is None else "No findings: every check that applies passed.")
        self._list_findings()
        count = "Findings" if found is None else f"Findings {len(found)}"
        self.title_pane("findings", f"{count}  press 1-9 to jump" if found else count)
        self.draw_summary()
        self.refresh_bindings()

    def _list_findings(self) -> None:
        from tracefix_tui.ui.content.findings import COLUMNS, finding_rows  # after the first paint

        pane = self.list_pane("findings")
        width = pane.scrollable_content_region.width or 90
        pane.show(finding_rows(self.findings or (), self._current, width), COLUMNS, cursor=self._current)

    def summary(self) -> Sequence[str]:
        """The finding looked at, on a narrow screen."""
        if not self.findings:
            return ()
        verdict = self.findings[self._current].verdict
        words = f"{self._current + 1} {verdict.severity.upper()} {verdict.check}: {verdict.message}"
        return (f"{words}  ({self._current + 1}/{len(self.findings)})",)

    @on(RowList.Highlighted, "#findings")
    def _finding_highlighted(self, event: RowList.Highlighted) -> None:
        if self.findings and event.row.key.isdigit() and int(event.row.key) != self._current:
            self._current, self._place = int(event.row.key), -1
            self._list_findings()
            self.draw_summary()

    @on(RowList.Chosen, "#findings")
    def _finding_chosen(self, event: RowList.Chosen) -> None:
        if event.row.key.isdigit():
            self.action_evidence(int(event.row.key) + 1)

    def action_evidence(self, number: int) -> None:
        """Go to the evidence of a finding; pressed again, to its next."""
        if not self.findings or number > len(self.findings):
            return
        places = self.findings[number - 1].verdict.evidence
        again = number - 1 == self._current and bool(places)
        self._place = (self._place + 1) % len(places) if again else 0
        self._current = number - 1
        self._list_findings()
        self.draw_summary()
        if not places:
            self.app.notify("This finding points at no place in the trace.", markup=False)
        elif not self._jump_to(places[self._place]):
            self.app.notify("The place this finding points at is not in the trace.", severity="warning", markup=False)

    def _jump_to(self, evidence: Evidence) -> bool:
        assert self.shown is not None
        if self._jump_here(evidence):
            return True
        span = self.shown.trace.by_id.get(evidence.span_id)
        if span is None or span is self.shown.span:
            return False
        self.list_pane("spans").select_key(span.id, tell=False)
        self.show_span(span)
        return self._jump_here(evidence)

    def _jump_here(self, evidence: Evidence) -> bool:
        from tracefix_tui.ui.content.parts import pane_of, place_key

        assert self.shown is not None
        key = place_key(self.shown.span.id, evidence)
        for name in dict.fromkeys((pane_of(evidence.field), "prompt", "tools", "output", "params")):
            view = self.text_pane(name)
            keys = [s.key for s in view.sections]
            found = key if key in keys else next((k for k in keys if key.startswith(k) or k.startswith(key)), None)
            if found is not None:
                self.action_open_pane(name)
                self.call_after_refresh(view.jump, found, evidence.start)
                return True
        return False
