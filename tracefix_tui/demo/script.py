"""Plays the demo's loop without a screen: see, replay, change one thing at a time, compare, accept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tracefix_tui.checks import diagnose, parse_spec
from tracefix_tui.compare.output import diff_output
from tracefix_tui.demo.workspace import REFUND
from tracefix_tui.model.attempt import Attempt
from tracefix_tui.model.trace import Trace
from tracefix_tui.readers import open_trace
from tracefix_tui.replay.litellm_caller import caller_for
from tracefix_tui.store.accept import accept
from tracefix_tui.store.workspace import Workspace
from tracefix_tui.workbench.accepting import default_form, plan_accept, plan_lines
from tracefix_tui.workbench.draft import Draft
from tracefix_tui.workbench.recording import choose_span, record
from tracefix_tui.workbench.session import Session

MODEL = "offline/extractive"
EXPECTATION = "contains:30 days"
NEW_RULE = "Check that the conditions of a passage fit the question before you answer."
_OLD_RULE = "Answer in one or two sentences"
_REPEATS = 4
_INDENT = " " * 12


def play(root: Path) -> Iterator[str]:
    """The loop in the demo's workspace, told line by line, ending with the commit and the case."""
    session, trace = _open(root)
    demo = _Demo(session, Workspace.find(root))
    yield from demo.see(trace)
    untouched = Draft.of(session.recording)
    yield from demo.replay("2. replay   as recorded: is it the prompt, or was it chance?", untouched)
    cut = session.recording.context.retrieved[3]
    with_passage = untouched.apply({"edit": "add_document", "text": cut.content or "", "at": 3})
    yield from demo.replay("3. try      the suggested experiment, one change:", with_passage)
    template = session.recording.hydrated.template_messages[0].text
    text = template.replace(_OLD_RULE, f"{NEW_RULE}\n{_OLD_RULE}")
    edited = untouched.apply({"edit": "template", "index": 0, "text": text})
    yield from demo.replay(f'4. edit     the prompt instead, one change: "{NEW_RULE}"', edited)
    yield from demo.accept(session.attempts[-1])
    yield f"workspace   {root}"


def _open(root: Path) -> tuple[Session, Trace]:
    path = str(root / REFUND)
    workspace, opened = Workspace.find(root), open_trace(path)
    trace = opened.traces[0]
    recording = record(
        trace,
        choose_span(trace),
        path=path,
        source_format=opened.source.format,
        prompts_dir=workspace.prompts_dir,
    )
    return Session(recording, workspace, (parse_spec(EXPECTATION),)), trace


@dataclass(frozen=True)
class _Demo:
    session: Session
    workspace: Workspace

    def see(self, trace: Trace) -> Iterator[str]:
        yield f"1. see      {REFUND}: {trace.name}, {len(trace.spans)} spans"
        for finding in diagnose(trace).findings:
            yield f"{_INDENT}{finding.verdict.severity.upper()} {finding.verdict.check}: {finding.verdict.message}"
        answer = self.session.recording.call.answer
        yield f"{_INDENT}recorded answer: {answer.text if answer else '-'}"
        yield f"{_INDENT}added check: {EXPECTATION}"

    def replay(self, title: str, draft: Draft) -> Iterator[str]:
        yield title
        for change in draft.changes:
            yield f"{_INDENT}change: {change.summary}"
        caller = caller_for(draft.model)
        for _ in range(_REPEATS):
            attempt = self.session.run(draft, caller)
        answer = attempt.result.output.text if attempt.result.output else attempt.result.error
        yield f"{_INDENT}answer {_REPEATS} of {_REPEATS}, by {MODEL}: {answer}"
        for row in self.session.standings(draft.request):
            yield f"{_INDENT}{row.line}"

    def accept(self, attempt: Attempt) -> Iterator[str]:
        difference = diff_output(self.session.recording.call.answer, attempt.result.output)
        yield f"5. diff     recorded -> {attempt.id}: similarity {difference.similarity:.2f}"
        form = default_form(attempt, self.workspace, self.session.specs)
        message = f"{form.prompt_name}: check the conditions of a passage before answering"
        plan = plan_accept(self.workspace, attempt, replace(form, case_name="opened-box", message=message))
        yield "6. accept"
        for line in plan_lines(plan):
            yield f"{_INDENT}{line}"
        done = accept(plan)
        yield f"commit      {done.commit}"
        yield f"case        {done.case_path}"
