"""Tool uses: each run of a tool with its arguments and result, from the recorded runs or from the messages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tracefix_tui.checks.jsons import parse_json
from tracefix_tui.model.check import Evidence, Subject
from tracefix_tui.model.json_value import Json
from tracefix_tui.model.message import Message, ToolCall

_ERROR_TEXT = re.compile(
    r"^\W{0,3}(?:\w*(?:Error|Exception)\b|error\b|exception\b|traceback \(most recent|failed\b|failure\b|fatal\b"
    r"|invalid (?:argument|input|request|parameter)|permission denied|command not found|timed? ?out"
    r"|(?:http )?(?:status )?[45]\d\d (?:bad|unauthorized|forbidden|not found|too many|internal|service|gateway))",
    re.I,
)
_ERROR_KEYS = ("error", "errors", "exception", "error_message", "errorMessage")
_BAD_STATUS = {"error", "failed", "failure", "fail", "exception"}


@dataclass(frozen=True, slots=True)
class ToolUse:
    """One run of a tool. `result` is None where none is recorded; `call_at` and `result_at` say where each stands."""

    name: str
    arguments: str
    result: str | None
    is_error: bool
    call_at: Evidence
    result_at: Evidence | None

    @property
    def same_call(self) -> tuple[str, str]:
        """What makes two calls the same: the name and the arguments, whatever their order and spacing."""
        return self.name, canonical(self.arguments)


def canonical(arguments: str) -> str:
    """Arguments with keys sorted and needless space removed; as they are where they do not parse."""
    parsed = parse_json(arguments)
    return json.dumps(parsed.value, sort_keys=True, ensure_ascii=False) if parsed.ok else arguments.strip()


def uses_of(subject: Subject) -> tuple[ToolUse, ...]:
    """The tool runs of a trajectory in time order: the recorded runs, or those that the messages tell of."""
    return tuple(_from_steps(subject) if subject.steps else _from_messages(subject))


def _from_steps(subject: Subject) -> Iterator[ToolUse]:
    for step in subject.steps:
        run = step.run
        arguments = run.arguments_raw if run.arguments_raw is not None else as_text(run.arguments)
        result = None if run.result is None else as_text(run.result)
        bad = run.is_error or (result is not None and says_error(result, run.result))
        yield ToolUse(
            run.name,
            arguments,
            result,
            bad,
            Evidence(step.span_id, "tool.arguments", 0, len(arguments), arguments),
            None
            if result is None and not bad
            else Evidence(step.span_id, "tool.result", 0, len(result or ""), result or ""),
        )


def _from_messages(subject: Subject) -> Iterator[ToolUse]:
    messages, span_id = subject.messages, subject.span_id
    answered: set[int] = set()
    for i, message in enumerate(messages):
        for j, call in enumerate(message.tool_calls):
            where = Evidence(
                span_id, f"messages[{i}].tool_calls[{j}].function.arguments", 0, len(call.arguments), call.arguments
            )
            at = _answer(messages, i, call, answered)
            if at is None:
                yield ToolUse(call.name, call.arguments, None, False, where, None)
                continue
            answered.add(at)
            text = messages[at].text
            yield ToolUse(
                call.name,
                call.arguments,
                text,
                says_error(text),
                where,
                Evidence(span_id, f"messages[{at}].content", 0, len(text), text),
            )


def _answer(messages: Sequence[Message], asked: int, call: ToolCall, answered: set[int]) -> int | None:
    """The message that holds a call's result: by its id, else the first tool message after it that is not taken."""
    for i in range(asked + 1, len(messages)):
        message = messages[i]
        if message.role not in ("tool", "function") or i in answered:
            if message.tool_calls:
                return None
            continue
        if call.id is None or message.tool_call_id is None or message.tool_call_id == call.id:
            return i
    return None


def as_text(value: Json) -> str:
    """A tool's arguments or result as text: a string as it is, anything else as JSON on one line."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def says_error(text: str, value: Json = None) -> bool:
    """Whether a result reads like a failure: an error word at its start, or a JSON object that says so."""
    if value is None or isinstance(value, str):
        head = text.lstrip()[:1]
        value = parse_json(text).value if head == "{" and len(text) < 20_000 else None
    if not isinstance(value, dict):
        return bool(_ERROR_TEXT.search(text[:200]))
    if any(value.get(key) for key in _ERROR_KEYS) or value.get("isError") is True or value.get("is_error") is True:
        return True
    if value.get("success") is False or value.get("ok") is False:
        return True
    status = value.get("status")
    return isinstance(status, str) and status.lower() in _BAD_STATUS
