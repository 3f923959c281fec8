"""Expectations: what a user says an answer must hold, must not hold, equal, match, cite, or stay under."""

from __future__ import annotations

from collections.abc import Callable

from tracefix_tui.checks.check import Check, Judge, Judgement, failed, passed, unmeasured
from tracefix_tui.checks.claims import citations_of
from tracefix_tui.checks.jsons import parse_json
from tracefix_tui.checks.patterns import search
from tracefix_tui.checks.reading import Reading
from tracefix_tui.model.check import Evidence
from tracefix_tui.model.json_value import JsonObject
from tracefix_tui.model.text import clip

Texts = list[tuple[str, str]]
_Told = Callable[[Reading, Texts, str], Judgement]


def _texts(reading: Reading) -> Texts:
    """(field, text) of everything the output says: its content, then each call's arguments."""
    output = reading.subject.output
    calls = output.tool_calls if output else ()
    arguments = [(f"output.tool_calls[{i}].function.arguments", c.arguments) for i, c in enumerate(calls)]
    return [("output.content", reading.answer), *arguments]


def _told(judge: _Told) -> Judge:
    """A judge that needs an output and a `value`."""

    def judged(reading: Reading, params: JsonObject) -> Judgement:
        value = params.get("value")
        if value is None or isinstance(value, list | dict):
            return unmeasured("the expectation has no value")
        if reading.subject.output is None:
            return unmeasured("no output is recorded")
        return judge(reading, _texts(reading), str(value))

    return judged


def _at(reading: Reading, field: str, text: str, start: int, end: int) -> Evidence:
    return Evidence(reading.subject.span_id, field, start, end, text[start:end])


def _whole(reading: Reading) -> list[Evidence]:
    return [reading.in_answer(0, len(reading.answer))]


def _contains(reading: Reading, texts: Texts, value: str) -> Judgement:
    """Passes when the output holds the text."""
    if any(value in text for _, text in texts):
        return passed(f'contains "{clip(value, 40)}"', 1.0)
    return failed(f'"{clip(value, 40)}" is not in the output', _whole(reading), score=0.0)


def _icontains(reading: Reading, texts: Texts, value: str) -> Judgement:
    """Passes when the output holds the text in any case."""
    if any(value.casefold() in text.casefold() for _, text in texts):
        return passed(f'contains "{clip(value, 40)}"', 1.0)
    return failed(f'"{clip(value, 40)}" is not in the output, in any case', _whole(reading), score=0.0)


def _not_contains(reading: Reading, texts: Texts, value: str) -> Judgement:
    """Passes when the output does not hold the text."""
    found = [(field, text, text.find(value)) for field, text in texts if value in text]
    if not value or not found:
        return passed(f'does not contain "{clip(value, 40)}"', 1.0)
    places = [_at(reading, field, text, at, at + len(value)) for field, text, at in found]
    return failed(f'"{clip(value, 40)}" is in the output', places, score=0.0)


def _regex(reading: Reading, texts: Texts, value: str) -> Judgement:
    """Passes when the pattern matches somewhere in the output."""
    for _, text in texts:
        found = search(value, text)
        if found.problem:
            return unmeasured(found.problem)
        if not found.missing:
            return passed(f"matches {clip(value, 40)}", 1.0)
    return failed(f"nothing matches {clip(value, 40)}", _whole(reading), score=0.0)


def _equals(reading: Reading, texts: Texts, value: str) -> Judgement:
    """Passes when the output is the text, not counting space at the ends; or the same JSON value."""
    answer = reading.answer
    if answer.strip() == value.strip():
        return passed("equals the expected text", 1.0)
    expected, given = parse_json(value), parse_json(answer)
    if expected.ok and given.ok and isinstance(expected.value, dict | list) and expected.value == given.value:
        return passed("equals the expected JSON", 1.0)
    at = next((i for i, (a, b) in enumerate(zip(answer, value, strict=False)) if a != b), min(len(answer), len(value)))
    place = _at(reading, "output.content", answer, min(at, len(answer)), len(answer))
    return failed(f"the output is not the expected text (first difference at character {at})", [place], score=0.0)


def _max_length(reading: Reading, texts: Texts, value: str) -> Judgement:
    """Passes when the output has at most so many characters."""
    if not value.strip().isdecimal():
        return unmeasured("the length is not a number")
    limit, length = int(value[:12]), len(reading.answer)
    if length <= limit:
        return passed(f"{length:,} of at most {limit:,} characters", 1.0)
    return failed(
        f"{length:,} characters, at most {limit:,} are allowed",
        [reading.in_answer(limit, length)],
        score=limit / length,
    )


def _cites(reading: Reading, texts: Texts, value: str) -> Judgement:
    """Passes when the output cites that label."""
    wanted = value.strip().strip("[]").lower()
    found = {label.lower() for citation in citations_of(reading.answer) for label in citation.labels}
    if wanted in found:
        return passed(f"cites [{clip(wanted, 40)}]", 1.0)
    cited = ", ".join(f"[{clip(label, 20)}]" for label in sorted(found)[:4]) or "nothing"
    return failed(f"[{clip(wanted, 40)}] is not cited; cited is {cited}", _whole(reading), score=0.0)


def _expectation(name: str, meaning: str, judge: _Told) -> Check:
    return Check(name, meaning, "expectation", "fail", _told(judge), lambda _: False, param="value", needs_param=True)


CHECKS = (
    _expectation("contains", "The output holds a text.", _contains),
    _expectation("not-contains", "The output does not hold a text.", _not_contains),
    _expectation("icontains", "The output holds a text, in any case.", _icontains),
    _expectation("regex", "A regular expression matches in the output.", _regex),
    _expectation("equals", "The output is a text, or the same JSON value.", _equals),
    _expectation("max-length", "The output has at most so many characters.", _max_length),
    _expectation("cites", "The output cites a document by its label.", _cites),
)
