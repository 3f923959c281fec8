"""The part of the workbench that replays: sending, streaming, stopping, and asking before a new host is used."""

from __future__ import annotations

from collections.abc import Callable
from queue import Empty

from textual.timer import Timer

from tracefix_tui.model.attempt import Attempt
from tracefix_tui.model.errors import TracefixError
from tracefix_tui.model.text import money, safe_line
from tracefix_tui.replay.caller import Event
from tracefix_tui.replay.providers import destination, is_offline
from tracefix_tui.ui.content.answer import Stream, attempt_note, attempt_sections
from tracefix_tui.ui.keys import bind
from tracefix_tui.ui.replay_run import Began, ReplayRun, expected_cost
from tracefix_tui.ui.screens.ask import Confirm
from tracefix_tui.ui.screens.workbench_edit import EditScreen
from tracefix_tui.ui.widgets.sections import Section

_TICK = 0.05


class RunScreen(EditScreen):
    """`attempt` is the run shown in the output pane; `running` the press that is under way."""

    BINDINGS = [bind("run", "run")]
    running: ReplayRun | None = None
    attempt: Attempt | None = None
    _stream: Stream | None = None
    _ticker: Timer | None = None

    # -- sending

    def action_run(self) -> None:
        """Send the draft as often as `repeat` says."""
        if self.session is None or not self.commit():
            return
        if self.running is not None:
            self.app.notify("A replay is running: esc stops it.", markup=False)
            return
        problem = self._why_not()
        if problem:
            self._show_problem(problem)
            return
        self._with_consent(lambda: self._within_guard(self._start))

    def _why_not(self) -> str:
        draft = self.draft
        if not draft.model:
            return "The recording names no model: choose one in Params (enter on model)."
        if draft.missing:
            names = ", ".join(draft.missing)
            return f"No value for {names}: enter one in Vars, or take the placeholder out of the prompt."
        if not draft.messages:
            problem = draft.recording.problem or "The recording holds no messages"
            return f"{problem}. Add a message in Prompt with +."
        return ""

    def _with_consent(self, go: Callable[[], None]) -> None:
        """Go on if the model's host was agreed to in this workspace; else ask."""
        from tracefix_tui.store.consents import Consents

        assert self.session is not None
        model = self.draft.model
        host = destination(model)
        consents = Consents(self.session.workspace)
        if is_offline(model) or consents.given(host):
            go()
            return

        def answered(agreed: bool | None) -> None:
            if not agreed:
                return
            try:
                consents.give(host)
            except TracefixError as error:
                self.app.notify(safe_line(str(error)), severity="warning", markup=False)
            go()

        lines = [
            f"The prompt of this trace, with its documents and tool results, goes to {host} as a request to {model}. "
            "Nothing was sent there from this workspace before.",
            "",
            "The key and the address come from your environment, never from the trace. Your answer is remembered for "
            "this workspace.",
        ]
        self.app.push_screen(Confirm(f"Send to {host}?", lines, "send"), answered)

    def _within_guard(self, go: Callable[[], None]) -> None:
        """Go on if the press is expected to stay under the cost guard; else ask."""
        assert self.session is not None
        each = expected_cost(self.session, self.draft)
        repeats, guard = self.run_plan
        if each is None or each * repeats <= guard:
            go()
            return
        lines = [
            f"{repeats} x {money(each)} = {money(each * repeats)}, and the cost guard is {money(guard)}.",
            "It will stop once more than that was spent.",
        ]
        self.app.push_screen(Confirm("Above the cost guard", lines, "send"), lambda agreed: go() if agreed else None)

    def _start(self) -> None:
        assert self.session is not None
        self.running = ReplayRun(self.session, self.draft, *self.run_plan)
        self.attempt = None
        self._stream = Stream(self.text_pane("output"))
        self.run_worker(self.running.work, thread=True, group="replay")
        self._ticker = self.set_interval(_TICK, self._collect)
        self.draw_results()

    def stop_run(self) -> bool:
        """Stop what runs, keeping what came; False when nothing does."""
        if self.running is None:
            return False
        self.running.stop.set()
        return True

    def on_unmount(self) -> None:
        """A run does not outlive its screen."""
        self.stop_run()

    # -- what comes back

    def _collect(self) -> None:
        """Show what came since the last tick; twenty times a second."""
        run = self.running
        if run is None:
            return
        over = run.over
        events: list[Event] = []
        while True:
            try:
                news = run.news.get_nowait()
            except Empty:
                break
            if isinstance(news, Began):
                events.clear()
                self._stream = Stream(self.text_pane("output"))
            elif isinstance(news, Attempt):
                self._flush(events)
                self.show_attempt(news)
            else:
                events.append(news)
        self._flush(events)
        self.title_pane("output", f"Output  {run.status()}", "esc stop" if not over else None)
        if over:
            self._ended(run)

    def _flush(self, events: list[Event]) -> None:
        if self._stream is not None and events:
            self._stream.add(events)
        events.clear()

    def _ended(self, run: ReplayRun) -> None:
        if self._ticker is not None:
            self._ticker.stop()
        self.running = self._ticker = self._stream = None
        if run.problem:
            self._show_problem(run.problem)
        if self.attempt is not None:
            self.title_pane("output", f"Output  {run.status()}", attempt_note(self.attempt))
        self.draw_results()

    def _show_problem(self, words: str) -> None:
        self.text_pane("output").show((Section("error", words, title="NOT SENT", rule=False, style="fail"),))
        self.title_pane("output", "Output  not sent", "")

    def show_attempt(self, attempt: Attempt) -> None:
        """Show a run in the output pane."""
        assert self.session is not None
        self.attempt = attempt
        number = next((i for i, a in enumerate(self.session.attempts, 1) if a.id == attempt.id), 0)
        self.text_pane("output").show(attempt_sections(attempt))
        word = "failed" if attempt.result.error else "stopped" if attempt.result.stopped else "done"
        self.title_pane("output", f"Output  run {number}  {word}", attempt_note(attempt))
        self.draw_results()
