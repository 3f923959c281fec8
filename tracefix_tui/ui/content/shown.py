"""What the panes show of one span: their titles, notes and sections, before and after the slower analysis."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from tracefix_tui.model.check import CallContext, Finding, Step
from tracefix_tui.model.context import call_context
from tracefix_tui.model.text import plural
from tracefix_tui.model.trace import Span, Trace
from tracefix_tui.ui.content.chunks import call_chunks, chunks_title, retrieval_chunks
from tracefix_tui.ui.content.output import output_note, output_sections, step_output, step_sections
from tracefix_tui.ui.content.params import call_params, span_facts
from tracefix_tui.ui.content.parts import Marks, marks_of
from tracefix_tui.ui.content.prompt import prompt_sections
from tracefix_tui.ui.content.spans import span_label
from tracefix_tui.ui.content.tools import Problems, call_tools, run_sections
from tracefix_tui.ui.widgets.sections import Section

_LABEL = re.compile(r"[\w./:#@-]*\w")

if TYPE_CHECKING:
    from tracefix_tui.model.case import Case
    from tracefix_tui.workbench.recording import Recording


class PaneContent(NamedTuple):
    """A pane's title, the note in its lower border, its sections."""

    title: str
    note: str
    sections: list[Section]


@dataclass
class Shown:
    """A span of a trace on the screen. `recording`, `problems` and `case` come later, from a worker."""

    trace: Trace
    span: Span
    findings: Sequence[Finding] = ()
    recording: Recording | None = None
    problems: Problems = field(default_factory=dict)
    case: Case | None = None

    def __post_init__(self) -> None:
        self.context: CallContext | None = call_context(self.trace, self.span) if self.span.llm is not None else None

    @property
    def marks(self) -> Marks:
        """The findings' evidence by section."""
        return marks_of(self.findings, self.span.id)

    def panes(self) -> dict[str, PaneContent]:
        """The content of every pane of text."""
        made = self._call() if self.context is not None else self._step()
        return {**made, "expected": self._expected()}

    def _call(self) -> dict[str, PaneContent]:
        context, recording, marks = self.context, self.recording, self.marks
        assert context is not None
        call = context.call
        regions = recording.hydrated.regions() if recording else ()
        hydrated = f"{recording.hydrated.name or ''} {recording.hydrated.version or ''}".strip() if recording else ""
        prompt = prompt_sections(call, regions, marks)
        tools = call_tools(self.trace, call, context.steps, self.problems, marks)
        counts = f"{plural(len(context.steps), 'run')}, {len(call.tools):,} offered"
        printed = _printed(recording)
        fidelity = recording.fidelity if recording else None
        return {
            "prompt": PaneContent("Prompt  hydrated", _joined(hydrated, _origin(recording)), prompt),
            "chunks": PaneContent(chunks_title(context), "", call_chunks(context, printed, marks)),
            "tools": PaneContent(f"Tools {counts}", "", tools),
            "params": PaneContent("Params", "", call_params(self.trace, self.span, call, fidelity)),
            "output": PaneContent("Output  recorded", output_note(call), output_sections(self.span, call, marks)),
        }

    def _step(self) -> dict[str, PaneContent]:
        detail, marks = self.span.detail, self.marks
        chunks = retrieval_chunks(self.span, detail.retrieval, marks) if detail.retrieval else []
        tools = run_sections(self.trace, Step(self.span.id, detail.tool), 1, None, {}, marks) if detail.tool else []
        found = len(detail.retrieval.documents) if detail.retrieval else 0
        return {
            "prompt": PaneContent(f"Input  {span_label(self.span)}", "", step_sections(self.trace, self.span, marks)),
            "chunks": PaneContent(f"Chunks {found}", "", chunks),
            "tools": PaneContent(f"Tools {plural(1 if detail.tool else 0, 'run')}", "", tools),
            "params": PaneContent("Params", "", span_facts(self.trace, self.span)),
            "output": PaneContent("Output  recorded", "", step_output(self.span, marks)),
        }

    def _expected(self) -> PaneContent:
        case = self.case
        if case is None:
            return PaneContent("Expected  (golden: none yet)", "", [])
        checks = "\n".join(c.spec.label for c in case.checks) or "none"
        text = case.expected if case.expected is not None else "(judged by its checks only)"
        sections = [Section("expected", text), Section("checks", checks, title="checks", rule=False)]
        return PaneContent(f"Expected  (golden: {case.prompt}/{case.name})", " ".join(case.tags), sections)


def _printed(recording: Recording | None) -> list[list[str]]:
    """The labels at each retrieved document in the prompt: its number, and the words before its text."""
    if recording is None:
        return []
    out: list[list[str]] = [[] for _ in recording.context.retrieved]
    for document in recording.hydrated.documents:
        if document.source is not None and document.source < len(out):
            number = [] if document.number is None else [str(document.number)]
            words = [w for w in _LABEL.findall(document.before) if not w.isdecimal()]
            out[document.source] += [*number, *words]
    return out


def _origin(recording: Recording | None) -> str:
    if recording is None:
        return ""
    return {"recorded": "template recorded", "aligned": "template proposed", "literal": "no template found"}[
        recording.hydrated.origin
    ]


def _joined(*parts: str) -> str:
    return "   ".join(part for part in parts if part)


_EMPTY = {
    "chunks": "No chunks were retrieved for this step.",
    "tools": "No tools were offered or run.",
    "expected": "No expected output for this input yet.\nReplay until it is right (e or r), then press a to accept.",
}


def empty_section(pane: str) -> Section:
    """What an empty pane says."""
    return Section(f"empty.{pane}", _EMPTY.get(pane, "Nothing recorded."), style="note")


def start_span(trace: Trace) -> Span | None:
    """The step to look at first: the last LLM call that gave an answer in words, else the last call, else the root."""
    calls = [span for _, span in trace.walk() if span.kind == "llm"]
    for span in reversed(calls[-20:]):
        if span.llm is not None and span.llm.messages and span.llm.answer is not None and span.llm.answer.text:
            return span
    for span in reversed(calls[-20:]):
        if span.llm is not None:
            return span
    return trace.roots[0] if trace.roots else None
