"""A trace as indented lines of text: the accessible form of the span tree."""

from __future__ import annotations

from collections.abc import Sequence

from tracefix_tui.model.check import Evidence, Finding
from tracefix_tui.model.text import clip, duration, money, plural, safe_line
from tracefix_tui.model.trace import Span, Trace

_NAME_WIDTH = 44


def trace_lines(trace: Trace, findings: Sequence[Finding]) -> list[str]:
    """The header, one line per span with its decisions below it, then the findings."""
    lines = [trace_header(trace)]
    by_span: dict[str, list[Finding]] = {}
    for finding in findings:
        by_span.setdefault(finding.span_id, []).append(finding)
    for depth, span in trace.walk():
        lines.append(_span_line(depth, span, by_span.get(span.id, [])))
        lines += [f"{'  ' * (depth + 2)}- {safe_line(text)}" for text in span.detail.decisions]
        lines += [f"{'  ' * (depth + 2)}! {safe_line(text)}" for text in span.detail.lossy]
    lines += _breakdown(trace)
    if findings:
        lines += ["", plural(len(findings), "finding")]
        lines += [finding_line(number, finding) for number, finding in enumerate(findings, 1)]
    return lines


def trace_header(trace: Trace) -> str:
    """Name, id, duration, tokens, cost and error count of a trace, on one line."""
    errors = sum(span.status == "error" for span in trace.spans)
    facts = [
        safe_line(trace.name or "(unnamed)"),
        safe_line(trace.id),
        duration(trace.duration_ns),
        f"{trace.total_tokens:,} tok" if trace.total_tokens is not None else "",
        money(trace.total_cost) if trace.total_cost is not None else "",
        plural(errors, "error") if errors else "",
    ]
    return "   ".join(fact for fact in facts if fact)


def finding_line(number: int, finding: Finding) -> str:
    """`1 FAIL citation-missing  the answer cites nothing  [span: output.content 0-40]`."""
    v = finding.verdict
    places = ", ".join(_place(e, finding.span_id) for e in v.evidence[:2])
    where = f"  [{safe_line(finding.span_id)}: {safe_line(places)}]" if places else ""
    return f"{number:>3} {v.severity.upper():<4} {v.check}  {safe_line(v.message)}{where}"


def _place(evidence: Evidence, home: str) -> str:
    """Field and characters, with the span where it is not the finding's own."""
    place = f"{evidence.field} {evidence.start}-{evidence.end}" if evidence.end else evidence.field
    return place if evidence.span_id == home else f"{place} of {evidence.span_id}"


def _span_line(depth: int, span: Span, findings: Sequence[Finding]) -> str:
    name = clip(span.name, max(8, _NAME_WIDTH - 2 * depth))
    head = f"{'  ' * (depth + 1)}{name}".ljust(_NAME_WIDTH + 4)
    marks = [f"{f.verdict.severity.upper()} {f.verdict.check}" for f in findings]
    error = f"ERROR {clip(span.error or '', 60)}".rstrip() if span.status == "error" else ""
    facts = [f"{span.kind:<9}", f"{duration(span.duration_ns):>7}", *_facts(span), error, *marks]
    return (head + "  " + "  ".join(fact for fact in facts if fact)).rstrip()


def _facts(span: Span) -> list[str]:
    detail = span.detail
    facts: list[str] = []
    if detail.llm:
        usage = detail.llm.usage
        facts.append(safe_line(detail.llm.request_model or detail.llm.response_model or "model unknown"))
        if usage.input is not None or usage.output is not None:
            counts = ["?" if n is None else f"{n:,}" for n in (usage.input, usage.output)]
            facts.append(f"{' -> '.join(counts)} tok")
        if detail.llm.cost is not None:
            facts.append(money(detail.llm.cost))
        if detail.llm.replay != "exact":
            facts.append(f"replay {detail.llm.replay}")
    if detail.retrieval:
        facts.append(plural(len(detail.retrieval.documents), "document"))
    if detail.tool and detail.tool.is_error:
        facts.append("tool error")
    return facts


def _breakdown(trace: Trace) -> list[str]:
    parts = trace.metadata.get("time_breakdown_ms")
    if not isinstance(parts, dict):
        return []
    numbers = {name: value for name, value in parts.items() if isinstance(value, int | float)}
    total = numbers.get("totalMs") or sum(v for k, v in numbers.items() if k != "totalMs") or 1
    return ["", "time by stage"] + [f"  {safe_line(k):<16} {v:>9.1f} ms  {v / total:>4.0%}" for k, v in numbers.items()]
