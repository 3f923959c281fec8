"""From a key to the first byte that the app paints after it, in large traces and in long texts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import pytest

from tests.benchmarks.measuring import Stamped, app, report
from tests.benchmarks.traces import ROOT

_PRESSES = 20
_TEXT = "Answer only from the context"


def _press(run: Stamped, name: str, keys: Sequence[str]) -> None:
    calm = run.quiet(1.0)
    found = {key: [run.key(key) for _ in range(_PRESSES)] for key in keys}
    words = [f"{key} {median(ms):.1f} ms (at most {max(ms):,.0f})" for key, ms in found.items()]
    report(f"key to paint, {name}", "   ".join([*words, "" if calm else "still busy with the trace"]).rstrip())


@pytest.mark.parametrize("name", ["100 MB", "100k spans"])
def test_keys_in_a_large_trace(name: str, tmp_path: Path, compiled: None, trace_file: Callable[[str], Path]) -> None:
    with Stamped(app("open", trace_file(name)), tmp_path) as run:
        run.first(ROOT)
        _press(run, name, ("down", "pagedown", "tab"))


@pytest.mark.parametrize("name", ["1 MB prompt", "1 MB line"])
def test_keys_in_a_long_text(name: str, tmp_path: Path, compiled: None, trace_file: Callable[[str], Path]) -> None:
    with Stamped(app("open", trace_file(name)), tmp_path) as run:
        run.first(_TEXT)
        run.key("tab")
        _press(run, name, ("down", "pagedown", "pageup"))
