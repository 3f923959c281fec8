"""Floor 2: checks. One named test of one failure mode over one subject; the only thing that decides pass or fail."""

from __future__ import annotations

from tracefix_tui.checks.check import Check
from tracefix_tui.checks.diagnosis import Diagnosis, diagnose
from tracefix_tui.checks.registry import all_checks, find_check, parse_spec, run_checks
from tracefix_tui.checks.rows import COLUMNS, judge_row, subject_from_row

__all__ = [
    "COLUMNS",
    "Check",
    "Diagnosis",
    "all_checks",
    "diagnose",
    "find_check",
    "judge_row",
    "parse_spec",
    "run_checks",
    "subject_from_row",
]
