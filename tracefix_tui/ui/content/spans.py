"""The span tree: one row per span with its duration and its bar in the waterfall."""

from __future__ import annotations

from collections.abc import Callable

from tracefix_tui.model.text import duration
from tracefix_tui.model.trace import Span, Trace
from tracefix_tui.ui.widgets.rows import Cell, Column, Row, TreeRows

BAR = 8
DEEP = 4
COLUMNS = (Column(), Column(6, right=True), Column(BAR, hide_below=30))
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_STYLES = {"llm": "bar-llm", "tool": "bar-tool", "retriever": "bar-retriever", "reranker": "bar-retriever"}
_STYLES["embedding"] = "bar-retriever"


def span_rows(trace: Trace, flags: Callable[[str], str]) -> TreeRows:
    """Rows of all spans in walking order. `flags` gives the sign of a span (`!` for findings); errors show as `x`."""
    walked = list(trace.walk())
    step = " " if max((depth for depth, _ in walked), default=0) > DEEP else "  "
    begin, end = trace.start_ns, trace.end_ns

    def make(at: int, marker: str) -> Row:
        depth, span = walked[at]
        sign = flags(span.id) or ("x" if span.status == "error" else "")
        name = f"{step * min(depth, 12)}{marker} {span_label(span)}"
        style = "fail" if span.status == "error" else "strong" if span.kind == "llm" else ""
        bar = Cell(bar_text(span, begin, end), _STYLES.get(span.kind, "dim"))
        return Row(span.id, (Cell(name, style), Cell(duration(span.duration_ns), "dim"), bar), sign)

    return TreeRows([d for d, _ in walked], make, lambda at: span_label(walked[at][1]), lambda at: walked[at][1].id)


def span_label(span: Span) -> str:
    """`llm ChatOpenAI`, `tool search`, otherwise the name alone."""
    if span.kind in ("llm", "tool") and span.kind not in span.name.lower():
        return f"{span.kind} {span.name}"
    return span.name or span.kind


def bar_text(span: Span, begin: int | None, end: int | None, width: int = BAR) -> str:
    """A bar from the span's start to its end on the scale of the whole trace; empty where times are unknown."""
    if begin is None or end is None or span.start_ns is None or end <= begin:
        return ""
    scale = width / (end - begin)
    start = (span.start_ns - begin) * scale
    length = (span.duration_ns or 0) * scale
    left = min(int(start), width - 1)
    eighths = max(1, round((length + start - left if int(start) == left else length) * 8))
    full, rest = divmod(min(eighths, (width - left) * 8), 8)
    return " " * left + "█" * full + (_EIGHTHS[rest] if rest else "")
