"""What the trace screen finds out in the background: findings, the template, the replay report, the golden case."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import TYPE_CHECKING

from textual.message import Message

from tracefix_tui.model.errors import TracefixError
from tracefix_tui.ui.library import Entry

if TYPE_CHECKING:
    from textual.screen import Screen

    from tracefix_tui.model.case import Case
    from tracefix_tui.model.check import Finding
    from tracefix_tui.model.trace import Span
    from tracefix_tui.ui.content.tools import Problems
    from tracefix_tui.workbench.recording import Recording


class Diagnosed(Message):
    """The findings of a trace are known; `problem` says why they are not."""

    def __init__(self, entry: Entry, findings: tuple[Finding, ...], problem: str = "") -> None:
        super().__init__()
        self.entry, self.findings, self.problem = entry, findings, problem


class Analysed(Message):
    """An LLM call was taken apart."""

    def __init__(self, span: Span, recording: Recording, problems: Problems, case: Case | None) -> None:
        super().__init__()
        self.span, self.recording, self.problems, self.case = span, recording, problems, case


class CaseFound(Message):
    """The golden case of a call was looked up again; None when there is none."""

    def __init__(self, span: Span, case: Case | None) -> None:
        super().__init__()
        self.span, self.case = span, case


class Analyst:
    """Runs the analyses in threads and posts their results to the screen. What was found once is kept."""

    def __init__(self, screen: Screen[None], root: Path | None) -> None:
        self._screen, self._root = screen, root
        self._diagnosed: dict[int, Diagnosed] = {}

    def diagnose(self, entry: Entry) -> None:
        """Run all checks on a trace."""
        known = self._diagnosed.get(id(entry))
        if known is not None:
            self._screen.post_message(Diagnosed(entry, known.findings, known.problem))
            return
        self._screen.run_worker(lambda: self._diagnose(entry), thread=True, group="diagnose", exclusive=True)

    def analyse(self, entry: Entry, span: Span) -> None:
        """Take a call apart; nothing for other steps."""
        if span.llm is not None:
            self._screen.run_worker(lambda: self._analyse(entry, span), thread=True, group="analyse", exclusive=True)

    def look_up(self, entry: Entry, span: Span) -> None:
        """Read the golden case of a call again: it may have been accepted meanwhile."""
        if span.llm is not None:
            self._screen.run_worker(lambda: self._look_up(entry, span), thread=True, group="case", exclusive=True)

    def _look_up(self, entry: Entry, span: Span) -> None:
        try:
            self._screen.post_message(CaseFound(span, self._case(entry, span)))
        except TracefixError as error:
            self._screen.app.notify(str(error)[:500], severity="warning", markup=False)

    def _diagnose(self, entry: Entry) -> None:
        gc.disable()  # collecting over a large trace in the middle of it stops the keys for half a second
        try:
            from tracefix_tui.checks import diagnose  # after the first paint

            message = Diagnosed(entry, tuple(diagnose(entry.trace).findings))
        except Exception as error:  # the top of a worker: a check that breaks must not end the app
            message = Diagnosed(entry, (), f"The checks stopped: {type(error).__name__}: {error}")
        finally:
            gc.freeze()
            gc.enable()
        self._diagnosed[id(entry)] = message
        self._screen.post_message(message)

    def _analyse(self, entry: Entry, span: Span) -> None:
        try:
            from tracefix_tui.ui.content.tools import argument_problems
            from tracefix_tui.workbench.recording import record  # after the first paint

            prompts = self._workspace_root() / "prompts"
            recording = record(
                entry.trace,
                span,
                path=entry.file.source.path,
                source_format=entry.file.source.format,
                prompts_dir=prompts,
            )
            problems = argument_problems(recording.call, recording.context.steps)
            self._screen.post_message(Analysed(span, recording, problems, self._case(entry, span)))
        except Exception as error:  # the top of a worker
            words = str(error) if isinstance(error, TracefixError) else f"{type(error).__name__}: {error}"
            self._screen.app.notify(
                f"This call could not be taken apart: {words}"[:500], severity="warning", markup=False
            )

    def _workspace_root(self) -> Path:
        from tracefix_tui.store.workspace import Workspace

        return Workspace.find(self._root or Path.cwd()).root

    def _case(self, entry: Entry, span: Span) -> Case | None:
        from tracefix_tui.store.workspace import Workspace

        workspace = Workspace.find(self._root or Path.cwd())
        if not (workspace.state_dir / "golden.db").exists():
            return None  # no need to load sqlite for a dataset that is not there
        from tracefix_tui.store.golden import GoldenStore

        cases = GoldenStore(workspace).list()
        return next(
            (c for c in cases if c.provenance.trace_id == entry.trace.id and c.provenance.span_id == span.id), None
        )
