"""Arize Phoenix: spans of its REST API and otlpv1 endpoint, both forms of its data frames, annotations beside them."""

from __future__ import annotations

from functools import partial
from typing import Any

from tracefix_tui.model.text import plural
from tracefix_tui.model.trace import Score, Status
from tracefix_tui.readers.otel import encoding
from tracefix_tui.readers.otel.assemble import assemble
from tracefix_tui.readers.otel.console import plain_events
from tracefix_tui.readers.otel.flat import Attributes, FlatSpan
from tracefix_tui.readers.otel.openinference import KIND
from tracefix_tui.readers.registry import ReadResult
from tracefix_tui.readers.values import is_absent, json_list, number, parse_time, text_or_none

_STATUS: dict[Any, Status] = {"OK": "ok", "ERROR": "error"}
_FRAME_ID = "context.span_id"
_ALONE = "Phoenix annotations without spans: they say how good a span was, not what it did"
_ALONE_HINT = (
    "Export the spans (GET /v1/projects/PROJECT/spans) and put the annotations into the same file, one JSON per line"
)


class PhoenixReader:
    """Reads all of Phoenix's exports; annotations in the same input become scores of their spans."""

    name = "phoenix"

    def sniff(self, value: Any) -> bool:
        """A span of one of the exports, a whole data frame by columns, or an annotation."""
        return isinstance(value, dict) and bool(
            _is_rest(value) or _is_otlp(value) or _is_frame(value) or _is_note(value)
        )

    def read(self, values: list[Any]) -> ReadResult:
        """All spans, grouped by trace, with the annotations joined."""
        spans: list[FlatSpan] = []
        notes: list[dict[str, Any]] = []
        for value in values:
            if _is_note(value):
                notes.append(value)
            elif _is_rest(value):
                spans.append(_rest_span(value))
            elif _is_otlp(value):
                spans.append(encoding.span(value))
            elif _is_columns(value):
                spans.extend(_frame_span(row) for row in _rows(value))
            else:
                spans.append(_frame_span(value))
        if notes and not spans:
            return ReadResult((), (_ALONE,), False, self.name, _ALONE_HINT)
        scores = [score for note in notes if (score := _score(note)) is not None]
        made = assemble(spans, scores)
        known = {span.id for span in spans}
        loose = sum(note.get("span_id") not in known for note in notes)
        if loose:
            made.warnings.append(f"{plural(loose, 'annotation')} skipped: about spans that are not in this file")
        return ReadResult(made.traces, tuple(made.warnings), False, self.name)


def _is_rest(value: dict[str, Any]) -> bool:
    return isinstance(value.get("context"), dict) and "span_kind" in value and isinstance(value.get("name"), str)


def _is_otlp(value: dict[str, Any]) -> bool:
    return "start_time_unix_nano" in value and isinstance(value.get("attributes"), list) and "span_id" in value


def _is_frame(value: dict[str, Any]) -> bool:
    return _FRAME_ID in value


def _is_columns(value: dict[str, Any]) -> bool:
    """A data frame written column by column: each value maps row names to cells."""
    return isinstance(value.get(_FRAME_ID), dict)


def _is_note(value: dict[str, Any]) -> bool:
    return "annotator_kind" in value and isinstance(value.get("result"), dict)


def _rest_span(raw: dict[str, Any]) -> FlatSpan:
    context, attributes = raw["context"], raw.get("attributes")
    attributes = dict(attributes) if isinstance(attributes, dict) else {}
    return _made(raw, context.get("trace_id"), context.get("span_id"), attributes)


def _frame_span(row: dict[str, Any]) -> FlatSpan:
    """A row of a data frame; its columns `attributes.*` hold structures whose keys are still dotted."""
    start = len("attributes.")
    attributes = {
        key[start:]: cell for key, cell in row.items() if key.startswith("attributes.") and not is_absent(cell)
    }
    return _made(row, row.get("context.trace_id"), row.get(_FRAME_ID), attributes)


def _made(raw: dict[str, Any], trace_id: Any, span_id: Any, attributes: dict[str, Any]) -> FlatSpan:
    kind = raw.get("span_kind")
    if isinstance(kind, str):
        attributes.setdefault(KIND, kind)
    return FlatSpan(
        trace_id=text_or_none(trace_id) or "",
        id=text_or_none(span_id) or "",
        parent_id=text_or_none(raw.get("parent_id")) if not is_absent(raw.get("parent_id")) else None,
        name=str(raw.get("name") or ""),
        attributes=Attributes(attributes),
        start_ns=parse_time(raw.get("start_time")),
        end_ns=parse_time(raw.get("end_time")),
        status=_STATUS.get(raw.get("status_code"), "unset"),
        message=text_or_none(raw.get("status_message")) or "",
        read_events=partial(_events, raw.get("events")),
    )


def _events(raw: Any) -> list[Any]:
    return plain_events(json_list(raw))


def _rows(columns: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of a data frame written by columns; cells of other columns are found by the row's name."""
    names = list(columns[_FRAME_ID])
    cells = [(key, column) for key, column in columns.items() if isinstance(column, dict)]
    return [{key: column.get(name) for key, column in cells} for name in names]


def _score(note: dict[str, Any]) -> Score | None:
    result, span_id = note["result"], text_or_none(note.get("span_id"))
    if span_id is None:
        return None
    return Score(
        name=str(note.get("name") or "annotation"),
        value=number(result.get("score")),
        label=text_or_none(result.get("label")),
        comment=text_or_none(result.get("explanation")),
        source=text_or_none(note.get("annotator_kind")),
        span_id=span_id,
    )


READER = PhoenixReader()
