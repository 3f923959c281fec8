"""The rows of what came back: how the checks stand against the recording, and the attempts so far."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Sequence

from tracefix_tui.model.attempt import Attempt
from tracefix_tui.model.check import CheckSpec, Verdict
from tracefix_tui.model.text import money
from tracefix_tui.ui.widgets.rows import Cell, Column, ListRows, Row
from tracefix_tui.workbench.judging import Standing, pass_counts

STANDINGS = (Column(1), Column(13), Column(), Column(8), Column(18, right=True, hide_below=56))
_DETAIL = 4
_SEVERAL = 2
_ATTEMPTS = (
    Column(3, right=True), Column(), Column(19, hide_below=70), Column(14), Column(9, right=True),
    Column(8, right=True), Column(9, right=True, hide_below=90), Column(16, right=True, hide_below=100),
)  # fmt: skip
_NEVER = 1 << 30
_GOOD, _BAD = ("FIXED", "IMPROVED"), ("REGRESSED",)


def standing_rows(
    standings: Sequence[Standing],
    kept: Collection[CheckSpec],
    current: int,
    width: int,
    *,
    ran: bool,
    baseline: Sequence[Verdict] = (),
) -> ListRows:
    """One row per check: its number, how it stands, what it is, how it was, the score's move; `+` marks those kept.

    The current one has what it says below it, wrapped to `width`. `ran` says that this draft was sent before;
    `baseline` are the verdicts on the recording, whose severity may be another than after the replay.
    """
    labels = {spec.label for spec in kept}
    severities = {verdict.spec.label: verdict.severity for verdict in baseline}
    rows = []
    for at, row in enumerate(standings):
        word, style = _stand(row, ran)
        failed = severities.get(row.spec.label, row.severity).upper()
        before = row.rate.passed_before if ran else None
        was = "" if before is None else "was pass" if before else f"was {failed}"
        number = Cell(str(at + 1) if at < 9 else "", "accent")
        cells = (number, Cell(word, style), Cell(row.spec.label), Cell(was, "dim"), Cell(_move(row), "dim"))
        rows.append(Row(row.spec.label, cells, flag="+" if row.spec.label in labels else ""))
        if at == current:
            rows += _details(row, max(20, width - _DETAIL - 3))
    return ListRows(rows)


def _details(row: Standing, width: int) -> list[Row]:
    lines = textwrap.wrap(row.message, width)[:4]
    if row.rate.remark:
        lines.append(row.rate.remark)
    if row.rate.runs and row.rate.passed_before is False and row.rate.needed:
        lines.append(f"{row.rate.needed} more runs like these would carry a verdict")
    made = [Cell(" " * _DETAIL + line, "dim") for line in lines]
    return [Row(f"{row.spec.label}\n{n}", (cell,), selectable=False) for n, cell in enumerate(made)]


def short_stand(row: Standing, ran: bool) -> str:
    """`grounded pass 1/1`."""
    return f"{row.spec.label} {_stand(row, ran)[0]}"


def _stand(row: Standing, ran: bool) -> tuple[str, str]:
    rate = row.rate
    if not rate.runs and ran:
        return "unmeasured", "dim"
    if not rate.runs:
        return ("not run yet", "dim") if rate.passed_before is None else (_bad(row), "fail")
    counts = f"{rate.passes}/{rate.runs}"
    if rate.word in _GOOD:
        return f"{rate.word} {counts}", "ok"
    if rate.word in _BAD:
        return f"{rate.word} {counts}", "fail"
    if rate.passes == rate.runs:
        return f"pass {counts}", "ok"
    return f"{_bad(row)} {counts}", "fail"


def _bad(row: Standing) -> str:
    return row.severity.upper()


def _move(row: Standing) -> str:
    before, after = row.score_before, row.score_after
    if before is None or after is None:
        return ""
    return f"{before:.2f}->{after:.2f} {after - before:+.2f}"


def checks_move(baseline: Sequence[Verdict], attempt: Attempt | None) -> str:
    """`checks 4/6 -> 6/6`, or how the recording alone stands."""
    passed, measured = pass_counts(baseline)
    before = f"{passed}/{measured}"
    if attempt is None:
        return f"checks {before} on the recording"
    now, of = pass_counts(attempt.verdicts)
    return f"checks {before} -> {now}/{of}" if of else f"checks {before} -> unmeasured"


def attempt_rows(attempts: Sequence[Attempt], marked: str | None, draft_parent: str | None = None) -> ListRows:
    """One row per attempt, the newest first: what changed, the warning about several changes, checks, cost, time."""
    rows = []
    for number in range(len(attempts), 0, -1):
        attempt = attempts[number - 1]
        result = attempt.result
        several = f"{len(attempt.changes)} changes at once" if attempt.several_changes else ""
        seconds = f"{result.latency_ms / 1000:.2f}s"
        used = f"{result.usage.output:,} tok" if result.usage.output is not None else ""
        when = attempt.created[:16].replace("T", " ")
        cells = (
            Cell(str(number), "strong"), Cell(changed(attempt)), Cell(several, "warn"), _verdicts(attempt),
            Cell(money(result.cost)), Cell(seconds), Cell(used, "dim"), Cell(when, "dim"),
        )  # fmt: skip
        flag = "*" if attempt.id == marked else "^" if attempt.id == draft_parent else ""
        rows.append(Row(attempt.id, cells, flag=flag))
    return ListRows(rows)


def attempt_columns(attempts: Sequence[Attempt]) -> tuple[Column, ...]:
    """The columns for these attempts: the warning about several changes takes room only where there is one."""
    if any(attempt.several_changes for attempt in attempts):
        return _ATTEMPTS
    return tuple(c._replace(hide_below=_NEVER) if i == _SEVERAL else c for i, c in enumerate(_ATTEMPTS))


def changed(attempt: Attempt) -> str:
    """What an attempt changed, in words, with the number of its repeat."""
    words = "; ".join(c.summary for c in attempt.changes) or "as recorded"
    return f"again ({attempt.repeat + 1}): {words}" if attempt.repeat else words


def _verdicts(attempt: Attempt) -> Cell:
    if attempt.result.error is not None:
        return Cell("ERROR", "fail")
    if attempt.result.stopped:
        return Cell("stopped", "warn")
    passed, measured = pass_counts(attempt.verdicts)
    return Cell(f"checks {passed}/{measured}", "ok" if passed == measured else "fail")
