"""Trajectory checks: an error nobody dealt with, the same call again and again, a result the answer does not use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from tracefix_tui.checks.check import Check, Judgement, failed, passed, unmeasured
from tracefix_tui.checks.lexical import index_of
from tracefix_tui.checks.reading import Reading
from tracefix_tui.checks.uses import ToolUse, canonical
from tracefix_tui.model.check import Evidence, Suggestion
from tracefix_tui.model.json_value import JsonObject
from tracefix_tui.model.text import clip, plural

_ADMITS = re.compile(
    r"\b(?:errors?|fail(?:s|ed|ure)?|unable|unsuccessful|could ?n[o'\u2019]t|can ?not|can['\u2019]t|sorry|apolog\w+"
    r"|did ?n[o'\u2019]t work|does ?n[o'\u2019]t exist|not exist|n[o'\u2019]t find|not found|not available|unavailable"
    r"|no results?|invalid|unfortunately|denied|timed? ?out|try again|retry|went wrong|trouble|problems?|issues?"
    r"|missing|not possible|unknown|not supported|difficult\w+)\b",
    re.I,
)
_REPEATS = 3
_ENOUGH_FACTS = 4
_SHOWN = 4
_TELL = Suggestion(
    "tell the model what to do when a tool fails: say so, or try again with other arguments",
    "the prompt does not prepare it for an error",
)
_LIMIT = Suggestion(
    "tell the model not to repeat a call that gave the same result, and limit the steps", "nothing ends the loop"
)


def _used(reading: Reading) -> bool:
    return bool(reading.uses)


def judge_unhandled(reading: Reading, params: JsonObject) -> Judgement:
    """Fails when a tool gave an error, nothing later made up for it, and the final answer does not speak of it."""
    uses = reading.uses
    if not uses:
        return unmeasured("no tool run is recorded")
    wrong = [i for i, use in enumerate(uses) if use.is_error]
    if not wrong:
        return passed(f"none of {plural(len(uses), 'tool run')} gave an error", 1.0)
    if not reading.is_final:
        return unmeasured("the run does not end in an answer")
    if _ADMITS.search(reading.answer):
        return passed("the answer speaks of the error")
    last_good = {use.name: i for i, use in enumerate(uses) if use.result is not None and not use.is_error}
    candidates = (uses[i] for i in wrong if last_good.get(uses[i].name, -1) < i and not _made_up_for(uses, i))
    open_ones = list(islice(candidates, _SHOWN))
    if not open_ones:
        return passed("a later call made up for every error", 1.0)
    use = open_ones[0]
    said = f' ("{clip(use.result, 50)}")' if use.result else ""
    places = [u.result_at or u.call_at for u in open_ones]
    places.append(reading.in_answer(0, len(reading.answer)))
    return failed(
        f"{clip(use.name, 40)} failed{said}, and the answer goes on as if it had not", places, [_TELL], score=0.0
    )


def _made_up_for(uses: tuple[ToolUse, ...], at: int) -> bool:
    """A later run without error of another tool, with some of the same words in its arguments."""
    words = {t.key for t in index_of(uses[at].arguments).tokens if t.content}
    later = (use for use in islice(uses, at + 1, None) if not use.is_error and use.result is not None)
    return any(words & index_of(use.arguments).keys for use in later)


def judge_repeated(reading: Reading, params: JsonObject) -> Judgement:
    """Fails when a call is made three times to the same result, or again after it failed, or a tool keeps failing."""
    uses = reading.uses
    if not uses:
        return unmeasured("no tool run is recorded")
    groups: dict[tuple[str, str], list[ToolUse]] = {}
    for use in uses:
        groups.setdefault(use.same_call, []).append(use)
    pending = _pending(reading)
    for key, group in groups.items():
        results = {u.result for u in group if u.result is not None}
        extra = pending.get(key, [])
        total = len(group) + len(extra)
        again = sum(u.is_error for u in group[:-1]) + bool(extra and group[-1].is_error)
        if (total >= _REPEATS and len(results) <= 1) or (total >= 2 and again and group[-1].is_error):
            why = "after it had failed" if again else "with the same result"
            places = [*(u.call_at for u in group[:8]), *extra]
            return failed(
                f"{clip(key[0], 40)} is called {total} times with the same arguments, {why}",
                places,
                [_LIMIT],
                score=0.0,
            )
    run = _failing_run(uses)
    if run:
        places = [p for u in run[:6] for p in (u.call_at, u.result_at) if p is not None]
        return failed(f"{clip(run[0].name, 40)} fails {len(run)} times in a row", places, [_TELL], score=0.0)
    return passed("no call is repeated to no effect", 1.0)


def _pending(reading: Reading) -> dict[tuple[str, str], list[Evidence]]:
    """Calls that the output asks for and that are not among the recorded runs."""
    output = reading.subject.output
    ran = {step.run.call_id for step in reading.subject.steps if step.run.call_id}
    out: dict[tuple[str, str], list[Evidence]] = {}
    for i, call in enumerate(output.tool_calls if output else ()):
        if call.id is None or call.id in ran:
            continue
        where = Evidence(
            reading.subject.span_id,
            f"output.tool_calls[{i}].function.arguments",
            0,
            len(call.arguments),
            call.arguments,
        )
        out.setdefault((call.name, canonical(call.arguments)), []).append(where)
    return out


def _failing_run(uses: tuple[ToolUse, ...]) -> list[ToolUse]:
    """The first three or more errors in a row of one tool."""
    run: list[ToolUse] = []
    for use in uses:
        if use.is_error and (not run or run[-1].name == use.name):
            run.append(use)
        elif len(run) >= _REPEATS:
            return run
        else:
            run = [use] if use.is_error else []
    return run if len(run) >= _REPEATS else []


def judge_ignored(reading: Reading, params: JsonObject) -> Judgement:
    """Fails, as a note, when no number, name or word of a tool's result shows in the answer or in a later call."""
    uses = reading.uses
    if not uses:
        return unmeasured("no tool run is recorded")
    if not reading.is_final:
        return unmeasured("the run does not end in an answer")
    asked = index_of(reading.question).keys
    said = index_of(reading.answer).keys
    unused: list[ToolUse] = []
    later: set[str] = set(said)
    for use in reversed(uses):
        if _unused(use, later, asked):
            unused.insert(0, use)
        later |= index_of(use.arguments).keys
    if not unused:
        return passed("every result shows in the answer or a later call", 1.0)
    places = list(_places(unused))
    return failed(
        f"nothing of what {clip(unused[0].name, 40)} gave shows in the answer or a later call",
        places,
        score=1 - len(unused) / len(uses),
    )


def _unused(use: ToolUse, later: set[str], asked: frozenset[str]) -> bool:
    """The result holds facts that neither the question nor the arguments did, and nothing later holds any of them."""
    if use.is_error or not use.result:
        return False
    facts = {t.key for t in index_of(use.result).tokens if t.content} - asked
    facts -= {t.key for t in index_of(use.arguments).tokens}
    return len(facts) >= _ENOUGH_FACTS and not facts & later


def _places(uses: list[ToolUse]) -> Iterator[Evidence]:
    yield from (u.result_at for u in uses[:_SHOWN] if u.result_at is not None)


CHECKS = (
    Check(
        "tool-error-unhandled",
        "A tool failed and the answer goes on as if it had not.",
        "tools",
        "fail",
        judge_unhandled,
        _used,
        "trajectory",
    ),
    Check(
        "tool-repeated",
        "The same call is made again and again, or a tool fails in a loop.",
        "agents",
        "fail",
        judge_repeated,
        _used,
        "trajectory",
    ),
    Check(
        "tool-result-ignored",
        "What a tool gave shows nowhere afterwards.",
        "tools",
        "info",
        judge_ignored,
        _used,
        "trajectory",
    ),
)
