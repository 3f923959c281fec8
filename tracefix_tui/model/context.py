"""Which documents and tool runs belong to an LLM call, and what the user had asked."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from tracefix_tui.model.call import LLMCall
from tracefix_tui.model.check import CallContext, Step, Subject
from tracefix_tui.model.json_value import Json
from tracefix_tui.model.message import Message
from tracefix_tui.model.trace import Document, Span, Trace

_MIN_MATCH = 24
_MAX_TEXTS = 50
_MAX_STAGES = 32
_MAX_DEPTH = 200
_NOT_ASKED = {"role", "type", "id", "name", "model", "tools"}


def call_context(trace: Trace, span: Span, steps: tuple[Step, ...] | None = None) -> CallContext:
    """The context of an LLM span; raises `ValueError` for a span that holds no call.

    Documents come from the retrievers and rerankers that feed the call, the last stage first, each document once;
    a reranker's candidates that it did not pass on follow the ones it did. A document is in the prompt when its
    content, or the first part of a truncated one, occurs in a message. `steps` spares reading the tool runs again.
    """
    call = span.llm
    if call is None:
        raise ValueError(f"span {span.id} holds no LLM call")
    haystack = _haystack(call.messages)
    stages = _feeding(trace, span, haystack)
    documents, fields = _documents(stages)
    steps = tool_steps(trace) if steps is None else steps
    return CallContext(
        span=span,
        call=call,
        retrieved=documents,
        document_fields=fields,
        in_prompt=tuple(_occurs(d, haystack) for d in documents),
        steps=steps,
        question=question_of(call.messages),
        retrieval_ran=bool(stages),
        retrieval_span_id=stages[-1].id if stages else "",
        asked=_asked(trace, stages),
    )


def call_subject(trace: Trace, span: Span, steps: tuple[Step, ...] | None = None) -> Subject:
    """The subject that checks of a single call read, as recorded."""
    return subject_of(trace.id, call_context(trace, span, steps))


def subject_of(trace_id: str, context: CallContext) -> Subject:
    """A subject from a call's context."""
    call = context.call
    chosen = [i for i, used in enumerate(context.in_prompt) if used]
    return Subject(
        trace_id=trace_id,
        span_id=context.span.id,
        messages=call.messages,
        output=call.answer,
        question=context.question,
        asked=context.asked,
        documents=tuple(context.retrieved[i] for i in chosen),
        retrieved=context.retrieved,
        document_fields=tuple(context.document_fields[i] for i in chosen),
        retrieved_fields=context.document_fields,
        retrieval_ran=context.retrieval_ran,
        retrieval_span_id=context.retrieval_span_id,
        tools=call.tools,
        tool_choice=call.tool_choice,
        response_format=call.response_format,
        finish_reason=call.finish_reason,
        params=call.params,
        steps=context.steps,
        error=context.span.error if context.span.status == "error" else None,
    )


def trajectory_subject(trace: Trace) -> Subject:
    """The subject that checks of a trajectory read: tool runs in time order, the last answer, all tools offered."""
    calls = [(s, s.llm) for s in trace.leaf_calls if s.llm]
    last: tuple[Span, LLMCall] | None = calls[-1] if calls else None
    offered = {tool.name: tool for _, call in calls for tool in call.tools}
    return Subject(
        trace_id=trace.id,
        span_id=last[0].id if last else (trace.spans[0].id if trace.spans else ""),
        messages=last[1].messages if last else (),
        output=last[1].answer if last else None,
        question=question_of(calls[0][1].messages) if calls else "",
        tools=tuple(offered.values()),
        finish_reason=last[1].finish_reason if last else None,
        steps=tool_steps(trace),
    )


def question_of(messages: Sequence[Message]) -> str:
    """The text of the last user message; the last system text where nobody asked; else empty."""
    for role in ("user", "system"):
        for message in reversed(messages):
            if message.role == role and message.text.strip():
                return message.text
    return ""


def _asked(trace: Trace, stages: list[Span]) -> tuple[str, ...]:
    """Queries of the retrieval stages, then the texts in the roots' inputs."""
    queries = [s.detail.retrieval.query for s in stages if s.detail.retrieval and s.detail.retrieval.query]
    inputs = [text for root in trace.roots for text in _texts(root.detail.input)]
    return tuple(dict.fromkeys([*queries, *inputs]))


def _texts(value: Json) -> list[str]:
    """The texts in an input, nested up to a sensible number; JSON in a text is read too."""
    out: list[str] = []
    waiting: list[Json] = [value]
    while waiting and len(out) < _MAX_TEXTS:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting.extend(item[key] for key in reversed(item) if key not in _NOT_ASKED)
        elif isinstance(item, list):
            waiting.extend(reversed(item))
        elif isinstance(item, str) and item.strip():
            out.append(item)
            if item[0] in "{[" and item is value:
                waiting.append(_parsed(item))
    return out


def _parsed(text: str) -> Json:
    try:
        parsed: Json = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return parsed


def tool_steps(trace: Trace) -> tuple[Step, ...]:
    """Every tool run of a trace in time order."""
    return tuple(Step(s.id, s.detail.tool) for s in trace.by_kind.get("tool", ()) if s.detail.tool)


def _feeding(trace: Trace, span: Span, haystack: str) -> list[Span]:
    """The retrieval stages whose documents a call could have been given, in time order.

    Those under the nearest step around the call that holds any, so that one turn of a conversation is not given the
    documents of another; and those before with a document that is in the prompt.
    """
    around = _ancestors(trace, span)
    stages = [s for s in _recent_stages(trace, span) if s.detail.retrieval and s.id not in around]
    above = {id(s): set(_ancestors(trace, s)) for s in stages}
    nearest = next((step for step in around if any(step in steps for steps in above.values())), None)
    return [s for s in stages if nearest is None or nearest in above[id(s)] or _given(s, haystack)]


def _given(stage: Span, haystack: str) -> bool:
    retrieval = stage.detail.retrieval
    return retrieval is not None and any(_occurs(d, haystack) for d in retrieval.documents)


def _recent_stages(trace: Trace, span: Span) -> list[Span]:
    """The last retrievers and rerankers that began before a call; recorded order where its time is absent."""
    found: list[Span] = []
    for kind in ("retriever", "reranker"):
        group = trace.by_kind.get(kind, [])
        if span.start_ns is None:
            found += group[-_MAX_STAGES:]
        else:
            before = bisect_right(group, span.start_ns, key=lambda s: s.start_ns or 0)
            found += group[max(0, before - _MAX_STAGES) : before]
    if span.start_ns is None and found:
        order = {id(s): i for i, (_, s) in enumerate(trace.walk())}
        return sorted((s for s in found if order[id(s)] < order[id(span)]), key=lambda s: order[id(s)])
    return sorted(found, key=lambda s: s.start_ns or 0)


def _ancestors(trace: Trace, span: Span) -> list[str]:
    """Ids of the steps around a span, the nearest first."""
    out: list[str] = []
    above = trace.by_id.get(span.parent_id or "")
    while above is not None and above.id not in out and len(out) < _MAX_DEPTH:
        out.append(above.id)
        above = trace.by_id.get(above.parent_id or "")
    return out


def _documents(stages: list[Span]) -> tuple[tuple[Document, ...], tuple[tuple[str, str], ...]]:
    found: dict[str, tuple[Document, tuple[str, str]]] = {}
    for stage in reversed(stages):
        retrieval = stage.detail.retrieval
        assert retrieval is not None
        rows = [(f"documents[{i}].content", d) for i, d in enumerate(retrieval.documents)]
        rows += [(f"candidates[{i}].content", d) for i, d in enumerate(retrieval.candidates)]
        for field, document in rows:
            key = document.content or document.id or f"{stage.id}:{field}"
            found.setdefault(key, (document, (stage.id, field)))
    ranked = [(replace(document, rank=i), where) for i, (document, where) in enumerate(found.values())]
    return tuple(d for d, _ in ranked), tuple(w for _, w in ranked)


def _haystack(messages: Sequence[Message]) -> str:
    return _squash("\n".join(m.text for m in messages))


def _squash(text: str) -> str:
    return " ".join(text.replace("\\n", " ").replace('\\"', '"').split())


def _occurs(document: Document, haystack: str) -> bool:
    content = _squash(document.content or "")
    if not content:
        return False
    head = content[: max(_MIN_MATCH, len(content) // 2)]
    return content in haystack or (len(content) > _MIN_MATCH and head in haystack)
