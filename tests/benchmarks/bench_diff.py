"""The diff of two texts of 1 MB by lines and words, against difflib on their lines alone."""

from __future__ import annotations

import random
from collections.abc import Callable
from difflib import SequenceMatcher
from statistics import median

import pytest

from tests.benchmarks.measuring import by_turns, report, spread, timed
from tests.benchmarks.traces import text
from tracefix_tui.compare.text import diff_text

_LINES = 13_000


def _before() -> list[str]:
    draw = random.Random(1)
    return [f"{number} {text(draw, 10)}" for number in range(_LINES)]


def _a_word_in_twenty_lines(lines: list[str]) -> list[str]:
    return [f"{line} edited" if number % 20 == 0 else line for number, line in enumerate(lines)]


def _rewritten(lines: list[str]) -> list[str]:
    draw = random.Random(2)
    return [text(draw, 10) for _ in lines]


@pytest.mark.parametrize("change", [_a_word_in_twenty_lines, _rewritten])
@pytest.mark.parametrize("joined", ["\n", " "], ids=["lines", "one line"])
def test_diff(change: Callable[[list[str]], list[str]], joined: str) -> None:
    before = _before()
    after = change(before)
    a, b = joined.join(before), joined.join(after)
    name = f"diff, {change.__name__.strip('_').replace('_', ' ')}, {'lines' if joined == chr(10) else 'one line'}"

    def lines_alone() -> object:
        return SequenceMatcher(None, a.splitlines(), b.splitlines(), autojunk=False).get_opcodes()

    ours, theirs = by_turns(lambda: timed(lambda: diff_text(a, b)), lambda: timed(lines_alone), runs=3)
    found = diff_text(a, b)
    words = f"{spread(ours)}, difflib on lines {median(theirs):,.1f} ms"
    report(name, words + (", gave up on words" if found.gave_up else ""))
