"""The workbench: edit a recorded call, replay it, see how the checks stand, compare, accept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on

from tracefix_tui.model.attempt import Attempt
from tracefix_tui.model.errors import TracefixError
from tracefix_tui.model.text import safe_line
from tracefix_tui.model.trace import Span
from tracefix_tui.ui.content import run_rows as content
from tracefix_tui.ui.content.output import output_note, output_sections
from tracefix_tui.ui.keys import bind
from tracefix_tui.ui.library import Entry
from tracefix_tui.ui.screens.workbench_findings import FindingsScreen
from tracefix_tui.ui.screens.workbench_open import Opened, open_session
from tracefix_tui.ui.widgets.bars import Bar, Piece
from tracefix_tui.ui.widgets.row_list import RowList

if TYPE_CHECKING:
    from tracefix_tui.store.accept import Accepted
    from tracefix_tui.workbench.recording import Recording


class WorkbenchScreen(FindingsScreen):
    """`then` is done once the call is open: "edit", "replay", "diff" or "accept"."""

    BINDINGS = [
        bind("diff", "diff"), bind("accept", "accept"), bind("attempts", "open_pane('runs')"), bind("branch", "branch"),
    ]  # fmt: skip

    def __init__(
        self, entry: Entry, span: Span, root: Path | None, recording: Recording | None = None, then: str = "edit"
    ) -> None:
        super().__init__(entry, span, root)
        self._recording, self._then = recording, then
        self.marked: str | None = None

    # -- opening

    def on_mount(self) -> None:
        """Open the call in a thread."""
        self.draw_header()
        self.run_worker(
            lambda: self.post_message(open_session(self.entry, self.span, self.root, self._recording)), thread=True
        )

    @on(Opened)
    def _opened(self, event: Opened) -> None:
        if event.session is None or event.draft is None:
            self.app.notify(safe_line(event.problem), severity="error", timeout=15, markup=False)
            self.app.pop_screen()
            return
        session = event.session
        self.begin(session, event.draft)
        call = session.recording.call
        self.text_pane("recorded").show(output_sections(self.span, call))
        self.title_pane("recorded", "Recorded", output_note(call))
        if session.attempts:
            self.show_attempt(session.attempts[-1])
        else:
            self.title_pane("output", "Output  not run yet", "^r sends the draft")
        self.draw_draft()
        if event.notice:
            self.app.notify(safe_line(event.notice), markup=False)
        self.set_focus(self.editor if self._then == "edit" and self._editable else self.pane("prompt"))
        self.call_after_refresh(self._go_on)

    def _go_on(self) -> None:
        actions = {"replay": self.action_run, "diff": self.action_diff, "accept": self.action_accept}
        if self._then in actions:
            actions[self._then]()

    # -- results

    def draw_results(self) -> None:
        """The standings of this draft, and the runs."""
        if self.session is None or self.steps is None:
            return
        session = self.session
        self.draw_findings()
        before = len(self.list_pane("runs").rows)
        rows = content.attempt_rows(session.attempts, self.marked, self.draft.parent)
        self.show_rows("runs", rows, content.attempt_columns(session.attempts))
        if self.attempt is not None and self.focused_pane is not self.list_pane("runs"):
            self.list_pane("runs").select_key(self.attempt.id, tell=False)
        shown, all_runs = len(session.attempts), len(session.attempts) + session.older
        count = f"Runs {shown}  of {all_runs}, the newest" if session.older else f"Runs {shown}"
        self.title_pane("runs", count, "enter reopen   b branch   space mark   d diff")
        if min(before, 4) != min(len(session.attempts), 4):
            self.query_one("#board").refresh(layout=True)
        self.draw_summary()
        self.refresh_bindings()

    def _draw_tabs(self) -> None:
        super()._draw_tabs()
        if self.narrow:
            bar = self.query_one("#tabs", Bar)
            bar.show([*bar.pieces(0)[0], Piece(" Diff", "", "screen.diff")])

    # -- runs

    def _run_here(self) -> Attempt | None:
        """The run under the cursor of the list when that has the focus, else the one shown, else the last."""
        if self.session is None or not self.session.attempts:
            return None
        pane = self.list_pane("runs")
        if self.focused_pane is pane and pane.current is not None:
            return next((a for a in self.session.attempts if a.id == pane.current.key), None)
        return self.attempt or self.session.attempts[-1]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys of the runs work in their list."""
        if action == "branch":
            return self.focused_pane is not None and self.focused_pane.id == "runs"
        if action in ("run", "diff", "accept"):
            return self.session is not None
        return super().check_action(action, parameters)

    @on(RowList.Chosen, "#runs")
    def _run_chosen(self) -> None:
        self._reopen(branch=False)

    def action_branch(self) -> None:
        """A new draft that begins where the run under the cursor was."""
        self._reopen(branch=True)

    def _reopen(self, *, branch: bool) -> None:
        attempt = self._run_here()
        if attempt is None or self.session is None or not self.commit():
            return
        draft = self.session.draft_of(attempt)
        self._go_to(draft if branch else replace(draft, parent=attempt.parent))
        if self.running is None:
            self.show_attempt(attempt)
        if branch:
            self.app.notify("a new draft from this run: edit and press ^r", markup=False)
            self.action_open_pane("prompt")

    def action_mark(self) -> None:
        """Mark the run under the cursor, or take the mark away."""
        attempt = self._run_here()
        if attempt is not None:
            self.marked = None if self.marked == attempt.id else attempt.id
            self.draw_results()

    # -- going on

    def action_diff(self) -> None:
        """Compare the marked run, or the recording, with the run here."""
        attempt = self._run_here()
        if attempt is None or self.session is None:
            self.app.notify("Nothing to compare yet: ^r sends the draft.", markup=False)
            return
        from tracefix_tui.ui.screens.diff import DiffScreen

        marked = next((a for a in self.session.attempts if a.id == self.marked and a.id != attempt.id), None)

        self.app.push_screen(DiffScreen(self.session, marked, attempt, self.action_accept))

    def action_accept(self) -> None:
        """Open the accept dialog of the run here."""
        attempt = self._run_here()
        if attempt is None or self.session is None or not self.commit():
            self.app.notify("Nothing to accept yet: ^r sends the draft.", markup=False)
            return
        if attempt.result.error is not None or attempt.result.output is None:
            self.app.notify("This run gave no answer to accept.", severity="warning", markup=False)
            return
        from tracefix_tui.ui.screens.accept import AcceptScreen

        changed = attempt.request != self.draft.request
        self.app.push_screen(AcceptScreen(self.session, attempt, draft_differs=changed), self._accepted)

    def _accepted(self, accepted: Accepted | None) -> None:
        if accepted is None or self.session is None:
            return
        try:
            if self.keeper is not None:
                self.keeper.forget()
        except TracefixError as error:
            self.app.notify(safe_line(str(error)), severity="warning", markup=False)
        case = f", case {accepted.case}" if accepted.case else ""
        self.app.notify(safe_line(f"accepted: commit {accepted.commit[:9]}{case}"), markup=False)
        self.draw_header()

    def action_back(self) -> None:
        """Stop a run; leave the editor; leave the workbench."""
        if self.query("#find-line") or self.zoomed:
            super().action_back()
        elif not self.stop_run():
            if self.focused is self.editor:
                self.commit()
                self.set_focus(self.pane("prompt"))
            else:
                super().action_back()
