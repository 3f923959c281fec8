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
_CITED = re.compile(r"[\[【]([^\[\]【】\n]{1,80})[\]】]")
_BETWEEN = re.compile(r"\s*[,;]\s*")
_LONG_LABEL = 9
_NAMES = ("source", "title", "file_name", "filename", "file_path", "path", "url", "name", "document_id")


def call_chunks(
    context: CallContext, printed: Sequence[Sequence[str]] = (), marks: Marks | None = None
) -> list[Section]:
    """The chunks retrieved before a call, those in the prompt and those that were cut.

    `printed[i]` are the labels that the prompt puts at chunk *i*. Where it numbers none, the chunks in the prompt count
    from 1. A chunk's id and its names in the metadata are labels as well.
    """
    answer = context.call.answer.text if context.call.answer else ""
    cited = _cited(answer)
    numbered = any(label.isdecimal() for labels in printed for label in labels)
    out_word = "cut" if any(context.in_prompt) else "unused"
    rows, number = [], 0
    for i, document in enumerate(context.retrieved):
        used = context.in_prompt[i]
        number += used
        labels = [*(printed[i] if i < len(printed) else ()), *([] if numbered else [str(number)]), *_names(document)]
        words = _cited_word(labels, cited) if used else out_word
        span_id, field = context.document_fields[i]
        rows.append((f"{span_id}/{field}", document, words, str(i + 1) if used else "-"))
    return _sections(rows, marks)


def _cited(answer: str) -> set[str]:
    """The labels in the answer's brackets, each as `_label` spells it."""
    return {_label(part) for found in _CITED.findall(answer) for part in _BETWEEN.split(found.split("†")[0])}


def _label(text: str) -> str:
    text = text.strip().casefold()
    return text.lstrip("0") or text if text.isdecimal() else text


def _names(document: Document) -> list[str]:
    names = (document.metadata.get(key) for key in _NAMES)
    return [name for name in (document.id, *names) if isinstance(name, str) and name.strip()]


def _cited_word(labels: Sequence[str], cited: set[str]) -> str:
    label = next((label for label in labels if _label(label) in cited), None)
    if label is None:
        return "not cited"
    return f"cited [{label}]" if len(label) <= _LONG_LABEL else "cited"


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
            rows.append((f"{span.id}/candidates[{i}].content", d, "cut", "-"))
    return _sections(rows, marks)


def _sections(rows: list[tuple[str, Document, str, str]], marks: Marks | None) -> list[Section]:
    scores = [d.score for _, d, _, _ in rows if d.score is not None]
    top = max([1.0, *scores]) if scores and min(scores) >= 0 else None
    out = []
    for key, document, words, rank in rows:
        score = "" if document.score is None else f" {document.score:.2f} {score_bar(document.score, top)}"
        content = document.content if document.content is not None else "(the trace does not hold its text)"
        title = f"{rank}{score}"
        style = "dim" if words in ("cut", "unused") else ""
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
