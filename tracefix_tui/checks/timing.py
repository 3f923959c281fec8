"""Where the time of a trace went: each moment counted once, for the innermost step that was running."""

from __future__ import annotations

from tracefix_tui.model.trace import Trace

_NS_PER_MS = 1e6


def time_by_stage(trace: Trace) -> dict[str, float]:
    """Milliseconds by span kind, with `total_ms` from the earliest start to the latest end; empty without times.

    A moment belongs to the running spans that have no running child, in equal parts when several run at once, so the
    stages never add up to more than the total. What no span covers is missing from the stages, not from the total.
    """
    spans = [s for s in trace.spans if s.start_ns is not None and s.end_ns is not None and s.end_ns >= s.start_ns]
    if not spans:
        return {}
    number = {id(s): i for i, s in enumerate(spans)}
    parents = [number.get(id(trace.by_id.get(s.parent_id or "")), -1) for s in spans]
    events = sorted(
        [(s.start_ns or 0, 1, i) for i, s in enumerate(spans)] + [(s.end_ns or 0, 0, i) for i, s in enumerate(spans)]
    )
    shares = _shares(events, parents, len(spans))
    out: dict[str, float] = {}
    for span, share in zip(spans, shares, strict=True):
        out[span.kind] = out.get(span.kind, 0.0) + share / _NS_PER_MS
    stages = {kind: round(ms, 3) for kind, ms in sorted(out.items(), key=lambda pair: -pair[1])}
    return {**stages, "total_ms": round((trace.duration_ns or 0) / _NS_PER_MS, 3)}


def _shares(events: list[tuple[int, int, int]], parents: list[int], count: int) -> list[float]:
    """Nanoseconds of each span, by sweeping over starts and ends.

    `clock` advances by the time passed divided by the number of innermost running spans, so a span's share is how far
    the clock moved while it was one of them.
    """
    running, below = [False] * count, [0] * count
    since, share = [0.0] * count, [0.0] * count
    clock, inner, last = 0.0, 0, 0

    def enter(i: int) -> None:
        nonlocal inner
        since[i], inner = clock, inner + 1

    def leave(i: int) -> None:
        nonlocal inner
        share[i], inner = share[i] + clock - since[i], inner - 1

    for at, starts, i in events:
        if inner:
            clock += (at - last) / inner
        last, parent = at, parents[i]
        if starts:
            running[i] = True
            if not below[i]:
                enter(i)
            if parent >= 0:
                if running[parent] and not below[parent]:
                    leave(parent)
                below[parent] += 1
        elif running[i]:
            running[i] = False
            if not below[i]:
                leave(i)
            if parent >= 0:
                below[parent] -= 1
                if running[parent] and not below[parent]:
                    enter(parent)
    return share
