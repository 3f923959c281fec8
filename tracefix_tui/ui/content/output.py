"""The recorded answer, and what a step that is no LLM call took in and gave."""

from __future__ import annotations

import json

from tracefix_tui.model.call import LLMCall
from tracefix_tui.model.text import duration
from tracefix_tui.model.trace import Span, Trace
from tracefix_tui.ui.content.parts import Marks, as_text, text_section
from tracefix_tui.ui.content.prompt import message_sections
from tracefix_tui.ui.content.spans import bar_text, span_label
from tracefix_tui.ui.widgets.sections import Section

_STAGE_NAME = 26


def output_sections(span: Span, call: LLMCall, marks: Marks | None = None) -> list[Section]:
    """The answer with its tool calls, further choices, and the error if the call failed."""
    out = _error(span, marks)
    for n, message in enumerate(call.output):
        key = "output" if n == 0 else f"output[{n}]"
        out += message_sections(key, message, marks=marks, role="" if len(call.output) == 1 else f"choice {n + 1}")
    if not call.output:
        out.append(Section("output.content", "The trace does not hold the answer of this call.", style="note"))
    return out


def output_note(call: LLMCall) -> str:
    """`finish=stop  118 tok`."""
    finish = f"finish={call.finish_reason}" if call.finish_reason else ""
    tokens = f"{call.usage.output:,} tok" if call.usage.output is not None else ""
    return "  ".join(part for part in (finish, tokens) if part)


def step_sections(trace: Trace, span: Span, marks: Marks | None = None) -> list[Section]:
    """What a step was given, what it decided, and the steps inside it on a line each."""
    detail = span.detail
    out: list[Section] = []
    if detail.retrieval and detail.retrieval.query:
        out.append(text_section("query", detail.retrieval.query, title="query"))
    if detail.tool:
        raw = detail.tool.arguments_raw if detail.tool.arguments_raw is not None else as_text(detail.tool.arguments)
        out.append(
            text_section(f"{span.id}/tool.arguments", raw, title="arguments", note=detail.tool.name, marks=marks)
        )
    elif detail.input is not None:
        out.append(text_section("input", as_text(detail.input), title="input", marks=marks))
    if detail.decisions:
        out.append(Section("decisions", "\n".join(detail.decisions), title="decisions"))
    stages = trace.children.get(span.id, [])
    if stages:
        out.append(
            Section("stages", stage_lines(trace, span, stages), title="steps inside", note=duration(span.duration_ns))
        )
    if not out:
        out.append(Section("input", "The trace holds no input for this step.", style="note"))
    return out


def stage_lines(trace: Trace, span: Span, stages: list[Span]) -> str:
    """Each step inside on a line: name, time, share of its parent, bar; what it decided below it."""
    begin = span.start_ns if span.start_ns is not None else trace.start_ns
    end = span.end_ns if span.end_ns is not None else trace.end_ns
    whole = span.duration_ns or sum(s.duration_ns or 0 for s in stages) or 1
    lines = []
    for stage in stages[:500]:
        name = span_label(stage)[:_STAGE_NAME]
        share = f"{100 * stage.duration_ns / whole:3.0f}%" if stage.duration_ns is not None else "    "
        failed = "  ERROR" if stage.status == "error" else ""
        lines.append(
            f"{name:<{_STAGE_NAME}} {duration(stage.duration_ns):>7} {share}  "
            f"{bar_text(stage, begin, end, 12)}{failed}".rstrip()
        )
        lines += [f"    {fact}" for fact in stage.detail.decisions]
    if len(stages) > 500:
        lines.append(f"500 shown of {len(stages):,}")
    return "\n".join(lines)


def step_output(span: Span, marks: Marks | None = None) -> list[Section]:
    """What a step gave, and its error if it failed."""
    out = _error(span, marks)
    detail = span.detail
    if detail.tool:
        result = detail.tool.result
        text = as_text(result)
        out.append(text_section(f"{span.id}/tool.result", text or "(no result recorded)", marks=marks))
    elif detail.output is not None:
        out.append(text_section("output.content", as_text(detail.output), marks=marks))
    elif not out:
        out.append(Section("output.content", "The trace holds no output for this step.", style="note"))
    return out


def _error(span: Span, marks: Marks | None) -> list[Section]:
    if span.status != "error" and not span.error:
        return []
    text = span.error or "the trace says that this step failed, not why"
    return [text_section("error", text, title="ERROR", rule=False, style="fail", marks=marks)]


def json_of(span: Span) -> str:
    """Everything recorded of a span, as `show --json` prints it."""
    return json.dumps(span.to_public(), ensure_ascii=False, indent=2, default=str)
