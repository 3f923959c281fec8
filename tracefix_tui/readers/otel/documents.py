"""Retrieved documents as frameworks write them, under any of their names for content, score and id."""

from __future__ import annotations

from typing import Any

from tracefix_tui.model.trace import Document
from tracefix_tui.readers.shapes.parts import text_of
from tracefix_tui.readers.values import maybe_json, number, text_or_none

NO_TEXT = "content not captured: the retrieved documents have no text"
_CONTENT = ("content", "page_content", "pageContent", "text", "chunk", "passage", "document", "body")
_SCORE = ("score", "relevance_score", "relevanceScore", "similarity", "_score")
_ID = ("id", "document_id", "doc_id", "chunk_id", "_id")
_GROUPS = ("documents", "docs", "results", "matches", "chunks", "nodes", "hits", "data", "output")


def read_documents(raw: Any) -> tuple[Document, ...]:
    """The documents in a list, in JSON text of one, or under the usual key of an object; a text is a document."""
    raw = maybe_json(raw)
    if isinstance(raw, dict):
        raw = next(
            (raw[key] for key in _GROUPS if isinstance(raw.get(key), list)), [raw] if _is_document(raw) else None
        )
    if not isinstance(raw, list):
        return ()
    found = [item for item in raw if isinstance(item, str) or (isinstance(item, dict) and _is_document(item))]
    return tuple(_document(item, rank) for rank, item in enumerate(found))


def _is_document(item: dict[str, Any]) -> bool:
    return isinstance(item.get("document"), dict) or any(item.get(key) is not None for key in (*_CONTENT, *_ID))


def _document(item: str | dict[str, Any], rank: int) -> Document:
    if isinstance(item, str):
        return Document(content=item, rank=rank)
    outer, body = item, item
    for key in ("document", "node"):
        if isinstance(item.get(key), dict):
            body = item[key]
    metadata = maybe_json(body.get("metadata"))
    metadata = metadata if isinstance(metadata, dict) else {} if metadata is None else {"metadata": metadata}
    content = next((body[key] for key in _CONTENT if body.get(key) is not None), None)
    score = next(
        (found for place in (body, outer, metadata) for key in _SCORE if (found := number(place.get(key))) is not None),
        None,
    )
    known = {*_CONTENT, *_SCORE, *_ID, "metadata", "node"}
    return Document(
        id=next((name for place in (body, metadata) for key in _ID if (name := text_or_none(place.get(key)))), None),
        content=None if content is None else text_of(content),
        score=score,
        rank=rank,
        metadata={**{key: value for key, value in body.items() if key not in known}, **metadata},
    )
