"""From a large file to its span tree, against parsing the same bytes with orjson (json where it is not installed)."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from statistics import median

import pytest

from tests.benchmarks.measuring import child, report

_PARSER = "orjson" if find_spec("orjson") else "json"
_PARSE = f"""
import {_PARSER} as parser
def work():
    with open(sys.argv[1], "rb") as file:
        return parser.loads(file.read())
"""
_OPEN = """
from tracefix_tui.readers import carrier, registry
from tracefix_tui.readers import open_trace
def work():
    return [trace.children for trace in open_trace(sys.argv[1]).traces]
"""


@pytest.mark.parametrize("name", ["100 MB", "100k spans"])
def test_file_to_tree(name: str, trace_file: Callable[[str], Path]) -> None:
    path = trace_file(name)
    size = path.stat().st_size / 2**20
    opened, parsed = [], []
    for _ in range(3):
        opened.append(child(_OPEN, path))
        parsed.append(child(_PARSE, path))

    def middle(rows: list[dict[str, float]], key: str) -> float:
        return median(row[key] for row in rows)

    ms, parse_ms = middle(opened, "ms"), middle(parsed, "ms")
    peak, parse_peak = middle(opened, "peak_mib"), middle(parsed, "peak_mib")
    report(
        f"file to tree, {name} ({size:.0f} MiB)",
        f"{ms:,.0f} ms, {_PARSER}.loads {parse_ms:,.0f} ms: {ms / parse_ms:.2f}x; "
        f"peak {peak:,.0f} MiB = {peak / size:.2f}x the file, {_PARSER} {parse_peak / size:.2f}x",
    )
