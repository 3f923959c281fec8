"""Judging a replay with the checks that diagnosed the recording."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from tracefix_tui.checks import run_checks
from tracefix_tui.compare.rates import Rate
from tracefix_tui.model.attempt import Attempt, Result
from tracefix_tui.model.check import CheckSpec, Subject, Verdict
from tracefix_tui.model.context import question_of
from tracefix_tui.model.trace import Document
from tracefix_tui.prompts.hydrated import Hydrated, PlacedDocument
from tracefix_tui.workbench.draft import Draft


def drafted_subject(draft: Draft) -> Subject:
    """What the checks read of a draft: the recording's surroundings with the draft's prompt, documents and tools."""
    recording = draft.recording
    subject = recording.subject
    documents, fields = (
        _placed(draft)
        if sent_documents(draft.hydrated) != recording.hydrated.documents
        else (
            subject.documents,
            subject.document_fields,
        )
    )
    return replace(
        subject,
        messages=draft.messages,
        question=question_of(draft.messages),
        documents=documents,
        document_fields=fields,
        tools=draft.tools,
        tool_choice=draft.tool_choice,
        asked=subject.asked if question_of(draft.messages) == subject.question else (),
        response_format=draft.response_format,
        params=draft.params,
    )


def judge(draft: Draft, result: Result, specs: Sequence[CheckSpec] = ()) -> tuple[Verdict, ...]:
    """All checks that apply, and those the user added, over a replay's result.

    A replay that failed or was stopped is no answer: every check is `unmeasured`, which is neither pass nor fail.
    """
    if result.error is not None or result.stopped or result.output is None:
        why = result.error or ("stopped before the answer was complete" if result.stopped else "no answer")
        return tuple(
            Verdict(v.check, "unmeasured", why, category=v.category, severity=v.severity, params=v.params)
            for v in [*draft.recording.baseline, *(Verdict(s.id, "unmeasured", why, params=s.params) for s in specs)]
        )
    subject = drafted_subject(draft).answered(result.output, result.finish_reason)
    verdicts = [*run_checks(subject), *(run_checks(subject, specs) if specs else [])]
    return tuple(_once(verdicts))


def _once(verdicts: Iterable[Verdict]) -> Iterable[Verdict]:
    seen: set[str] = set()
    for verdict in verdicts:
        if verdict.spec.label not in seen:
            seen.add(verdict.spec.label)
            yield verdict


def sent_documents(hydrated: Hydrated) -> tuple[PlacedDocument, ...]:
    """The documents that the prompt shows: those of variables that the template names."""
    return tuple(d for d in hydrated.documents if d.slot in hydrated.placeholders)


def _placed(draft: Draft) -> tuple[tuple[Document, ...], tuple[tuple[str, str], ...]]:
    context = draft.recording.context
    documents, fields = [], []
    for rank, placed in enumerate(sent_documents(draft.hydrated)):
        source = placed.source
        if source is not None and source < len(context.retrieved):
            documents.append(replace(context.retrieved[source], content=placed.text, rank=rank))
            fields.append(context.document_fields[source])
        else:
            documents.append(Document(None, placed.text, None, rank))
            fields.append((draft.recording.span.id, f"documents[{rank}].content"))
    return tuple(documents), tuple(fields)


@dataclass(frozen=True, slots=True)
class Standing:
    """One check over the repeats of a request, against the recording. Scores are means over measured runs."""

    spec: CheckSpec
    rate: Rate
    severity: str
    message: str
    score_before: float | None = None
    score_after: float | None = None

    @property
    def line(self) -> str:
        """`citation-missing  pass 2/2, was FAIL`, with the score's move where there is one."""
        line = f"{self.spec.label}  {self.rate.describe()}"
        if self.score_before is None or self.score_after is None:
            return line
        return f"{line}   {self.score_before:.2f} -> {self.score_after:.2f} {self.score_after - self.score_before:+.2f}"


def standings(
    baseline: Sequence[Verdict], attempts: Sequence[Attempt], unchanged: Sequence[Attempt] | None = None
) -> list[Standing]:
    """How each check stands over attempts at one request: failing before first, then failing now, then the rest.

    `unchanged` are the attempts at the request as recorded, None when these are those.

    Checks that pass before and after, or that nothing was measured for, are left out; those the user asked for never.
    """
    before = {v.spec.label: v for v in baseline}
    after, chance = _by_check(attempts), _by_check(unchanged or ())
    rows = [
        _standing(before.get(label), after.get(label, []), chance.get(label, []), changed=unchanged is not None)
        for label in dict.fromkeys([*before, *after])
    ]
    told = [r for r in rows if _worth_telling(r)]
    return sorted(told, key=lambda r: (r.rate.passed_before is not False, r.rate.passes == r.rate.runs))


def _by_check(attempts: Iterable[Attempt]) -> dict[str, list[Verdict]]:
    out: dict[str, list[Verdict]] = {}
    for attempt in attempts:
        for verdict in attempt.verdicts:
            out.setdefault(verdict.spec.label, []).append(verdict)
    return out


def _standing(before: Verdict | None, after: list[Verdict], chance: list[Verdict], *, changed: bool) -> Standing:
    measured = [v for v in after if v.outcome != "unmeasured"]
    scores = [v.score for v in measured if v.score is not None]
    latest = after[-1] if after else before
    assert latest is not None
    was = None if before is None or before.outcome == "unmeasured" else before.outcome == "pass"
    return Standing(
        latest.spec,
        Rate(*pass_counts(after), was, pass_counts(chance), changed),
        latest.severity,
        latest.message,
        before.score if before else None,
        sum(scores) / len(scores) if scores else None,
    )


def _worth_telling(row: Standing) -> bool:
    if row.rate.passed_before is False or row.rate.passes < row.rate.runs:
        return True
    return bool(row.spec.params)


def pass_counts(verdicts: Sequence[Verdict]) -> tuple[int, int]:
    """(passed, measured) over verdicts; `unmeasured` counts for neither."""
    measured = [v for v in verdicts if v.outcome != "unmeasured"]
    return sum(v.outcome == "pass" for v in measured), len(measured)
