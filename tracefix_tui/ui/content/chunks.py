"""The retrieved chunks: rank, score, whether the model saw each and whether the answer cites it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tracefix_tui.model.check import CallContext
from tracefix_tui.model.json_value import JsonObject
from tracefix_tui.model.trace import Document, Retrieval, Span
from tracefix_tui.ui.content.parts import Marks, text_section
from tracefix_tui.ui.widgets.sections import Section

PREVIEW = 3
_BAR = 5
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_CITED = re.compile(r"\[(\d{1,3})\]")
_NAMES = ("source", "title", "file_name", "filename", "file_path", "path", "url", "name", "document_id")


def call_chunks(context: CallContext, numbers: Sequence[int | None] = (), marks: Marks | None = None) -> list[Section]:
    """The chunks retrieved before a call, those in the prompt and those that were cut.

    `numbers[i]` is the number by which the prompt names chunk *i*; without it, the chunks in the prompt count from 1.
    """
    answer = context.call.answer.text if context.call.answer else ""
    cited = {int(n) for n in _CITED.findall(answer)}
    out_word = "cut" if any(context.in_prompt) else "not in prompt"
    rows, number = [], 0
    for i, document in enumerate(context.retrieved):
        used = context.in_prompt[i]
        number += used
        named = numbers[i] if i < len(numbers) else (number if used else None)
        words = f"cited [{named}]" if used and named in cited else "not cited" if used else out_word
        span_id, field = context.document_fields[i]
        rows.append((f"{span_id}/{field}", document, words, str(i + 1) if used else "-"))
    return _sections(rows, marks)


def chunks_title(context: CallContext) -> str:
    """`Chunks 8 (3 in prompt)`."""
    used = sum(context.in_prompt)
    return f"Chunks {len(context.retrieved)}" + (f"  ({used} in prompt)" if context.retrieved else "")


def retrieval_chunks(span: Span, retrieval: Retrieval, marks: Marks | None = None) -> list[Section]:
    """What a retriever or reranker gave, and the candidates it did not pass on."""
    rows = [(f"{span.id}/documents[{i}].content", d, "", str(i + 1)) for i, d in enumerate(retrieval.documents)]
    kept = {d.content for d in retrieval.documents}
    for i, d in enumerate(retrieval.candidates):
        if d.content not in kept or d.content is None:
            rows.append((f"{span.id}/candidates[{i}].content", d, "not passed on", "-"))
    return _sections(rows, marks)


def _sections(rows: list[tuple[str, Document, str, str]], marks: Marks | None) -> list[Section]:
    scores = [d.score for _, d, _, _ in rows if d.score is not None]
    top = max([1.0, *scores]) if scores and min(scores) >= 0 else None
    out = []
    for key, document, words, rank in rows:
        score = "" if document.score is None else f" {document.score:.2f} {score_bar(document.score, top)}"
        content = document.content if document.content is not None else "(the trace does not hold its text)"
        title = f"{rank}{score}"
        style = "dim" if words in ("cut", "not in prompt", "not passed on") else ""
        held = bool((marks or {}).get(key))
        out.append(
            text_section(
                key,
                content,
                title=title,
                note=words,
                sub=document_name(document),
                rule=False,
                indent=2,
                preview=PREVIEW,
                folded=not held,
                style=style,
                marks=marks,
            )
        )
    return out


def document_name(document: Document) -> str:
    """A name for a document: its source or title, else its id."""
    found = _first_name(document.metadata)
    return found or document.id or ""


def _first_name(metadata: JsonObject) -> str:
    for key in _NAMES:
        value = metadata.get(key)
        if isinstance(value, str) and value.strip():
            return value
    return ""


def score_bar(score: float, top: float | None) -> str:
    """Five cells for a score on a scale from 0 to `top`; blank where scores have no such scale."""
    if top is None or top <= 0:
        return " " * _BAR
    full, rest = divmod(round(max(0.0, min(1.0, score / top)) * _BAR * 8), 8)
    return ("█" * full + (_EIGHTHS[rest] if rest else "")).ljust(_BAR)
