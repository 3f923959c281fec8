"""A trace whose every text tries to reach the terminal it is shown on, and what no such text may achieve there."""

from __future__ import annotations

import json
import re

from tracefix_tui.demo.otlp import TraceWriter
from tracefix_tui.model.json_value import Json, JsonObject

# Clipboard, title, link, reset, printing, a report, colours, a mode, C1 forms of the same, strings, direction marks.
PAYLOAD = (
    "\x1b]52;c;UFdORUQ=\x07\x1b]0;owned\x07\x1b]8;;http://owned.invalid\x1b\\link\x1b]8;;\x1b\\\x1bc\x1b[5i\x1b[6n"
    "\x1b[31;1337mred\x1b[1337;1H\x1b[?1337h\x9b1337m\x9d52;c;UFdORUQ=\x9c\x90q\x9c\x1bP+q1337\x1b\\\x1b_Gq\x1b\\"
    "\x0e\x0f\x07\x08\x00\x7f\u202edesrever\u202c\u2066iso\u2069\u200e\u200f\u061c\u2028\ufeff\r"
    "[@click=app.quit]x[/] [/end] [red]a[b]c [1]"
)
# What may follow an escape character: styles, moves, modes and keyboard protocol, as the app's own toolkit writes them.
_OURS = re.compile(
    r"\x1b\[(?:[0-9;]*m|\d+;\d+H|\?(?:7|25|1000|1003|1004|1006|1015|1016|1049|2004|2026|2048)[hl]|\?\d+\$p|>\d+u|<u|c)"
    r"|\x1b\]22;[a-z-]*\x07"
)
_CONTROL = re.compile(
    "[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]|\r(?!\n)"
)


def leaks(raw: bytes) -> list[str]:
    """Each piece of what a program wrote to its terminal that only the content can have brought there."""
    text = raw.decode("utf-8", "backslashreplace")
    ours = _OURS.findall(text)
    foreign = [found for found in ours if "1337" in found]
    rest = _OURS.sub("", text)
    return foreign + [repr(rest[max(0, m.start() - 20) : m.end() + 20]) for m in _CONTROL.finditer(rest)]


def hostile_trace(payload: str = PAYLOAD) -> JsonObject:
    """A retrieval, a tool's run and a call, as an exporter writes them, with the payload wherever a text can be."""
    p = payload
    writer = TraceWriter("badc0ffee0ddf00dbadc0ffee0ddf00d", p)
    root = writer.span(
        None, f"agent {p}", "CHAIN", 0, 900, {"input.value": p, "output.value": p, "session.id": p, p: p}
    )
    found: JsonObject = {"input.value": p}
    for i in range(2):
        at = f"retrieval.documents.{i}.document"
        found |= {f"{at}.id": f"{p} {i}", f"{at}.score": 0.5, f"{at}.content": _passage(i, p)}
    writer.span(root, f"search {p}", "RETRIEVER", 10, 90, found)
    tool = {"tool.name": p, "tool_call.id": p, "input.value": p, "output.value": p, "tool.description": p}
    writer.span(root, f"tool {p}", "TOOL", 110, 60, dict(tool), error=p)
    writer.span(root, f"answer {p}", "LLM", 200, 600, _call(p))
    return writer.export()


def _passage(number: int, payload: str) -> str:
    return f"Passage {number} says {payload} that refunds end after {30 + number} days."


def _call(p: str) -> JsonObject:
    system = f"Answer from the context and cite [n]. {p}\n\nContext:\n[1] {_passage(0, p)}\n[2] {_passage(1, p)}"
    tool: JsonObject = {"name": "refund", "description": p, "parameters": {"type": "object", "title": p}}
    made: JsonObject = {"id": p, "type": "function", "function": {"name": "lookup", "arguments": f'{{"q": "x"}} {p}'}}
    messages: list[Json] = [
        {"role": "system", "content": system},
        {"role": "user", "content": f"When do refunds end? {p}"},
        {"role": "assistant", "content": None, "tool_calls": [made]},
        {"role": "tool", "tool_call_id": p, "content": p},
    ]
    body: JsonObject = {
        "model": "offline/extractive",
        "messages": messages,
        "temperature": 0,
        "stop": [p],
        "user": p,
        "tools": [{"type": "function", "function": tool}],
        p: p,
    }
    return {
        "llm.model_name": "offline/extractive",
        "llm.prompt_template.template": p,
        "llm.prompt_template.version": p,
        "llm.output_messages.0.message.role": "assistant",
        "llm.output_messages.0.message.content": f"Refunds end after 99 days [7]. {p}",
        "llm.token_count.prompt": 40,
        "input.value": json.dumps(body),
        "input.mime_type": "application/json",
        p: p,
    }
