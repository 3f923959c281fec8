"""OTLP/JSON: export requests with spans and log records, over any number of lines, batches and traces."""

from __future__ import annotations

from itertools import chain
from typing import Any

from tracefix_tui.model.text import plural
from tracefix_tui.readers.otel.assemble import Assembled, assemble
from tracefix_tui.readers.otel.encoding import batch_records, batch_spans
from tracefix_tui.readers.otel.flat import Event
from tracefix_tui.readers.otel.scan import scan
from tracefix_tui.readers.registry import ReadResult

_SIGNALS = ("resourceSpans", "resource_spans", "resourceLogs", "resource_logs", "resourceMetrics", "resource_metrics")


class OtlpReader:
    """Reads OTLP/JSON; log records with the content of model calls are joined to their spans."""

    name = "otlp"

    def sniff(self, value: Any) -> bool:
        """An export request of any signal."""
        return isinstance(value, dict) and any(isinstance(value.get(key), list) for key in _SIGNALS)

    def read_large(self, data: bytes) -> ReadResult | None:
        """The traces of a large export, its spans parsed when they are opened; None: it must be parsed as a whole."""
        spans = scan(data)
        return None if spans is None else self._result(assemble(spans))

    def read(self, values: list[Any]) -> ReadResult:
        """All spans of all batches, grouped by trace."""
        records: dict[tuple[str, str], list[Event]] = {}
        for value in values:
            for trace_id, span_id, record in batch_records(value):
                records.setdefault((trace_id, span_id), []).append(record)
        spans = list(chain.from_iterable(batch_spans(value) for value in values))
        known = set()
        for span in spans:
            key = (span.trace_id, span.id)
            known.add(key)
            if key in records:
                span.records = records[key]
        made = assemble(spans)
        orphaned = sum(len(found) for key, found in records.items() if key not in known)
        if orphaned:
            made.warnings.append(f"{plural(orphaned, 'log record')} left out: about spans that are not in this file")
        if not made.traces:
            other = records or any("etrics" in key or "ogs" in key for value in values for key in value)
            made.warnings.append(
                "the file holds OTLP logs or metrics, but no spans" if other else "the export holds no spans"
            )
        return self._result(made)

    def _result(self, made: Assembled) -> ReadResult:
        name = "+".join(f"{self.name}/{dialect}" for dialect in made.dialects) or self.name
        hint = "Add the file with the `resourceSpans` of these traces"
        return ReadResult(made.traces, tuple(made.warnings), False, name, hint)


READER = OtlpReader()
