"""Rates carry a word only when their numbers do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracefix_tui.compare.rates import Rate, wilson


@pytest.mark.parametrize(
    ("passes", "runs", "low", "high"),
    [(0, 10, 0.0, 0.277533), (5, 10, 0.236593, 0.763407), (9, 10, 0.595850, 0.982124), (3, 3, 0.438503, 1.0)],
)
def test_wilson_gives_the_published_interval(passes: int, runs: int, low: float, high: float) -> None:
    assert wilson(passes, runs) == pytest.approx((low, high), abs=1e-6)


@given(st.integers(0, 200), st.integers(0, 200))
def test_the_interval_holds_the_rate(passes: int, fails: int) -> None:
    low, high = wilson(passes, passes + fails)
    assert 0 <= low <= high <= 1
    if passes + fails:
        assert low - 1e-9 <= passes / (passes + fails) <= high + 1e-9


def test_two_passes_are_counts_and_four_are_a_word() -> None:
    assert Rate(2, 2, False).describe() == "pass 2/2, was FAIL (needs 2 more)"
    assert Rate(4, 4, False).describe() == "FIXED pass 4/4, was FAIL"
    assert Rate(0, 4, False).word == "NO CHANGE"
    assert Rate(0, 4, True).word == "REGRESSED"
    assert Rate(0, 0, False).describe() == "unmeasured, was FAIL"


def test_an_edit_gets_no_credit_for_what_chance_does() -> None:
    assert Rate(4, 4, False, as_recorded=(0, 4)).word == "FIXED"
    told = Rate(4, 4, False, as_recorded=(3, 4))
    assert told.word == "NO CHANGE" and "as recorded 3/4 too" in told.describe()
    assert Rate(0, 4, True, as_recorded=(1, 4)).word == "NO CHANGE"
    assert Rate(0, 4, True, as_recorded=(4, 4)).word == "REGRESSED"
    unchanged = Rate(4, 4, False, changed=False)
    assert unchanged.word == "NO CHANGE" and "chance" in unchanged.remark
