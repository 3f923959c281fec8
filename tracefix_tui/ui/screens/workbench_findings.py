"""The part of the workbench that says how the checks stand after replay, and keeps checks for the case."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.binding import Binding

from tracefix_tui.model.check import CheckSpec
from tracefix_tui.ui.content import run_rows as content
from tracefix_tui.ui.keys import bind
from tracefix_tui.ui.screens.workbench_run import RunScreen
from tracefix_tui.ui.widgets.row_list import RowList
from tracefix_tui.workbench.judging import Standing


class FindingsScreen(RunScreen):
    """The findings pane. `session.specs` are the checks that the user keeps or added."""

    BINDINGS = [
        bind("keep_check", "keep_check(1)"),
        *(Binding(str(n), f"keep_check({n})", show=False) for n in range(2, 10)),
    ]
    _at_finding = 0
    _rows: tuple[Standing, ...] = ()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Number keys work where there is a check with the number."""
        if action == "keep_check":
            return self.steps is not None and (not parameters or int(str(parameters[0])) <= len(self._rows))
        return super().check_action(action, parameters)

    def draw_findings(self) -> None:
        """Show the list, the row under the cursor with all it says."""
        assert self.session is not None
        rows = self._rows = tuple(self.session.standings(self.draft.request))
        self._at_finding = max(0, min(self._at_finding, len(rows) - 1))
        pane = self.list_pane("findings")
        width = pane.scrollable_content_region.width or 70
        repeats = self.session.repeats(self.draft.request)
        baseline, kept = self.session.recording.baseline, self.session.specs
        made = content.standing_rows(rows, kept, self._at_finding, width, ran=bool(repeats), baseline=baseline)
        pane.show(made, content.STANDINGS, cursor=self._at_finding)
        move = content.checks_move(baseline, repeats[-1] if repeats else None)
        self.title_pane("findings", "Findings  after replay", move)

    @on(RowList.Highlighted, "#findings")
    def _finding_highlighted(self, event: RowList.Highlighted) -> None:
        at = next((i for i, row in enumerate(self._rows) if row.spec.label == event.row.key), self._at_finding)
        if at != self._at_finding:
            self._at_finding = at
            self.draw_findings()

    def summary(self) -> Sequence[str]:
        """How the checks stand, on a narrow screen."""
        if self.session is None or self.steps is None:
            return ()
        repeats = self.session.repeats(self.draft.request)
        move = content.checks_move(self.session.recording.baseline, repeats[-1] if repeats else None)
        return ("   ".join([f" {move}", *(content.short_stand(row, bool(repeats)) for row in self._rows)]),)

    # -- keeping checks

    def action_keep_check(self, number: int) -> None:
        """Keep the check with this number, or no longer."""
        rows = self._rows
        if number <= len(rows):
            self._at_finding = number - 1
            self._toggle(rows[number - 1].spec)

    @on(RowList.Chosen, "#findings")
    def _finding_chosen(self, event: RowList.Chosen) -> None:
        found = [row.spec for row in self._rows if row.spec.label == event.row.key]
        if found:
            self._toggle(found[0])

    def action_add(self) -> None:
        """In the findings: an expectation of the user's own."""
        if self.focused_pane is not None and self.focused_pane.id == "findings":
            self.action_expect()
        else:
            super().action_add()

    def action_expect(self) -> None:
        """Add a check of the user's own."""
        from tracefix_tui.ui.screens.expectation import ExpectationScreen

        self.app.push_screen(ExpectationScreen(), self._expect)

    def _expect(self, spec: CheckSpec | None) -> None:
        if spec is not None and self.session is not None and spec not in self.session.specs:
            self._toggle(spec)

    def _toggle(self, spec: CheckSpec) -> None:
        assert self.session is not None
        specs = self.session.specs
        kept = spec in specs
        self.session.specs = tuple(s for s in specs if s != spec) if kept else (*specs, spec)
        self._rejudge()
        words = "is not kept any more" if kept else "is kept: it judges the runs and goes into the case"
        self.app.notify(f"{spec.label} {words}", markup=False)

    def _rejudge(self) -> None:
        """Judge the runs of this draft again, with the checks as they are now; a run under way may add to the list."""
        assert self.session is not None
        attempts, request = self.session.attempts, self.draft.request
        for i, attempt in enumerate(attempts):
            if attempt.request == request:
                attempts[i] = self.session.rejudge(self.draft, attempt)
                if self.attempt is not None and self.attempt.id == attempt.id:
                    self.attempt = attempts[i]
        self.draw_results()
        self.keep_later()
