"""Rates and the words they carry: how often a check passes now, against how it stood on the recording."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Literal

Word = Literal["FIXED", "IMPROVED", "NO CHANGE", "REGRESSED", "INCONCLUSIVE"]
_Z = 1.959963984540054


def wilson(passes: int, runs: int) -> tuple[float, float]:
    """The 95 % Wilson score interval of a pass rate; (0, 1) without runs. Source: Wilson 1927."""
    if runs == 0:
        return 0.0, 1.0
    rate, z2 = passes / runs, _Z * _Z
    centre = (rate + z2 / (2 * runs)) / (1 + z2 / runs)
    half = _Z * sqrt(rate * (1 - rate) / runs + z2 / (4 * runs * runs)) / (1 + z2 / runs)
    return max(0.0, centre - half), min(1.0, centre + half)


@dataclass(frozen=True, slots=True)
class Rate:
    """Passes among measured runs, set against a recording that passed or failed once.

    `as_recorded` are (passes, runs) of replays in which nothing was changed: what chance alone does. `changed` is False
    for the rate of those replays themselves.
    """

    passes: int
    runs: int
    passed_before: bool | None
    as_recorded: tuple[int, int] = (0, 0)
    changed: bool = True

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's interval of the pass rate."""
        return wilson(self.passes, self.runs)

    @property
    def word(self) -> Word:
        """What the runs prove of the change.

        A word other than INCONCLUSIVE is given only when the interval lies wholly on one side of one half: 4 of 4 do,
        3 of 3 do not. It is FIXED or REGRESSED only against a recording that stood the other way, and only where
        replaying the unchanged call does not give the same.
        """
        low, high = self.interval
        if low <= 0.5 <= high:
            return "INCONCLUSIVE"
        passes = low > 0.5
        if self.passed_before is None or self.passed_before == passes or self._chance_does_it(passes):
            return "NO CHANGE"
        return "FIXED" if passes else "REGRESSED"

    @property
    def remark(self) -> str:
        """What the unchanged call does, where that takes the credit from the edit; else empty."""
        low, high = self.interval
        if low <= 0.5 <= high or self.passed_before is None or self.passed_before == (low > 0.5):
            return ""
        if not self.changed:
            return "nothing was changed: on the recording it was chance"
        passes, runs = self.as_recorded
        return f"as recorded {passes}/{runs} too: not the edit" if self._chance_does_it(low > 0.5) else ""

    @property
    def needed(self) -> int:
        """How many more runs, at the rate seen so far, would carry a word; 0 when they do, capped at 99."""
        if self.word != "INCONCLUSIVE":
            return 0
        rate = self.passes / self.runs if self.runs else 1.0
        for extra in range(1, 100):
            low, high = wilson(round(rate * (self.runs + extra)), self.runs + extra)
            if low > 0.5 or high < 0.5:
                return extra
        return 99

    def describe(self) -> str:
        """`pass 2/2, was FAIL`, with the word once the numbers carry it, or how many more runs would."""
        was = "" if self.passed_before is None else f", was {'pass' if self.passed_before else 'FAIL'}"
        counts = f"pass {self.passes}/{self.runs}{was}"
        if self.runs == 0:
            return f"unmeasured{was}"
        if self.word != "INCONCLUSIVE":
            return f"{self.word} {counts}" + (f" ({self.remark})" if self.remark else "")
        return f"{counts} (needs {self.needed} more)" if self.passed_before is False else counts

    def _chance_does_it(self, passes: bool) -> bool:
        """Replays of the unchanged call stand as these do, by more than half of them."""
        if not self.changed:
            return True
        passed, runs = self.as_recorded
        return runs > 0 and (passed * 2 > runs if passes else passed * 2 < runs)
