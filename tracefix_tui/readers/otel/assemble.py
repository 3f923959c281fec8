"""From flat spans to traces: grouped by trace, kinds and errors named, content decoded when a span is opened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from tracefix_tui.model.text import plural
from tracefix_tui.model.trace import Score, Span, SpanDetail, Trace
from tracefix_tui.readers.lazy import when_opened
from tracefix_tui.readers.otel.dialect import Dialect, TraceFacts
from tracefix_tui.readers.otel.dialects import dialect_of
from tracefix_tui.readers.otel.flat import Event, FlatSpan

NO_TRACE_ID = "unknown"
# Session and user usually stand on the root; some systems write them on one span further down.
_FACT_SPANS = 200


@dataclass(slots=True)
class Assembled:
    """The traces of some flat spans, what was odd about them, and the dialects met, in order of first appearance."""

    traces: tuple[Trace, ...]
    warnings: list[str] = field(default_factory=list)
    dialects: tuple[str, ...] = ()


def assemble(spans: Iterable[FlatSpan], scores: Sequence[Score] = ()) -> Assembled:
    """Traces from flat spans in any order; `scores` are joined by span id."""
    groups: dict[str, dict[str, FlatSpan]] = {}
    nameless = repeated = 0
    for span in spans:
        if not span.id:
            nameless += 1
            span.id = f"no-id-{nameless}"
        group = groups.setdefault(span.trace_id or NO_TRACE_ID, {})
        before = group.get(span.id)
        repeated += before is not None
        if before is None or span.end_ns is not None or before.end_ns is None:
            group[span.id] = span
    out = Assembled(())
    if nameless:
        out.warnings.append(f"{plural(nameless, 'span')} without an id: named {_named(nameless)} here")
    if repeated:
        out.warnings.append(f"{plural(repeated, 'span')} recorded more than once: the last record of each is kept")
    dialects: dict[str, None] = {}
    by_span: dict[str, list[Score]] = {}
    for score in scores:
        by_span.setdefault(score.span_id or "", []).append(score)
    out.traces = tuple(_trace(trace_id, group, by_span, dialects) for trace_id, group in groups.items())
    out.dialects = tuple(name for name in dialects if name)
    return out


def _named(count: int) -> str:
    return "no-id-1" if count == 1 else f"no-id-1 to no-id-{count}"


def _trace(
    trace_id: str, group: dict[str, FlatSpan], scores: dict[str, list[Score]], dialects: dict[str, None]
) -> Trace:
    siblings: dict[str | None, list[FlatSpan]] = {}
    for flat in group.values():
        if flat.parent_id not in group and flat.parent_id is not None and not flat.parent_id.strip("0"):
            flat.parent_id = None
        siblings.setdefault(flat.parent_id, []).append(flat)
    spans: list[Span] = []
    roots: list[tuple[FlatSpan, Dialect]] = []
    others: list[tuple[FlatSpan, Dialect]] = []
    for flat in group.values():
        dialect = dialect_of(flat)
        dialects.setdefault(dialect.name)
        spans.append(_span(flat, dialect, siblings[flat.parent_id], tuple(scores.get(flat.id, ()))))
        (others if flat.parent_id in group else roots).append((flat, dialect))
    facts = _facts(roots, others)
    return Trace(
        id=trace_id,
        spans=tuple(spans),
        name=facts.name or (roots[0][0].name if roots else None),
        session_id=facts.session_id,
        user_id=facts.user_id,
        tags=facts.tags,
        metadata=facts.metadata,
        scores=tuple(score for flat in group.values() for score in scores.get(flat.id, ())),
    )


def _span(flat: FlatSpan, dialect: Dialect, siblings: list[FlatSpan], scores: tuple[Score, ...]) -> Span:
    status, message = dialect.status(flat)
    return Span(
        flat.id,
        flat.name,
        dialect.kind(flat),
        parent_id=flat.parent_id,
        start_ns=flat.start_ns,
        end_ns=flat.end_ns,
        status=status,
        error=_error(flat, message) if status == "error" else None,
        load=when_opened(_load, dialect, flat, siblings, scores),
    )


def _load(dialect: Dialect, flat: FlatSpan, siblings: list[FlatSpan], scores: tuple[Score, ...]) -> SpanDetail:
    detail = dialect.detail(flat, siblings)
    swallowed = tuple(_thrown(event) for event in flat.events if event.name == "exception" and flat.status != "error")
    return replace(
        detail,
        lossy=tuple(dict.fromkeys((*flat.notes, *detail.lossy))),
        scores=(*detail.scores, *scores),
        decisions=(*detail.decisions, *(f"exception recorded: {text}" for text in swallowed)),
    )


def _error(flat: FlatSpan, message: str) -> str:
    """The error in words: the status message, else the exception, with the type of the error where it is known."""
    thrown = next((event for event in flat.events if event.name == "exception"), None)
    text = message
    if thrown is not None and str(thrown.attributes.get("exception.message") or "") not in text:
        text = f"{text} ({_thrown(thrown)})" if text else _thrown(thrown)
    elif thrown is not None:
        text = text or _thrown(thrown)
    kind = flat.attributes.text("error.type") or ""
    if kind and kind.rsplit(".", 1)[-1] not in text:
        return f"{kind}: {text}" if text else kind
    return text or "failed; the trace says no more"


def _thrown(event: Event) -> str:
    kind = str(event.attributes.get("exception.type") or "")
    text = str(event.attributes.get("exception.message") or "")
    return f"{kind}: {text}" if kind and text else kind or text or "exception"


def _facts(roots: list[tuple[FlatSpan, Dialect]], others: list[tuple[FlatSpan, Dialect]]) -> TraceFacts:
    """Facts of the roots first, then of other spans until session and user are known."""
    whole = TraceFacts()
    for place, (flat, dialect) in enumerate([*roots, *others[:_FACT_SPANS]]):
        if place >= len(roots) and whole.session_id and whole.user_id and whole.tags:
            break
        found = dialect.facts(flat)
        if found is None:
            continue
        whole.session_id = whole.session_id or found.session_id
        whole.user_id = whole.user_id or found.user_id
        whole.name = whole.name or found.name
        whole.tags = tuple(dict.fromkeys(whole.tags + found.tags))
        if place < len(roots) or not whole.metadata:
            whole.metadata = {**found.metadata, **whole.metadata}
    service = next((flat.resource.get("service.name") for flat, _ in (*roots, *others[:1])), None)
    if isinstance(service, str) and service and not service.startswith("unknown_service"):
        whole.metadata.setdefault("service.name", service)
    return whole
