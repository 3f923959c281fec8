"""Retrieved documents of every framework: LangChain, LlamaIndex, vector databases, plain texts."""

from __future__ import annotations

from typing import Any

from tracefix_tui.model.trace import Document
from tracefix_tui.readers.values import drop_vectors, maybe_json, number, text_or_none

_LISTS = (
    "documents", "docs", "results", "chunks", "matches", "nodes", "source_nodes", "source_documents", "passages",
    "hits", "contexts", "context", "sources", "output", "outputs", "data", "items", "points",
)  # fmt: skip
_CONTENT = (
    "page_content",
    "pageContent",
    "content",
    "text",
    "document",
    "chunk",
    "passage",
    "body",
    "snippet",
    "value",
)
_IDS = ("id", "id_", "doc_id", "document_id", "documentId", "chunk_id", "node_id", "_id", "uuid")
_SCORES = ("score", "relevance_score", "relevanceScore", "similarity", "similarity_score", "_score", "rerank_score")
_INNER = ("node", "document", "payload", "entity", "doc", "_source", "properties")


def read_documents(raw: Any) -> tuple[Document, ...]:
    """The documents of a retriever's or reranker's result, in the order recorded; empty where it holds none."""
    found = [_document(item, rank) for rank, item in enumerate(_items(maybe_json(raw), 0))]
    return tuple(document for document in found if document is not None)


def _items(raw: Any, depth: int) -> list[Any]:
    if isinstance(raw, list):
        return raw[0] if len(raw) == 1 and isinstance(raw[0], list) and depth == 0 and _is_list_of_docs(raw[0]) else raw
    if not isinstance(raw, dict) or depth > 2:
        return []
    if isinstance(raw.get("documents"), list) and isinstance(raw.get("ids"), list):
        return _columns(raw)
    for key in _LISTS:
        below = maybe_json(raw.get(key))
        if isinstance(below, list) or (isinstance(below, dict) and _items(below, depth + 1)):
            return _items(below, depth + 1)
    return [raw] if any(isinstance(raw.get(key), str) for key in _CONTENT) else []


def _is_list_of_docs(items: list[Any]) -> bool:
    return bool(items) and all(isinstance(item, (dict, list)) for item in items)


def _columns(raw: dict[str, Any]) -> list[Any]:
    """Chroma's answer: one list per column, one row of lists per query."""

    def column(name: str) -> list[Any]:
        values = raw.get(name)
        values = values[0] if isinstance(values, list) and values and isinstance(values[0], list) else values
        return values if isinstance(values, list) else []

    texts, metas = column("documents"), column("metadatas")
    return [
        {"id": ident, "content": texts[i] if i < len(texts) else None, "metadata": metas[i] if i < len(metas) else None}
        for i, ident in enumerate(column("ids"))
    ]


def _document(raw: Any, rank: int) -> Document | None:
    raw = maybe_json(raw, 1) if isinstance(raw, str) and raw.lstrip()[:1] == "{" else raw
    if isinstance(raw, str):
        return Document(content=raw, rank=rank)
    if isinstance(raw, list) and len(raw) == 2 and not isinstance(raw[0], (int, float)):
        found, score = _document(raw[0], rank), number(raw[1])
        return Document(found.id, found.content, score, rank, found.metadata) if found else None
    if not isinstance(raw, dict):
        return None
    body = raw
    for key in ("kwargs", *_INNER):
        if isinstance(raw.get(key), dict):
            body = {**{k: v for k, v in raw.items() if k != key and (key != "kwargs")}, **raw[key]}
            break
    meta = maybe_json(body.get("metadata"))
    meta = meta if isinstance(meta, dict) else {}
    content = next((body[k] for k in _CONTENT if isinstance(body.get(k), str)), None)
    ident = next((text for k in _IDS if (text := text_or_none(body.get(k))) is not None), None)
    score = next((s for k in _SCORES for source in (raw, body, meta) if (s := number(source.get(k))) is not None), None)
    if content is None and ident is None and score is None:
        return None
    used = {"metadata", "type", "lc", *_CONTENT, *_IDS, *_SCORES, *_INNER, "embedding", "vector"}
    extra = {k: v for k, v in body.items() if k not in used and v is not None}
    ident = ident or next((text for k in _IDS if (text := text_or_none(meta.get(k))) is not None), None)
    return Document(ident, content, score, rank, drop_vectors({**meta, **extra})[0])
