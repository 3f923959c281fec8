"""Tool checks: calls that no tool could take, and runs that go wrong and are not dealt with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tracefix_tui.checks.check import Check, Judgement, failed, passed, unmeasured
from tracefix_tui.checks.jsons import key_span, parse_json, value_span
from tracefix_tui.checks.reading import Reading
from tracefix_tui.checks.schema import Problem, problems
from tracefix_tui.checks.uses import canonical
from tracefix_tui.model.call import ToolDef
from tracefix_tui.model.check import Evidence, Suggestion
from tracefix_tui.model.json_value import JsonObject
from tracefix_tui.model.message import ToolCall
from tracefix_tui.model.text import clip, plural

_DESCRIBE = Suggestion(
    "describe the argument in the tool's schema, with an example value",
    "the model filled it in from the description alone",
)


def _calls(reading: Reading) -> tuple[ToolCall, ...]:
    return reading.subject.output.tool_calls if reading.subject.output else ()


def _calls_tools(reading: Reading) -> bool:
    return bool(_calls(reading))


def _offers_tools(reading: Reading) -> bool:
    return bool(reading.subject.tools) and reading.subject.output is not None


def _nothing(reading: Reading) -> str:
    if reading.subject.output is None:
        return "no output is recorded"
    if not _calls(reading):
        return "the output calls no tool"
    return "" if reading.subject.tools else "the tools' definitions are not recorded"


def _plain(name: str) -> str:
    return name.replace(".", "_")


def _definition(reading: Reading, call: ToolCall) -> ToolDef | None:
    return next((t for t in reading.subject.tools if _plain(t.name) == _plain(call.name)), None)


def _in_arguments(reading: Reading, number: int, span: tuple[int, int] | None = None) -> Evidence:
    text = _calls(reading)[number].arguments
    start, end = span or (0, len(text))
    return Evidence(
        reading.subject.span_id, f"output.tool_calls[{number}].function.arguments", start, end, text[start:end]
    )


def judge_unknown(reading: Reading, params: JsonObject) -> Judgement:
    """Fails when the model calls a tool that was not offered."""
    if reason := _nothing(reading):
        return unmeasured(reason)
    bad = [(i, c) for i, c in enumerate(_calls(reading)) if _definition(reading, c) is None]
    if not bad:
        return passed("every called tool was offered", 1.0)
    name = bad[0][1].name
    offered = ", ".join(t.name for t in reading.subject.tools)
    places = [
        Evidence(reading.subject.span_id, f"output.tool_calls[{i}].function.name", 0, len(c.name), c.name)
        for i, c in bad
    ]
    fix = Suggestion(
        "name the tools that exist in the prompt, or offer the one that is called",
        "the model calls a tool that is not there",
    )
    return failed(f"{clip(name, 40)} is called, but only {clip(offered, 60)} are offered", places, [fix], score=0.0)


@dataclass(frozen=True, slots=True)
class _Bad:
    number: int
    text: str
    place: Evidence


def judge_arguments(reading: Reading, params: JsonObject) -> Judgement:
    """Fails when a call's arguments are not a JSON object, or break the tool's schema."""
    if reason := _nothing(reading):
        return unmeasured(reason)
    calls = _calls(reading)
    bad = [b for i, call in enumerate(calls) for b in _bad_arguments(reading, i, call)]
    if not bad:
        judged = any((t := _definition(reading, c)) and t.parameters for c in calls)
        return (
            passed("the arguments fit the schema", 1.0)
            if judged
            else unmeasured("no schema is recorded for the called tools")
        )
    first = bad[0]
    more = f" (and {plural(len(bad) - 1, 'more problem')})" if len(bad) > 1 else ""
    places = [b.place for b in bad[:8]]
    known = next(
        (i for i, t in enumerate(reading.subject.tools) if _plain(t.name) == _plain(calls[first.number].name)), None
    )
    if known is not None:
        places.append(Evidence(reading.subject.span_id, f"tools[{known}]"))
    right = len({b.number for b in bad})
    return failed(
        f"{clip(calls[first.number].name, 40)}: {first.text}{more}", places, [_DESCRIBE], score=1 - right / len(calls)
    )


def _bad_arguments(reading: Reading, number: int, call: ToolCall) -> Iterator[_Bad]:
    text = call.arguments
    parsed = parse_json(text) if text.strip() else parse_json("{}")
    if not parsed.ok:
        at = min(parsed.position, max(0, len(text) - 1))
        yield _Bad(
            number,
            f"the arguments are not JSON: {clip(parsed.problem, 50)}",
            _in_arguments(reading, number, (at, min(len(text), at + 20))),
        )
        return
    if not isinstance(parsed.value, dict):
        yield _Bad(number, "the arguments are not a JSON object", _in_arguments(reading, number))
        return
    tool = _definition(reading, call)
    if tool is None or not tool.parameters:
        return
    for problem in problems(parsed.value, tool.parameters):
        yield _Bad(number, problem.text, _in_arguments(reading, number, _span(text, problem)))


def _span(text: str, problem: Problem) -> tuple[int, int] | None:
    """Where a problem shows: the key and value of a wrong argument, or the object that lacks a missing one."""
    if not problem.path:
        return None
    *parent, last = problem.path
    if problem.kind == "missing":
        return value_span(text, parent)
    return key_span(text, parent, last) if isinstance(last, str) else value_span(text, problem.path)


def judge_duplicate(reading: Reading, params: JsonObject) -> Judgement:
    """Fails when one answer asks for the same call twice."""
    calls = _calls(reading)
    if not calls:
        return unmeasured("the output calls no tool" if reading.subject.output else "no output is recorded")
    seen: dict[tuple[str, str], int] = {}
    for i, call in enumerate(calls):
        key = (call.name, canonical(call.arguments))
        if key in seen:
            places = [_in_arguments(reading, seen[key]), _in_arguments(reading, i)]
            return failed(
                f"{clip(call.name, 40)} is called twice with the same arguments in one answer", places, score=0.0
            )
        seen[key] = i
    return passed("no call is asked for twice", 1.0)


def judge_not_called(reading: Reading, params: JsonObject) -> Judgement:
    """Fails when a call was required and none was made, or the answer writes out a call of an offered tool as text."""
    subject = reading.subject
    if subject.output is None:
        return unmeasured("no output is recorded")
    if not subject.tools:
        return unmeasured("no tools were offered")
    if _calls(reading):
        return passed("a tool is called", 1.0)
    written = _written_call(reading)
    if written is not None:
        name, place = written
        fix = Suggestion(
            "tell the model to call the tool, not to describe the call",
            "the call stands in the text, where nothing runs it",
        )
        return failed(
            f"the answer writes a call of {clip(name, 40)} as text and calls nothing", [place], [fix], score=0.0
        )
    choice = subject.tool_choice
    if choice in ("required", "any") or isinstance(choice, dict):
        whole = reading.in_answer(0, len(reading.answer))
        return failed("a tool call was required and none was made", [whole], score=0.0)
    return passed("the model answers without a tool")


def _written_call(reading: Reading) -> tuple[str, Evidence] | None:
    """A tool's name followed by arguments, or as the name in a JSON object, in the text of the answer."""
    for tool in reading.subject.tools:
        if len(tool.name) < 3 or not any(part in reading.answer for part in (tool.name, tool.name.replace("_", "."))):
            continue
        name = re.escape(tool.name).replace("_", "[_.]")
        pattern = (
            rf"\b{name}\s*\(\s*(?:[\w.]+\s*=|[\"'{{\[\d)])"
            rf"|[\"'](?:name|tool|function|tool_name|action)[\"']\s*:\s*[\"'](?:functions\.)?{name}[\"']"
            rf"|<(?:function|invoke|tool_call)[^>]{{0,30}}{name}"
        )
        match = re.search(pattern, reading.answer)
        if match:
            return tool.name, reading.in_answer(match.start(), match.end())
    return None


CHECKS = (
    Check("tool-unknown", "The model calls a tool that was not offered.", "tools", "fail", judge_unknown, _calls_tools),
    Check(
        "tool-arguments",
        "The arguments of a call are not JSON or break the tool's schema.",
        "tools",
        "fail",
        judge_arguments,
        _calls_tools,
    ),
    Check("tool-duplicate", "One answer asks for the same call twice.", "tools", "warn", judge_duplicate, _calls_tools),
    Check(
        "tool-not-called",
        "A call is written as text, or was required and not made.",
        "tools",
        "fail",
        judge_not_called,
        _offers_tools,
    ),
)
