"""Diagnosis of a trace of 30 spans that was just opened: every span decoded, every check run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.measuring import by_turns, report, spread, timed
from tracefix_tui.checks import diagnose
from tracefix_tui.demo.workspace import AGENT, REFUND, make
from tracefix_tui.readers import open_trace


def test_diagnosis(tmp_path: Path, trace_file: Callable[[str], Path]) -> None:
    shop = make(tmp_path / "shop")
    paths = {"30 spans": trace_file("30 spans"), "refund": shop / REFUND, "agent": shop / AGENT}
    for name, path in paths.items():

        def opened(path: Path = path) -> float:
            trace = open_trace(str(path)).traces[0]
            return timed(lambda: diagnose(trace))

        (found,) = by_turns(opened, runs=20)
        spans = len(open_trace(str(path)).traces[0].spans)
        report(f"diagnosis, {name} ({spans} spans)", spread(found))
