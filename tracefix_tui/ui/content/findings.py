"""The findings pane: one line each, the one under the cursor with its whole message and what to try."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from tracefix_tui.model.check import Finding
from tracefix_tui.ui.content.parts import place_words
from tracefix_tui.ui.widgets.rows import Cell, Column, ListRows, Row

COLUMNS = (Column(2, right=True), Column(4), Column(), Column(13, hide_below=60))
_WORDS = {"fail": "FAIL", "warn": "WARN", "info": "info"}
_STYLES = {"fail": "fail", "warn": "warn", "info": "dim"}


def finding_rows(findings: Sequence[Finding], current: int, width: int) -> ListRows:
    """Rows for all findings; those after the current one hold its details, wrapped to `width`."""
    rows: list[Row] = []
    for at, finding in enumerate(findings):
        verdict = finding.verdict
        place = place_words(verdict.evidence[0]) if verdict.evidence else ""
        word = Cell(_WORDS[verdict.severity], _STYLES[verdict.severity])
        number = Cell(str(at + 1) if at < 9 else "", "accent")
        rows.append(Row(str(at), (number, word, Cell(f"{verdict.check}: {verdict.message}"), Cell(place, "dim"))))
        if at == current:
            rows += _details(finding, width)
    return ListRows(rows)


def _details(finding: Finding, width: int) -> list[Row]:
    verdict = finding.verdict
    room = max(20, width - 8)
    said = f"{verdict.check}: {verdict.message}"
    first = max(20, width - 12 - (14 if width >= 60 else 0))
    rest = textwrap.wrap(verdict.message, room) if len(said) > first else []
    lines = [(line, "") for line in rest]
    for suggestion in verdict.suggest:
        lines += [(line, "dim") for line in textwrap.wrap(f"try: {suggestion.change}, {suggestion.why}", room)]
    places = len(verdict.evidence)
    if places > 1:
        lines.append((f"{places} places: press its number again for the next", "dim"))
    return [
        Row(f"{verdict.check}.{n}", (Cell(" " * 6 + line, style),), selectable=False)
        for n, (line, style) in enumerate(lines)
    ]


def counts(findings: Sequence[Finding]) -> str:
    """`FAIL 2 WARN 1`, or `no findings`."""
    words = []
    for severity, word in _WORDS.items():
        count = sum(1 for f in findings if f.verdict.severity == severity)
        if count:
            words.append(f"{word} {count}")
    return " ".join(words) or "no findings"
