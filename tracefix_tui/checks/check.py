"""A check: its name, what it means, when it applies, and the function that judges."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from tracefix_tui.checks.reading import Reading
from tracefix_tui.model.check import Category, CheckSpec, Evidence, Outcome, Severity, Subject, Suggestion, Verdict
from tracefix_tui.model.json_value import JsonObject

Scope = Literal["call", "trajectory"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a judge says; `severity` overrides the check's own where one failure is worse than another."""

    outcome: Outcome
    message: str
    score: float | None = None
    evidence: tuple[Evidence, ...] = ()
    suggest: tuple[Suggestion, ...] = ()
    severity: Severity | None = None


def passed(message: str, score: float | None = None) -> Judgement:
    """The failure was looked for and is not there."""
    return Judgement("pass", message, score)


def failed(
    message: str,
    evidence: Sequence[Evidence],
    suggest: Sequence[Suggestion] = (),
    *,
    score: float | None = None,
    severity: Severity | None = None,
) -> Judgement:
    """The failure is there, and this is where."""
    return Judgement("fail", message, score, tuple(evidence), tuple(suggest), severity)


def unmeasured(reason: str) -> Judgement:
    """The subject does not hold what the check needs."""
    return Judgement("unmeasured", reason)


Judge = Callable[[Reading, JsonObject], Judgement]


@dataclass(frozen=True, slots=True)
class Check:
    """One named test of one failure mode.

    `param` names the one parameter a user can give (`contains:30 days`); a check that `needs_param` is an expectation
    and never runs unasked. `applies` says whether an unasked run makes sense for a subject.
    """

    id: str
    meaning: str
    category: Category
    severity: Severity
    judge: Judge
    applies: Callable[[Reading], bool]
    scope: Scope = "call"
    param: str | None = None
    needs_param: bool = False

    def run(self, subject: Subject, params: JsonObject | None = None) -> Verdict:
        """The verdict on a subject; `unmeasured` with a reason where the subject does not hold what is needed."""
        return self.verdict(Reading(subject), params or {})

    def verdict(self, reading: Reading, params: JsonObject) -> Verdict:
        """Like `run`, over a subject already read by other checks."""
        said = self.judge(reading, params)
        return Verdict(
            check=self.id,
            outcome=said.outcome,
            message=said.message,
            score=None if said.score is None else round(min(1.0, max(0.0, said.score)), 4),
            evidence=said.evidence,
            category=self.category,
            severity=said.severity or self.severity,
            suggest=said.suggest,
            params=dict(params),
        )

    def spec(self, params: JsonObject | None = None) -> CheckSpec:
        """The check with parameters, as a case holds it."""
        return CheckSpec(self.id, dict(params or {}))
