"""The accept dialog: what will be written, all of it, before anything is; then the commit and the case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import events, on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Input, Static, TextArea

from tracefix_tui.model.attempt import Attempt
from tracefix_tui.model.errors import TracefixError
from tracefix_tui.model.text import clip, safe_line
from tracefix_tui.ui.content import accept_rows as content
from tracefix_tui.ui.keys import bind
from tracefix_tui.ui.screens.accept_work import Asked, Planned, Written, carry_out, plan_form
from tracefix_tui.ui.widgets.bars import WIDE
from tracefix_tui.ui.widgets.row_list import RowList
from tracefix_tui.ui.widgets.rows import Column, ListRows
from tracefix_tui.ui.widgets.safe_fields import SafeInput, SafeTextArea
from tracefix_tui.ui.widgets.sections import Section
from tracefix_tui.ui.widgets.text_view import TextView
from tracefix_tui.workbench.accepting import concerns, default_form
from tracefix_tui.workbench.session import Session

if TYPE_CHECKING:
    from tracefix_tui.store.accept import Accepted, AcceptPlan

_PLAN_SECONDS = 0.3
_FIELDS = (("prompt_name", "prompt"), ("message", "message"), ("case_name", "case name"), ("tags", "tags"))


class ChoiceList(RowList):
    """A list in which space and enter choose."""

    BINDINGS = [bind("choose", "choose")]


class AcceptScreen(ModalScreen["Accepted | None"]):
    """Gives what was written, or None. `draft_differs` says that the draft was edited after this run."""

    CSS_PATH = "accept.tcss"
    BINDINGS = [
        bind("back", "back"), bind("accept_now", "accept"), bind("next_pane", "next_pane(1)"),
        bind("previous_pane", "next_pane(-1)"), bind("help", "help"),
    ]  # fmt: skip

    def __init__(self, session: Session, attempt: Attempt, *, draft_differs: bool = False) -> None:
        super().__init__()
        self.session, self.attempt, self._differs = session, attempt, draft_differs
        self.form = default_form(attempt, session.workspace, session.specs)
        self.offered = content.offered_checks(attempt, self.form)
        self.replaces = False
        self.planned: Planned | None = None
        self.done: Accepted | None = None
        self._busy = self._go = False
        self._timer: Timer | None = None

    # -- what is asked

    def compose(self) -> ComposeResult:
        """The form at the left, what will be done at the right."""
        number = next((i for i, a in enumerate(self.session.attempts, 1) if a.id == self.attempt.id), 0)
        with Horizontal(id="dialog") as dialog:
            dialog.border_title = Content(f" Accept run {number} ")
            dialog.border_subtitle = Content(" ^s accept   esc cancel ")
            with Vertical(id="form"):
                for name, label in _FIELDS:
                    with Horizontal(classes="field"):
                        yield Static(label, classes="label", markup=False)
                        yield SafeInput(self._value(name), id=name, select=False)
                yield Static("", id="known", markup=False)
                yield Static("expected", classes="label", markup=False)
                yield ChoiceList(id="expected")
                yield SafeTextArea("", id="own")
                yield Static("", id="shown", markup=False)
                yield Static("checks that guard the case", classes="label", markup=False)
                yield ChoiceList(id="checks", empty="none: press + in Findings to say what you expect")
                yield ChoiceList(id="case")
            yield TextView(id="plan")

    def _value(self, name: str) -> str:
        return ", ".join(self.form.tags) if name == "tags" else str(getattr(self.form, name))

    def on_mount(self) -> None:
        """Fill the lists, look for tags, plan."""
        self._draw_lists()
        self.query_one("#message", SafeInput).focus()
        self._say("working out what will be written...")
        self._plan_now()
        self._look_for_tags()

    def on_resize(self, event: events.Resize) -> None:
        """Below 110 columns the plan is under the form."""
        self.set_class(event.size.width < WIDE, "-narrow")

    def _draw_lists(self) -> None:
        form, output = self.form, self.attempt.result.output
        columns = (Column(), Column(22))
        self._rows("#expected", content.expected_rows(form.expected), (Column(),))
        self._rows("#checks", content.check_rows(self.offered, form.checks, self.attempt), columns)
        self._rows("#case", content.case_rows(form.add_case, self.replaces), (Column(),))
        self.query_one("#own").display = form.expected == "text"
        text = output.text if output is not None else ""
        shown = (
            clip(text, 400)
            if form.expected == "output"
            else "The checks alone decide."
            if form.expected == "checks"
            else ""
        )
        self.query_one("#shown", Static).update(Content(shown))

    def _rows(self, selector: str, rows: ListRows, columns: Sequence[Column]) -> None:
        pane = self.query_one(selector, ChoiceList)
        pane.show(rows, columns, cursor=max(0, pane.cursor))
        pane.styles.height = min(8, max(1, len(rows)))

    @on(RowList.Chosen)
    def _chosen(self, event: RowList.Chosen) -> None:
        key, where = event.row.key, event.rows.id
        if where == "expected":
            self.form = replace(self.form, expected=key)  # type: ignore[arg-type]
        elif where == "checks":
            spec = next(s for s in self.offered if s.label == key)
            checks = self.form.checks
            self.form = replace(
                self.form, checks=tuple(s for s in checks if s != spec) if spec in checks else (*checks, spec)
            )
        elif key == "add":
            self.form = replace(self.form, add_case=not self.form.add_case)
        else:
            self.replaces = not self.replaces
        self._draw_lists()
        if key == "text":
            self.query_one("#own").focus()
        self._plan_later()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        name, value = str(event.input.id), event.value
        if value == safe_line(self._value(name)):
            return  # the field was filled, not typed in
        if name == "tags":
            tags = tuple(dict.fromkeys(tag.strip() for tag in value.split(",") if tag.strip()))
            self.form = replace(self.form, tags=tags)
        else:
            kept = value if name == "message" else value.strip()
            self.form = replace(self.form, **{name: kept})  # type: ignore[arg-type]
        self._plan_later()

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.focus_next()

    @on(TextArea.Changed, "#own")
    def _own_typed(self) -> None:
        self.form = replace(self.form, expected_text=self.query_one("#own", SafeTextArea).original)
        self._plan_later()

    @work(thread=True, group="tags")
    def _look_for_tags(self) -> None:
        from tracefix_tui.store.golden import GoldenStore

        try:
            tags = list(GoldenStore(self.session.workspace).tags())[:8]
        except TracefixError:
            return  # the plan tells of a dataset that cannot be read
        words = f"known tags: {', '.join(tags)}" if tags else ""
        self.app.call_from_thread(self._show_known, words)

    def _show_known(self, words: str) -> None:
        if self.is_mounted:
            self.query_one("#known", Static).update(Content(safe_line(words)))

    # -- the plan

    @property
    def asked(self) -> Asked:
        """What the plan is to be of."""
        return self.form, self.replaces

    def _plan_later(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(_PLAN_SECONDS, self._plan_now)

    @work(thread=True, group="plan", exclusive=True)
    def _plan_now(self) -> None:
        self.post_message(plan_form(self.session, self.attempt, self.asked))

    @on(Planned)
    def _show_plan(self, event: Planned) -> None:
        if self._busy or self.done is not None or event.asked != self.asked:
            return
        self.planned = event
        sections = content.problem_sections(event.what, event.hint)
        if event.plan is not None:
            sections = content.plan_sections(event.plan, self._notes())
        self.query_one("#plan", TextView).show(sections, keep=True)
        if self._go:
            self._go = False
            self._write()

    def _notes(self) -> list[str]:
        notes = ["The draft was edited after this run: the run is what is accepted."] if self._differs else []
        return notes + concerns(self.session.workspace, self.attempt, self.form)

    def _say(self, words: str) -> None:
        self.query_one("#plan", TextView).show((Section("said", words, style="note"),))

    # -- doing it

    def action_accept(self) -> None:
        """Accept what is shown; a form that was typed in is planned and shown first."""
        if self.done is not None:
            self.action_back()
        elif not self._busy:
            if self.planned is not None and self.planned.asked == self.asked:
                self._write()
            else:
                self._go = True
                self._plan_now()

    def _write(self) -> None:
        plan = self.planned.plan if self.planned is not None else None
        if plan is None or plan.refusals:
            self.app.notify(
                "This can not be accepted yet: the reason is in the dialog.", severity="warning", markup=False
            )
            return
        self._busy = True
        self._say("committing...")
        self._accept(plan)

    @work(thread=True, group="accept")
    def _accept(self, plan: AcceptPlan) -> None:
        self.post_message(carry_out(plan))

    @on(Written)
    def _written(self, event: Written) -> None:
        self._busy = False
        self.done = event.done
        view = self.query_one("#plan", TextView)
        if event.done is None:
            self.planned = None
            view.show(content.problem_sections(event.what, event.hint))
            return
        view.show(content.accepted_sections(event.done))
        self.query_one("#dialog").border_subtitle = " esc close "
        self.query_one("#form").disabled = True
        view.focus()

    # -- around it

    def action_back(self) -> None:
        """Close; not while it is being written."""
        if not self._busy:
            self.dismiss(self.done)

    def action_next_pane(self, step: int) -> None:
        """The next field."""
        if step > 0:
            self.focus_next()
        else:
            self.focus_previous()

    def action_help(self) -> None:
        """What this dialog does, and its keys."""
        from tracefix_tui.ui.help import HelpScreen

        words = (
            "Accepting writes the prompt file, the case file and the golden row, and makes one git commit of the two "
            "files: all of it or nothing. What will be written is listed in full. Space chooses in the lists."
        )
        self.app.push_screen(HelpScreen("Accept", words, self.active_bindings))
