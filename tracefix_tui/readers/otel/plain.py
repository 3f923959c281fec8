"""Spans that speak of no model: HTTP calls, database queries, functions of the application."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tracefix_tui.model.trace import Document, Retrieval, SpanDetail, SpanKind
from tracefix_tui.readers.otel.content import Losses, leftover, read_value
from tracefix_tui.readers.otel.dialect import Dialect, TraceFacts
from tracefix_tui.readers.otel.flat import Attributes, FlatSpan
from tracefix_tui.readers.values import json_list, number, text_or_none

_FOUND = "db.query.retrieved_documents"
_VALUES = ("input.value", "input.mime_type", "output.value", "output.mime_type")
_QUERY = ("db.query.text", "db.statement")


class Plain(Dialect):
    """The last resort: every span is one. Queries of vector databases that list what they found are retrievals."""

    name = ""

    def claims(self, span: FlatSpan) -> bool:
        """Any span."""
        return True

    def kind(self, span: FlatSpan) -> SpanKind:
        """`retriever` where found documents are listed, else `other`."""
        return "retriever" if _FOUND in span.attributes else "other"

    def facts(self, span: FlatSpan) -> TraceFacts:
        """Session and user, under the names that OpenTelemetry and others give them."""
        a = span.attributes
        return TraceFacts(session_id=a.text("session.id"), user_id=a.text("user.id", "enduser.id"))

    def detail(self, span: FlatSpan, siblings: Sequence[FlatSpan]) -> SpanDetail:
        """Its attributes; a database's query is the input."""
        losses = Losses()
        a = span.attributes
        given = read_value(span, "input.value", "input.mime_type", losses)
        query = a.text(*_QUERY)
        retrieval = _retrieval(a, query) if _FOUND in a else None
        return SpanDetail(
            input=given if given is not None else query if query is not None else _request_line(a),
            output=read_value(span, "output.value", "output.mime_type", losses),
            retrieval=retrieval,
            attributes=leftover(span, (*_VALUES, _FOUND) if retrieval else _VALUES, losses),
            lossy=losses.notes(),
        )


def _request_line(a: Attributes) -> str | None:
    """`GET https://host/path` of an HTTP span."""
    method, url = (
        a.text("http.request.method", "http.method"),
        a.text("url.full", "http.url", "url.path", "http.target"),
    )
    return f"{method} {url}" if method and url else None


def _retrieval(a: Attributes, query: str | None) -> Retrieval:
    documents = [_document(raw, rank) for rank, raw in enumerate(json_list(a.get(_FOUND))) if isinstance(raw, dict)]
    return Retrieval(query, tuple(documents), top_k=a.whole("db.n_results", "db.vector.query.top_k"))


def _document(raw: dict[str, Any], rank: int) -> Document:
    fields = {key.removeprefix("document."): value for key, value in raw.items()}
    content, metadata = fields.get("content"), fields.get("metadata")
    return Document(
        id=text_or_none(fields.get("id")),
        content=content if isinstance(content, str) else None,
        score=number(fields.get("score")),
        rank=rank,
        metadata=metadata if isinstance(metadata, dict) else {},
    )
