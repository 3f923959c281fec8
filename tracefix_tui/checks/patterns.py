"""Regular expressions from users and traces, matched so that no pattern can hang the program.

Python's matcher backtracks and cannot be interrupted from a thread, so a pattern that could take long on a text runs in
a child process that is killed after a time limit. Harmless ones, nearly all, run here.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from functools import lru_cache

MAX_TEXT = 100_000
TIME_LIMIT = 2.0
_STEPS = 50_000_000
_CHILD = (
    "import json,re,sys;a=json.loads(sys.stdin.buffer.read());m=re.compile(a[0]).search(a[1]);"
    "print(json.dumps(list(m.span()) if m else None))"
)


@dataclass(frozen=True, slots=True)
class Match:
    """The span found; or the problem, where the pattern does not compile or took too long."""

    span: tuple[int, int] | None = None
    problem: str = ""

    @property
    def missing(self) -> bool:
        """The search was done and found nothing."""
        return self.span is None and not self.problem


def pattern_problem(pattern: str) -> str:
    """Why a pattern cannot be used; empty when it can."""
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        return f"the pattern is not valid: {error}"
    return ""


def search(pattern: str, text: str) -> Match:
    """The first match in the first 100,000 characters; never raises and never takes much longer than two seconds."""
    text = text[:MAX_TEXT]
    if problem := pattern_problem(pattern):
        return Match(problem=problem)
    if _cost(pattern, len(text)) <= _STEPS:
        found = re.compile(pattern).search(text)
        return Match(found.span() if found else None)
    return _apart(pattern, text)


def _apart(pattern: str, text: str) -> Match:
    """The same search in a child process; each search costs about 20 ms."""
    data = json.dumps([pattern, text]).encode()
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", _CHILD], input=data, capture_output=True, timeout=TIME_LIMIT, check=False
        )
    except subprocess.TimeoutExpired:
        return Match(problem=f"the pattern took longer than {TIME_LIMIT:.0f} s")
    except OSError as error:
        return Match(problem=f"the pattern could not be tried: {error}")
    if done.returncode:
        return Match(problem="the pattern could not be tried")
    span = json.loads(done.stdout)
    return Match(tuple(span) if span else None)


def _cost(pattern: str, length: int) -> float:
    """An upper bound of the steps: the length to the power of the open-ended repeats plus one, doubled per choice."""
    repeats, choices, nested = _shape(pattern)
    if nested or repeats > 20 or choices > 40:
        return float("inf")
    return float(max(2, length)) ** (repeats + 1) * 2.0**choices


@lru_cache(maxsize=256)
def _shape(pattern: str) -> tuple[int, int, bool]:
    """(open-ended repeats, choices, whether a repeat holds another repeat or a choice, or something refers back)."""
    repeats, choices, nested, at = 0, 0, False, 0
    inside: list[bool] = [False]  # per open group: does it hold a repeat or a choice
    closed = False  # the group just closed does
    while at < len(pattern):
        char, step, before, closed = pattern[at], 1, closed, False
        if char == "\\":
            nested = nested or pattern[at + 1 : at + 2].isdigit()
            step = 2
        elif char == "[":
            step = _class_length(pattern, at)
        elif char == "(":
            nested = nested or pattern.startswith("(?P=", at) or pattern.startswith("(?(", at)
            inside.append(False)
            step = 2 if pattern.startswith("(?", at) else 1
        elif char == ")":
            closed = inside.pop() if len(inside) > 1 else False
            inside[-1] = inside[-1] or closed
        elif char in "*+" or (char == "{" and _most(pattern, at) > 8):
            nested, repeats = nested or before, repeats + 1
            inside[-1] = True
        elif char in "|?" or (char == "{" and _most(pattern, at) > 0):
            nested = nested or (char == "{" and before)
            choices += 3 if char == "{" else 1
            inside[-1] = True
        at += step
    return repeats, choices, nested


def _class_length(pattern: str, at: int) -> int:
    match = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]", re.S).match(pattern, at)
    return match.end() - at if match else 1


def _most(pattern: str, at: int) -> int:
    """The most repeats that a `{n,m}` allows; 0 where the brace is a plain character."""
    match = re.compile(r"\{(\d*)(,?)(\d*)\}").match(pattern, at)
    if match is None or not (match[1] or match[3]):
        return 0
    most = match[3] if match[2] else match[1]
    return int(most[:6]) if most else 1_000_000
