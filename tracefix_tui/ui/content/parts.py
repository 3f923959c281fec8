"""Pieces that several panes use: sections of text that may be JSON, marks of findings, places in words."""

from __future__ import annotations

import json
from collections.abc import Sequence

from tracefix_tui.model.check import Evidence, Finding
from tracefix_tui.model.json_value import Json
from tracefix_tui.ui.content.reflow import looks_like_json, reflow
from tracefix_tui.ui.widgets.sections import Mark, Section, Tint

Marks = dict[str, list[Mark]]


def as_text(value: Json) -> str:
    """A recorded value as text: a string as it is, anything else as JSON."""
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def text_section(
    key: str,
    text: str,
    *,
    title: str = "",
    note: str = "",
    sub: str = "",
    sub_style: str = "note",
    rule: bool = True,
    gap: bool = True,
    indent: int = 0,
    preview: int | None = None,
    folded: bool = True,
    style: str = "",
    tints: Sequence[Tint] = (),
    marks: Marks | None = None,
) -> Section:
    """A section whose text is laid out when it is JSON; offsets of tints and marks are in the text given."""
    laid = reflow(text) if looks_like_json(text) else None
    return Section(
        key, laid.text if laid else text, title, note, sub, sub_style, rule, gap, indent, preview, folded, style,
        tuple(tints), tuple((marks or {}).get(key, ())), text if laid else None, laid.to_shown if laid else None,
        laid.to_original if laid else None,
    )  # fmt: skip


def place_key(shown_span: str, evidence: Evidence) -> str:
    """The key of the section an evidence points at: the bare field for the span shown, else `span/field`."""
    field = evidence.field
    if evidence.span_id == shown_span and not field.startswith(("documents", "candidates", "tool.")):
        return field
    return f"{evidence.span_id}/{field}"


def pane_of(field: str) -> str:
    """The pane that shows a field."""
    if field.startswith(("documents", "candidates")):
        return "chunks"
    if field.startswith(("tool.", "tools", "response_format")):
        return "tools"
    return "output" if field.startswith(("output", "finish_reason", "error")) else "prompt"


def place_words(evidence: Evidence) -> str:
    """Where an evidence is, in a few words: `prompt 2`, `chunk 1`, `tool result`, `output`."""
    field = evidence.field
    number = field.split("[", 1)[1].split("]", 1)[0] if "[" in field else ""
    if field.startswith(("documents", "candidates")) and number.isdigit():
        return f"chunk {int(number) + 1}"
    if field.startswith("messages") and number.isdigit():
        return f"prompt {int(number) + 1}"
    if field.startswith("output.tool_calls"):
        return "tool call"
    return field.split(".")[0].split("[")[0] if not field.startswith("tool.") else field.replace(".", " ")


def marks_of(findings: Sequence[Finding], shown_span: str) -> Marks:
    """The marks of all findings by section key, tagged `<-N` with the finding's number."""
    out: Marks = {}
    for number, finding in enumerate(findings, 1):
        for evidence in finding.verdict.evidence:
            key = place_key(shown_span, evidence)
            out.setdefault(key, []).append(Mark(evidence.start, evidence.end, "evidence", f"<-{number}"))
    return out


def lines_of(pairs: Sequence[tuple[str, object]]) -> str:
    """`name  value` lines with the values aligned; empty values are left out."""
    kept = [(name, str(value)) for name, value in pairs if value not in (None, "", (), [], {})]
    wide = min(16, max((len(name) for name, _ in kept), default=0))
    return "\n".join(f"{name:<{wide}}  {value}" for name, value in kept)
