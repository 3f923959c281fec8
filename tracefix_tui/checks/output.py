"""Output checks: the call failed, the answer is empty, refused or cut off, or is not the JSON that was asked for."""

from __future__ import annotations

import re

from tracefix_tui.checks.asks import asks_json
from tracefix_tui.checks.check import Check, Judgement, failed, passed, unmeasured
from tracefix_tui.checks.jsons import parse_json, schema_errors, value_span
from tracefix_tui.checks.reading import Reading
from tracefix_tui.model.check import Evidence, Suggestion
from tracefix_tui.model.json_value import Json, JsonObject
from tracefix_tui.model.message import MediaPart, UnknownPart
from tracefix_tui.model.text import clip, plural

_LENGTH = {
    "length",
    "max_tokens",
    "max_output_tokens",
    "max_length",
    "model_length",
    "token_limit",
    "incomplete",
    "max_completion_tokens",
}
_LIMITS = ("max_tokens", "max_completion_tokens", "max_output_tokens")
_LONG_ENOUGH = 200
_LIST_LINE = re.compile(r"^\s*(?:[-*\u2022#|>]|\d+[.)]|\w[\w ]{0,40}:)")


def _always(reading: Reading) -> bool:
    return True


def _answered(reading: Reading) -> bool:
    return reading.subject.output is not None


def judge_error(reading: Reading, params: JsonObject) -> Judgement:
    """Fails when the step is recorded as failed."""
    subject = reading.subject
    if subject.error is not None:
        message = subject.error.strip() or "no message"
        where = Evidence(subject.span_id, "error", 0, len(subject.error), subject.error)
        return failed(f"the step failed: {clip(message, 80)}", [where], score=0.0)
    if subject.output is None:
        return unmeasured("neither an output nor an error is recorded")
    return passed("the call gave an output")


def judge_empty(reading: Reading, params: JsonObject) -> Judgement:
    """Fails when the output holds neither text nor a tool call nor media."""
    subject = reading.subject
    if subject.output is None:
        return unmeasured("no output is recorded")
    held = reading.answer.strip() or subject.output.tool_calls
    if held or any(isinstance(p, MediaPart | UnknownPart) for p in subject.output.parts):
        return passed("the output is not empty")
    where = [Evidence(subject.span_id, "output.content")]
    if subject.output.reasoning:
        more = Suggestion("raise max_tokens", "the reasoning may have used all", {"param": "max_tokens", "value": 4096})
        return failed("the output is empty: only reasoning", where, [more], score=0.0)
    return failed("the output is empty", where, score=0.0)


def judge_cut_off(reading: Reading, params: JsonObject) -> Judgement:
    """Fails when the finish reason says so, or, where there is none, when a long answer ends within a sentence."""
    subject = reading.subject
    if subject.output is None:
        return unmeasured("no output is recorded")
    text, reason = reading.answer, (subject.finish_reason or "").lower()
    tail = reading.in_answer(max(0, len(text.rstrip()) - 40), len(text.rstrip()))
    if reason in _LENGTH:
        places = [
            tail,
            Evidence(
                subject.span_id, "finish_reason", 0, len(subject.finish_reason or ""), subject.finish_reason or ""
            ),
        ]
        return failed(
            f"the answer was cut off (finish reason {clip(reason, 20)})", places, [_more(subject.params)], score=0.0
        )
    if reason:
        return passed(f"the model ended by itself (finish reason {clip(reason, 20)})")
    if not text.strip():
        return unmeasured("no finish reason is recorded")
    if len(text) >= _LONG_ENOUGH and not _ends_whole(text):
        return failed(
            "the answer ends in the middle of a sentence (no finish reason recorded)",
            [tail],
            [_more(subject.params)],
            score=0.3,
            severity="warn",
        )
    return passed("the text ends as a whole") if _ends_whole(text) else unmeasured("no finish reason is recorded")


def _ends_whole(text: str) -> bool:
    stripped = text.rstrip()
    last = stripped[-1:]
    if stripped.count("```") % 2:
        return False
    if not last.isalpha() and last != ",":
        return True
    line = stripped.rsplit("\n", 1)[-1]
    return last != "," and ("\n" in stripped and (bool(_LIST_LINE.match(line)) or len(line) < 60))


def _more(params: JsonObject) -> Suggestion:
    name = next((n for n in _LIMITS if n in params), "max_tokens")
    now = params.get(name)
    value = now * 2 if isinstance(now, int) and not isinstance(now, bool) and now > 0 else 2048
    return Suggestion(f"raise {name} to {value}", "the answer stopped at the limit", {"param": name, "value": value})


def _format(reading: Reading) -> JsonObject | None:
    """The response format where it asks for JSON."""
    wanted = reading.subject.response_format
    kind = wanted.get("type") if isinstance(wanted, dict) else wanted
    if kind in ("json_object", "json_schema", "json"):
        return wanted if isinstance(wanted, dict) else {"type": "json_object"}
    return None


def _wants_json(reading: Reading) -> bool:
    output = reading.subject.output
    if output is not None and output.tool_calls and not reading.answer.strip():
        return False
    return _format(reading) is not None or asks_json(reading) is not None


def _has_schema(reading: Reading) -> bool:
    return _schema(reading) is not None and _wants_json(reading)


def judge_json(reading: Reading, params: JsonObject) -> Judgement:
    """Fails when JSON was asked for, by response format or prompt, and the output does not parse as it is."""
    if reading.subject.output is None:
        return unmeasured("no output is recorded")
    asked = asks_json(reading)
    by_format = _format(reading) is not None
    if not by_format and asked is None and not params.get("always"):
        return unmeasured("nothing asks for JSON")
    text = reading.answer
    if not text.strip():
        return unmeasured("the output holds no text")
    parsed = parse_json(text)
    if parsed.ok:
        return passed("the output is JSON", 1.0)
    where = [Evidence(reading.subject.span_id, "response_format")] if by_format else [asked] if asked else []
    inner = _fenced(text)
    if inner is not None:
        places = [reading.in_answer(*inner), *where]
        return failed(
            "the output is JSON inside other text, not JSON alone", places, [_json_format()], score=0.5, severity="warn"
        )
    at = min(parsed.position, max(0, len(text) - 1))
    places = [reading.in_answer(at, min(len(text), at + 20)), *where]
    return failed(f"the output is not JSON: {clip(parsed.problem, 60)}", places, [_json_format()], score=0.0)


def _fenced(text: str) -> tuple[int, int] | None:
    """Where valid JSON stands in a Markdown fence, or between a first and a last bracket."""
    fence = re.search(r"```(?:json)?\s*\n(.*?)```", text, re.S | re.I)
    if fence and parse_json(fence[1]).ok:
        return fence.span()
    start = min((i for i in (text.find("{"), text.find("[")) if i >= 0), default=-1)
    end = max(text.rfind("}"), text.rfind("]"))
    whole = 0 <= start < end and parse_json(text[start : end + 1]).ok
    return (start, end + 1) if whole else None


def _json_format() -> Suggestion:
    return Suggestion(
        "set response_format to json_object",
        "the provider then gives nothing but JSON",
        {"param": "response_format", "value": {"type": "json_object"}},
    )


def _schema(reading: Reading) -> JsonObject | None:
    wanted = _format(reading)
    held = wanted.get("json_schema") if wanted else None
    if isinstance(held, dict):
        inner = held.get("schema", held)
        return inner if isinstance(inner, dict) else None
    inner = wanted.get("schema") if wanted else None
    return inner if isinstance(inner, dict) else None


def judge_schema(reading: Reading, params: JsonObject) -> Judgement:
    """Fails when the output parses and does not fit the JSON schema of the response format."""
    given = params.get("schema")
    schema = given if isinstance(given, dict) else _schema(reading)
    if schema is None:
        return unmeasured("the response format holds no schema")
    if not reading.answer.strip():
        return unmeasured("the output holds no text")
    parsed = parse_json(reading.answer)
    if not parsed.ok:
        return unmeasured("the output is not JSON")
    errors = schema_errors(parsed.value, schema)
    if isinstance(errors, str):
        return unmeasured(errors)
    if not errors:
        return passed("the output fits the schema", 1.0)
    places = [reading.in_answer(*_range(reading.answer, path)) for path, _ in errors[:8]]
    path, problem = errors[0]
    name = ".".join(str(p) for p in path) or "the output"
    more = f" (and {plural(len(errors) - 1, 'more problem')})" if len(errors) > 1 else ""
    return failed(f"{clip(name, 40)}: {clip(problem, 80)}{more}", places, [_strict(reading)], score=0.0)


def _strict(reading: Reading) -> Suggestion:
    wanted: Json = reading.subject.response_format
    held = wanted.get("json_schema") if isinstance(wanted, dict) else None
    if isinstance(wanted, dict) and isinstance(held, dict) and not held.get("strict"):
        edit: JsonObject = {"param": "response_format", "value": {**wanted, "json_schema": {**held, "strict": True}}}
        return Suggestion("set strict in the response format", "the provider then keeps to the schema", edit)
    return Suggestion("describe the fields in the prompt, with one example", "the model did not keep to the schema")


def _range(text: str, path: tuple[str | int, ...]) -> tuple[int, int]:
    return value_span(text, path) or (0, len(text))


CHECKS = (
    Check("call-error", "The step is recorded as failed.", "operations", "fail", judge_error, _always),
    Check("empty-answer", "The model gave nothing.", "operations", "fail", judge_empty, _answered),
    Check("cut-off", "The answer stops before its end.", "operations", "fail", judge_cut_off, _answered),
    Check(
        "json-invalid",
        "JSON was asked for and the output is something else.",
        "instruction",
        "fail",
        judge_json,
        _wants_json,
    ),
    Check(
        "json-schema",
        "The output does not fit the schema of the response format.",
        "instruction",
        "fail",
        judge_schema,
        _has_schema,
    ),
)
