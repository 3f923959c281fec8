"""The dialects in order of precedence: the first that claims a span reads it."""

from __future__ import annotations

from tracefix_tui.readers.otel.dialect import Dialect
from tracefix_tui.readers.otel.flat import FlatSpan
from tracefix_tui.readers.otel.genai import GenAI
from tracefix_tui.readers.otel.langfuse_otlp import LangfuseOtlp
from tracefix_tui.readers.otel.openinference import OpenInference
from tracefix_tui.readers.otel.plain import Plain

DIALECTS: tuple[Dialect, ...] = (OpenInference(), LangfuseOtlp(), GenAI())
_PLAIN = Plain()


def dialect_of(span: FlatSpan) -> Dialect:
    """The dialect a span is written in; `Plain`, whose name is empty, where it speaks of no model."""
    for dialect in DIALECTS:
        if dialect.claims(span):
            return dialect
    return _PLAIN
