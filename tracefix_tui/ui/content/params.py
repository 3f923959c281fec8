"""What the call was sent with, what it used, and how faithfully it can be sent again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tracefix_tui.model.call import LLMCall
from tracefix_tui.model.text import duration, money
from tracefix_tui.model.trace import Span, Trace
from tracefix_tui.ui.content.parts import lines_of, text_section
from tracefix_tui.ui.widgets.sections import Section

if TYPE_CHECKING:
    from tracefix_tui.model.attempt import FidelityEntry


def call_params(trace: Trace, span: Span, call: LLMCall, fidelity: Sequence[FidelityEntry] | None) -> list[Section]:
    """Model and parameters, usage, replay status with what would be changed or left out, then the span itself."""
    prompt = call.prompt
    named = f"{prompt.name or ''} {prompt.version or ''}".strip() if prompt else ""
    pairs: list[tuple[str, object]] = [("model", call.request_model), *((k, _value(v)) for k, v in call.params.items())]
    if call.response_model and call.response_model != call.request_model:
        pairs.append(("answered by", call.response_model))
    pairs += [("provider", call.provider), ("prompt", named), ("tool_choice", _value(call.tool_choice))]
    pairs += [("stream", _value(call.stream) if call.stream else None)]
    out = [Section("params", lines_of(pairs) or "no parameters recorded")]
    if call.response_format is not None:
        out.append(
            text_section(
                "response_format", json.dumps(call.response_format), title="response format", rule=False, preview=2
            )
        )
    usage = {k: v for k, v in call.usage.to_public().items() if v is not None}
    used: list[tuple[str, object]] = [(k, f"{v:,}" if isinstance(v, int) else v) for k, v in usage.items()]
    used += [("cost", money(call.cost) if call.cost is not None else None), ("first token", _first_token(span))]
    if any(v for _, v in used):
        out.append(Section("usage", lines_of(used), title="tokens", rule=False))
    out.append(
        Section(
            "replay", _replay_text(call, fidelity), title=f"replay {call.replay}", rule=False, style=_replay_style(call)
        )
    )
    return out + span_facts(trace, span)


def span_facts(trace: Trace, span: Span) -> list[Section]:
    """The span's and the trace's own facts: ids, what the file did not hold, scores, metadata, attributes."""
    detail = span.detail
    out = []
    if detail.lossy:
        out.append(Section("lossy", "\n".join(detail.lossy), title="not in the file", rule=False, style="note"))
    scores = [*detail.scores, *trace.scores]
    if scores:
        text = "\n".join(f"{s.name} {_value(s.value)} {s.label or ''} {s.comment or ''}".rstrip() for s in scores)
        out.append(Section("scores", text, title="scores", rule=False))
    facts: list[tuple[str, object]] = [
        ("span", span.id),
        ("kind", span.kind),
        ("time", duration(span.duration_ns)),
        ("trace", trace.id),
    ]
    facts += [("session", trace.session_id), ("user", trace.user_id), ("tags", " ".join(trace.tags))]
    out.append(Section("ids", lines_of(facts), title="recorded as", rule=False))
    for name, value in (("metadata", trace.metadata), ("attributes", detail.attributes)):
        if value:
            out.append(text_section(name, json.dumps(value, ensure_ascii=False), title=name, rule=False, preview=0))
    return out


def _replay_text(call: LLMCall, fidelity: Sequence[FidelityEntry] | None) -> str:
    lines = [f"from the {call.request_source}", *call.replay_notes]
    for entry in fidelity or ():
        if entry.status != "sent":
            lines.append(f"{entry.field}: {entry.status}{', ' + entry.reason if entry.reason else ''}")
    return "\n".join(lines)


def _replay_style(call: LLMCall) -> str:
    return {"exact": "", "approximate": "warn", "impossible": "fail"}[call.replay]


def _first_token(span: Span) -> str | None:
    first = span.detail.first_token_ns
    return duration(first - span.start_ns) if first is not None and span.start_ns is not None else None


def _value(value: object) -> str:
    return (
        value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False, default=str)
    )
