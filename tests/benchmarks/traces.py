"""Traces to measure with, in OTLP/JSON: the same bytes every time, of any size."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

ROOT = "benchmark-root"
_TRACE_ID = "0af7651916cd43dd8448eb211c80319c"
_BEGAN_NS = 1_795_170_780_000_000_000
_WORDS = tuple(
    "".join(syllables) for syllables in product(("re", "ca", "shi", "de", "po"), ("fun", "li", "ver"), ("d", "ment"))
)


@dataclass(frozen=True)
class Shape:
    """How many spans a trace has, how many words each passage, and what its prompt begins with, if not the usual."""

    spans: int
    words: int
    prompt: str = ""


SHAPES = {
    "30 spans": Shape(30, 20),
    "100 MB": Shape(25_000, 155),
    "100k spans": Shape(100_000, 8),
    "1 MB prompt": Shape(5, 20, "Answer only from the context, and cite the passages that you used.\n" * 15_000),
    "1 MB of passages": Shape(5, 45_000),
    "1 MB line": Shape(5, 20, "Answer only from the context, and cite the passages that you used. " * 15_000),
}


def text(draw: random.Random, words: int) -> str:
    """That many words."""
    return " ".join(draw.choices(_WORDS, k=words))


def write(path: Path, name: str) -> None:
    """Write one of `SHAPES`."""
    shape = SHAPES[name]
    scope = '{"name": "openinference.instrumentation.openai"}'
    resource = '{"attributes": [{"key": "service.name", "value": {"stringValue": "benchmark"}}]}'
    with path.open("w", encoding="utf-8") as file:
        file.write(f'{{"resourceSpans": [{{"resource": {resource}, "scopeSpans": [{{"scope": {scope}, "spans": [')
        file.write(_span(1, None, ROOT, "AGENT", {"input.value": "begin", "output.value": "end"}))
        for span in _turns(shape):
            file.write(",\n" + span)
        file.write("]}]}]}")


def _turns(shape: Shape) -> Iterator[str]:
    """Turns of four spans: what was asked, what was found, what the model was sent and said, a tool."""
    draw = random.Random(shape.spans)
    for first in range(2, shape.spans + 1, 4):
        question, answer = text(draw, 12), text(draw, shape.words // 2)
        passages = [text(draw, shape.words) for _ in range(3)]
        spans = [
            _span(first, 1, f"turn {first}", "CHAIN", {"input.value": question, "output.value": answer}),
            _span(first + 1, first, "retrieve", "RETRIEVER", {"input.value": question, **_found(passages)}),
            _span(first + 2, first, "generate", "LLM", call(shape.prompt, passages, question, answer)),
            _span(first + 3, first, "look_up", "TOOL", {"tool.name": "look_up", "output.value": answer}),
        ]
        yield from spans[: shape.spans + 1 - first]


def call(prompt: str, passages: list[str], question: str, answer: str) -> dict[str, Any]:
    """The attributes of a model call whose system message holds numbered passages."""
    prompt = prompt or "Answer only from the context.\n"
    context = "\n".join(f"[{number}] {passage}" for number, passage in enumerate(passages, 1))
    system = f"{prompt}\nContext:\n{context}"
    messages = [{"role": "system", "content": system}, {"role": "user", "content": question}]
    body = {"model": "gpt-4o-mini", "messages": messages, "temperature": 0.2}
    return {
        "llm.model_name": "gpt-4o-mini",
        "input.mime_type": "application/json",
        "input.value": json.dumps(body),
        **_flat("llm.input_messages", "message", messages),
        **_flat("llm.output_messages", "message", [{"role": "assistant", "content": answer}]),
        "llm.token_count.prompt": len(system) // 4,
        "llm.token_count.completion": len(answer) // 4,
    }


def _found(passages: list[str]) -> dict[str, Any]:
    documents = [{"id": f"doc-{i}", "score": 0.9 - i / 10, "content": p} for i, p in enumerate(passages)]
    return _flat("retrieval.documents", "document", documents)


def _flat(prefix: str, kind: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {f"{prefix}.{i}.{kind}.{key}": value for i, row in enumerate(rows) for key, value in row.items()}


def _span(number: int, parent: int | None, name: str, kind: str, attributes: dict[str, Any]) -> str:
    begun = _BEGAN_NS + number * 2_000_000
    attributes = {"openinference.span.kind": kind, **attributes}
    return json.dumps(
        {
            "traceId": _TRACE_ID,
            "spanId": f"{number:016x}",
            **({} if parent is None else {"parentSpanId": f"{parent:016x}"}),
            "name": name,
            "startTimeUnixNano": str(begun),
            "endTimeUnixNano": str(begun + 1_500_000),
            "attributes": [{"key": key, "value": _value(value)} for key, value in attributes.items()],
            "status": {},
        }
    )


def _value(value: str | int | float) -> dict[str, str | float]:
    if isinstance(value, str):
        return {"stringValue": value}
    return {"intValue": str(value)} if isinstance(value, int) else {"doubleValue": value}
