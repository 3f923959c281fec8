"""Diagnosis: every check over every call of a trace, the findings ranked with causes above symptoms, time and cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter

from tracefix_tui.checks.registry import find_check, run_checks
from tracefix_tui.checks.timing import time_by_stage
from tracefix_tui.model.check import Category, Finding, Severity, Subject, Verdict
from tracefix_tui.model.context import call_subject, trajectory_subject
from tracefix_tui.model.json_value import JsonObject
from tracefix_tui.model.trace import Trace

_CAUSES: tuple[Category, ...] = (
    "operations", "retrieval", "tools", "agents", "grounding", "citation", "instruction", "expectation",
)  # fmt: skip
_SEVERITIES: tuple[Severity, ...] = ("fail", "warn", "info")
_HARMLESS_ALONE = ("retrieval-cut", "retrieval-low")


@dataclass(frozen=True)
class Diagnosis:
    """What the checks say of one trace.

    `findings` are ranked: the calls with the gravest failures first, within a call causes before symptoms, notes last.
    `verdicts` holds all verdicts by span id. `time` is milliseconds by span kind, each moment counted once, with
    `total_ms` and what the diagnosis itself took, `diagnosis_ms`. `cost` is US dollars and tokens over the leaf calls.
    """

    findings: tuple[Finding, ...] = ()
    verdicts: dict[str, tuple[Verdict, ...]] = field(default_factory=dict)
    time: dict[str, float] = field(default_factory=dict)
    cost: JsonObject = field(default_factory=dict)

    def to_public(self) -> JsonObject:
        """The answer of `diagnose --json` for one trace."""
        return {"findings": [f.to_public() for f in self.findings], "time": dict(self.time), "cost": self.cost}


def diagnose(trace: Trace) -> Diagnosis:
    """What is wrong with a trace: call checks on every leaf call and failed step, trajectory checks on the whole."""
    began = perf_counter()
    verdicts: dict[str, tuple[Verdict, ...]] = {}
    groups: list[list[Finding]] = []
    for subject_id, found in _judged(trace):
        verdicts[subject_id] = (*verdicts.get(subject_id, ()), *found)
        groups.append(_findings(trace.id, subject_id, found))
    time = time_by_stage(trace)
    cost = cost_of(trace)
    time["diagnosis_ms"] = round((perf_counter() - began) * 1000, 3)
    return Diagnosis(rank(groups), verdicts, time, cost)


def _judged(trace: Trace) -> Iterator[tuple[str, list[Verdict]]]:
    """(span id, verdicts) of each leaf call, of each other step that failed by itself, then of the trajectory."""
    leaves = trace.leaf_calls
    whole = trajectory_subject(trace)
    for span in leaves:
        yield span.id, run_checks(call_subject(trace, span, whole.steps), scope="call")
    calls, passing_on = {id(span) for span in leaves}, _above_failures(trace)
    error = find_check("call-error")
    for span in trace.spans:
        if span.status == "error" and id(span) not in calls and span.kind != "tool" and span.id not in passing_on:
            yield span.id, [error.run(Subject(trace_id=trace.id, span_id=span.id, error=span.error or ""))]
    yield whole.span_id, run_checks(whole, scope="trajectory")


def _above_failures(trace: Trace) -> set[str]:
    """Ids of the steps around a failed one: where they failed too, they only pass its failure on."""
    above: set[str] = set()
    for span in trace.spans:
        step = span.parent_id if span.status == "error" else None
        while step is not None and step not in above and step in trace.by_id:
            above.add(step)
            step = trace.by_id[step].parent_id
    return above


def _findings(trace_id: str, span_id: str, verdicts: Sequence[Verdict]) -> list[Finding]:
    """The failing verdicts as findings. A weak retrieval that did no visible harm is only a note."""
    failing = [v for v in verdicts if v.outcome == "fail"]
    harm = any(v.check not in _HARMLESS_ALONE and v.severity != "info" for v in failing)
    return [
        Finding(trace_id, span_id, v if harm or v.check not in _HARMLESS_ALONE else replace(v, severity="info"))
        for v in failing
    ]


def rank(groups: Sequence[Sequence[Finding]]) -> tuple[Finding, ...]:
    """Findings of several calls in one order: gravest call first, in it causes before symptoms, notes at the end."""
    rows: list[tuple[tuple[int, ...], Finding]] = []
    for number, group in enumerate(groups):
        worst = min((_SEVERITIES.index(f.verdict.severity) for f in group), default=0)
        for finding in group:
            v = finding.verdict
            severity = _SEVERITIES.index(v.severity)
            key = (int(v.severity == "info"), worst, number, _CAUSES.index(v.category), severity)
            rows.append((key, finding))
    return tuple(finding for _, finding in sorted(rows, key=lambda row: row[0]))


def cost_of(trace: Trace) -> JsonObject:
    """`{"total", "by_model", "tokens"}` over the leaf calls, in US dollars; None where nothing was recorded."""
    by_model: dict[str, float] = {}
    tokens: dict[str, int] = {}
    for span in trace.leaf_calls:
        call = span.llm
        if call is None:
            continue
        if call.cost is not None:
            model = call.request_model or call.response_model or "unknown"
            by_model[model] = round(by_model.get(model, 0.0) + call.cost, 12)
        for name, count in call.usage.to_public().items():
            if isinstance(count, int):
                tokens[name] = tokens.get(name, 0) + count
    return {"total": trace.total_cost, "by_model": dict(by_model), "tokens": dict(tokens)}
