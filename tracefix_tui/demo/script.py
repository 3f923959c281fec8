"""Plays the demo's loop without a screen: see, replay, change one thing, compare, accept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from tracefix_tui.checks import diagnose
from tracefix_tui.compare.output import diff_output
from tracefix_tui.demo.workspace import REFUND
from tracefix_tui.model.attempt import Attempt
from tracefix_tui.readers import open_trace
from tracefix_tui.replay.litellm_caller import caller_for
from tracefix_tui.store.accept import accept
from tracefix_tui.store.workspace import Workspace
from tracefix_tui.workbench.accepting import default_form, plan_accept, plan_lines
from tracefix_tui.workbench.draft import Draft
from tracefix_tui.workbench.recording import choose_span, record
from tracefix_tui.workbench.session import Session

MODEL = "offline/extractive"
FIXED_RULE = "Answer from the context only. Check that its conditions fit the question; if they do not, say so."
_OLD_RULE = "Answer in one or two sentences"
_REPEATS = 4


def play(root: Path) -> Iterator[str]:
    """The loop in the demo's workspace, told line by line, ending with the commit and the case."""
    workspace = Workspace.find(root)
    opened = open_trace(str(root / REFUND))
    trace = opened.traces[0]
    yield f"1. see      {REFUND}: {trace.name}, {len(trace.spans)} spans"
    for finding in diagnose(trace).findings:
        yield f"            {finding.verdict.severity.upper()} {finding.verdict.check}: {finding.verdict.message}"
    recording = record(
        trace,
        choose_span(trace),
        path=str(root / REFUND),
        source_format=opened.source.format,
        prompts_dir=workspace.prompts_dir,
    )
    answer = recording.call.answer
    yield f"            recorded answer: {answer.text if answer else '-'}"
    session = Session(recording, workspace)
    untouched = Draft.of(recording)
    yield f"2. replay   as recorded, with {MODEL}, {_REPEATS} times"
    yield from _told(session, untouched)
    template = recording.hydrated.template_messages[0].text
    draft = untouched.apply(
        {"edit": "template", "index": 0, "text": template.replace(_OLD_RULE, f"{FIXED_RULE}\n{_OLD_RULE}")}
    )
    yield f"3. edit     {'; '.join(change.summary for change in draft.changes)}: {FIXED_RULE}"
    yield from _told(session, draft)
    attempt = session.attempts[-1]
    yield f"4. diff     {_words(recording_output=answer, attempt=attempt)}"
    form = replace(
        default_form(attempt, workspace), case_name="opened-box", message="refund_answer: answer from the context only"
    )
    plan = plan_accept(workspace, attempt, form)
    yield "5. accept"
    for line in plan_lines(plan):
        yield f"            {line}"
    done = accept(plan)
    yield f"commit      {done.commit}"
    yield f"case        {done.case_path}"
    yield f"workspace   {root}"


def _told(session: Session, draft: Draft) -> Iterator[str]:
    caller = caller_for(draft.model)
    for _ in range(_REPEATS):
        attempt = session.run(draft, caller)
    yield f"            answer: {attempt.result.output.text if attempt.result.output else attempt.result.error}"
    for row in session.standings(draft.request):
        yield f"            {row.line}"


def _words(recording_output: object, attempt: Attempt) -> str:
    from tracefix_tui.model.message import Message

    before = recording_output if isinstance(recording_output, Message) else None
    diff = diff_output(before, attempt.result.output)
    return f"recorded -> {attempt.id}: similarity {diff.similarity:.2f}"
