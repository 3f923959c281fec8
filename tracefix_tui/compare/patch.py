"""Unified diffs that `git apply` and `patch` take."""

from __future__ import annotations

from collections.abc import Iterator

from tracefix_tui.compare.sequence import Run, align
from tracefix_tui.compare.text import lines

_CONTEXT = 3
_NO_NEWLINE = "\\ No newline at end of file\n"


def unified(a: str, b: str, name_a: str, name_b: str) -> str:
    """The change from `a` to `b` as a patch with three lines of context; empty when there is none.

    Names are written as they are (`a/FILE` and `b/FILE` for git), in quotes where they hold control characters.
    """
    lines_a, lines_b = lines(a), lines(b)
    body = "".join(_hunk(lines_a, lines_b, hunk) for hunk in _hunks(align(lines_a, lines_b)))
    return f"--- {_name(name_a)}\n+++ {_name(name_b)}\n{body}" if body else ""


def _hunks(runs: list[Run]) -> Iterator[list[Run]]:
    """Changes near each other, with their context."""
    hunk: list[Run] = []
    for k, run in enumerate(runs):
        if not run.equal:
            hunk.append(run)
            continue
        length = run.a1 - run.a0
        first, last = k == 0, k == len(runs) - 1
        if not first and not last and length <= 2 * _CONTEXT:
            hunk.append(run)
            continue
        if not first:
            stop = min(length, _CONTEXT)
            yield [*hunk, Run(True, run.a0, run.a0 + stop, run.b0, run.b0 + stop)]
        start = min(length, _CONTEXT)
        hunk = [] if last else [Run(True, run.a1 - start, run.a1, run.b1 - start, run.b1)]
    if any(not run.equal for run in hunk):
        yield hunk


def _hunk(lines_a: list[str], lines_b: list[str], runs: list[Run]) -> str:
    a0, a1, b0, b1 = runs[0].a0, runs[-1].a1, runs[0].b0, runs[-1].b1
    out = [f"@@ -{_range(a0, a1)} +{_range(b0, b1)} @@\n"]
    for run in runs:
        if run.equal:
            out += [_line(" ", line) for line in lines_a[run.a0 : run.a1]]
        else:
            out += [_line("-", line) for line in lines_a[run.a0 : run.a1]]
            out += [_line("+", line) for line in lines_b[run.b0 : run.b1]]
    return "".join(out)


def _range(start: int, stop: int) -> str:
    count = stop - start
    if count == 1:
        return str(start + 1)
    return f"{start + 1 if count else start},{count}"


def _line(sign: str, line: str) -> str:
    return sign + line if line.endswith("\n") else f"{sign}{line}\n{_NO_NEWLINE}"


def _name(name: str) -> str:
    if name.isprintable() and '"' not in name and "\\" not in name:
        return name
    codes = name.encode("utf-8", "replace")
    plain = {code for code in range(0x20, 0x7F)} - set(b'"\\')
    return '"' + "".join(chr(code) if code in plain else f"\\{code:03o}" for code in codes) + '"'
