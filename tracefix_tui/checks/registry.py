"""The registry: every check by its id, and the one way to run them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from difflib import get_close_matches
from functools import cache

from tracefix_tui.checks import citation, expectations, grounding, output, refusals, retrieval, tools, trajectory
from tracefix_tui.checks.check import Check, Scope
from tracefix_tui.checks.patterns import pattern_problem
from tracefix_tui.checks.reading import Reading
from tracefix_tui.model.check import CheckSpec, Subject, Verdict
from tracefix_tui.model.errors import BadInput
from tracefix_tui.model.text import clip

_FAMILIES = (output, refusals, retrieval, tools, grounding, citation, trajectory, expectations)


@cache
def all_checks() -> tuple[Check, ...]:
    """Every check, causes before symptoms, the user's own expectations last."""
    return tuple(check for family in _FAMILIES for check in family.CHECKS)


@cache
def _by_id() -> dict[str, Check]:
    return {check.id: check for check in all_checks()}


def find_check(check_id: str) -> Check:
    """The check with that id; raises `BadInput` that names the nearest ones."""
    found = _by_id().get(check_id)
    if found is None:
        near = get_close_matches(check_id, _by_id(), n=3, cutoff=0.4)
        hint = f"Did you mean {' or '.join(near)}?" if near else f"There are {', '.join(_by_id())}"
        raise BadInput(f"no check is called {check_id[:60]!r}", hint=hint)
    return found


def parse_spec(text: str) -> CheckSpec:
    """`contains:30 days`, `cites:1`, `retrieval-low:0.4` or a bare `json-invalid` as a check with its parameter.

    Everything after the first colon is the value, as it is. Raises `BadInput` for an unknown check, a value that is
    missing, or one that the check does not take.
    """
    name, colon, value = text.partition(":")
    check = find_check(name.strip())
    if not colon:
        if check.needs_param:
            raise BadInput(f"{check.id} needs a value", hint=f"Write it as {check.id}:VALUE")
        return CheckSpec(check.id)
    if check.param is None:
        raise BadInput(f"{check.id} takes no value", hint=f"Write {check.id} alone")
    if check.param != "value":
        return CheckSpec(check.id, {check.param: _number(check, value)})
    return CheckSpec(check.id, {"value": _expected(check, value)})


def _number(check: Check, value: str) -> float:
    try:
        found = float(value)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise BadInput(f"{value[:40]!r} is not a number", hint=f"Write for example {check.id}:0.4")
    return found


def _expected(check: Check, value: str) -> str | int:
    if not value.strip():
        raise BadInput(f"{check.id} needs a value", hint=f"Write it as {check.id}:VALUE")
    if check.id == "max-length":
        if not value.strip().isdecimal():
            raise BadInput(f"{value[:40]!r} is not a number of characters", hint="Write for example max-length:400")
        return int(value)
    if check.id == "regex" and (problem := pattern_problem(value)):
        raise BadInput(problem, where=clip(value, 60), hint="Correct the regular expression")
    return value


def run_checks(
    subject: Subject, specs: Sequence[CheckSpec] | None = None, *, scope: Scope | None = None
) -> list[Verdict]:
    """The verdicts of some checks on a subject, in order; without `specs`, of all that apply to it.

    A check applies when the subject holds what it is about: citations when the prompt asks for them or the answer has
    some, trajectory checks when tools ran. `scope` narrows this to the checks of a single call or of a trajectory.
    Expectations run only when they are asked for. A replay is judged by the same call over `subject.answered(...)`.
    Raises `BadInput` for a check that does not exist.
    """
    reading = Reading(subject)
    if specs is not None:
        return [find_check(spec.id).verdict(reading, spec.params) for spec in specs]
    chosen = [c for c in all_checks() if not c.needs_param and scope in (None, c.scope)]
    return [check.verdict(reading, {}) for check in chosen if check.applies(reading)]
