"""Cases to and from JSONL and CSV: the columns that evaluation datasets use, and everything a case holds besides.

A row may have: `id` or `name`; `prompt`; `user_input` (a text, or messages) or `messages`; `retrieved_contexts`
(texts, or documents); `response` with `tool_calls` (what went wrong); `reference` or `expected` (what is wanted);
`tools`; `checks` (`"contains:30 days"` or `{"check", "params"}`); `tags`, `variables`, `model`, `params`, `set_name`,
`notes`. In CSV, structured cells are JSON; tags may also be separated by commas and checks by line breaks.
"""

from __future__ import annotations

import ast
import csv
import io
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tracefix_tui.model.errors import BadInput, StoreError
from tracefix_tui.model.json_value import Json, JsonObject
from tracefix_tui.model.text import json_text
from tracefix_tui.store.case_file import case_value, make_case
from tracefix_tui.store.json_bytes import compact_json, parse
from tracefix_tui.store.names import check_name, slug
from tracefix_tui.store.scrub import scrub

if TYPE_CHECKING:
    from tracefix_tui.model.case import Case

_AS_IS = (
    *("set_name", "variables", "tools", "tool_choice", "response_format", "model", "params", "tags", "notes"),
    "provenance",
)
_MADE = (
    *("id", "name", "prompt", "user_input", "messages", "retrieved_contexts", "documents", "response", "tool_calls"),
    *("bad_output", "reference", "expected", "expected_message", "checks"),
)
_READ = {*_AS_IS, *_MADE}
_TEXT_CELLS = {"id", "name", "prompt", "set_name", "expected", "reference", "response", "model", "notes"}
_MAYBE_TEXT = {"user_input", "retrieved_contexts", "tags", "checks"}
_LARGEST_CELL = 2**31 - 1


@dataclass(frozen=True)
class ImportReport:
    """What became of the rows. `ignored` are columns that mean nothing here; `secrets` counts those removed."""

    added: int = 0
    replaced: int = 0
    unchanged: int = 0
    problems: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    secrets: int = 0


@dataclass
class Rows:
    """The cases found in a file, and what was wrong with the rest of it."""

    cases: list[Case] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    ignored: dict[str, None] = field(default_factory=dict)
    secrets: int = 0


def read_rows(path: Path, prompt: str, set_name: str | None) -> Rows:
    """The cases in a JSONL, JSON or CSV file, scrubbed; `-` is standard input.

    Raises `StoreError` for a file that cannot be read.
    """
    piped = str(path) == "-"
    try:
        text = (sys.stdin.buffer.read() if piped else path.read_bytes()).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise StoreError(
            f"cannot be read: {reason}", where=str(path), hint="Give a JSONL or CSV file in UTF-8"
        ) from error
    rows = Rows()
    used: set[tuple[str, str]] = set()
    comma_separated = path.suffix.lower() == ".csv" or (piped and text.lstrip()[:1] not in ("{", "["))
    numbered = _csv_rows(text) if comma_separated else _json_rows(text)
    for where, row in numbered:
        try:
            if not isinstance(row, dict):
                raise StoreError("not an object", hint="Give one JSON object per line")
            clean, found = scrub(row)
            assert isinstance(clean, dict)
            rows.cases.append(case_of_row(clean, prompt, set_name, used))
            rows.secrets += len(found)
            rows.ignored.update(dict.fromkeys(key for key in row if key not in _READ))
        except BadInput as error:
            rows.problems.append(f"{path.name}, {where}: {error}")
    return rows


def case_of_row(row: JsonObject, prompt: str, set_name: str | None, used: set[tuple[str, str]]) -> Case:
    """The case in one row; raises `BadInput` for a field that does not fit.

    `used` are the (prompt, name) pairs taken so far; a row whose name is taken gets a number behind it.
    """
    value: JsonObject = {key: row[key] for key in _AS_IS if row.get(key) is not None}
    value["prompt"] = owner = str(row.get("prompt") or prompt)
    value["name"] = _name(row, owner, used)
    value["messages"] = _messages(row)
    value["documents"] = row.get("documents") or _documents(row.get("retrieved_contexts"))
    value["bad_output"] = row.get("bad_output") or _answer(row)
    expected = row.get("reference") if row.get("expected") is None else row["expected"]
    value["expected"] = expected if isinstance(expected, str) or expected is None else compact_json(expected)
    value["expected_message"] = row.get("expected_message")
    value["checks"] = _checks(row.get("checks"))
    if set_name is not None:
        value["set_name"] = set_name
    return make_case(value)


def write_rows(cases: Iterable[Case], format: Literal["jsonl", "csv"]) -> Iterator[str]:
    """The lines of the file, each with its line end."""
    if format == "jsonl":
        yield from (json_text(_row(case), None) + "\n" for case in cases)
        return
    columns = list(_row(make_case({"name": "x", "prompt": "x"})))
    yield _csv_line(columns)
    for case in cases:
        row = _row(case)
        yield _csv_line([_cell(column, row[column]) for column in columns])


def _row(case: Case) -> JsonObject:
    """All of a case, and beside it the columns by which evaluation tools know the same things."""
    value = case_value(case)
    asked = [m.get("content") for m in case.messages if m.get("role") == "user"]
    answer = case.bad_output or {}
    return {
        "id": f"{case.prompt}/{case.name}",
        **value,
        "user_input": asked[-1] if asked else None,
        "retrieved_contexts": [d.get("content") for d in case.documents],
        "response": answer.get("content"),
        "tool_calls": answer.get("tool_calls"),
        "reference": case.expected,
    }


def _csv_line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue()


def _cell(column: str, value: Json) -> str:
    if value is None:
        return ""
    text = column in _TEXT_CELLS or column == "user_input"
    return value if text and isinstance(value, str) else json_text(value, None)


def _json_rows(text: str) -> Iterator[tuple[str, Json | JsonObject]]:
    if text.lstrip().startswith("["):
        try:
            items = parse(text)
        except ValueError as error:
            raise StoreError(f"not JSON: {error}", hint="Give one JSON object per line, or a list of them") from error
        yield from ((f"item {i}", item) for i, item in enumerate(items if isinstance(items, list) else [], 1))
        return
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield f"line {number}", parse(line)
            except ValueError:
                yield f"line {number}", None


def _csv_rows(text: str) -> Iterator[tuple[str, JsonObject]]:
    csv.field_size_limit(_LARGEST_CELL)
    reader = csv.DictReader(io.StringIO(text, newline=""))
    try:
        for number, row in enumerate(reader, 1):
            yield (
                f"row {number}",
                {key: _decoded(key, cell) for key, cell in row.items() if isinstance(key, str) and cell},
            )
    except csv.Error as error:
        raise StoreError(f"not CSV: {error}", hint="Save it as CSV in UTF-8, with a line of column names") from error


def _decoded(column: str, cell: str) -> Json:
    if column in _TEXT_CELLS or (column in _MAYBE_TEXT and not cell.lstrip().startswith("[")):
        if column == "tags":
            return [tag.strip() for tag in cell.split(",") if tag.strip()]
        return [line.strip() for line in cell.splitlines() if line.strip()] if column == "checks" else cell
    try:
        return parse(cell)
    except ValueError:
        return _python_list(cell)


def _python_list(cell: str) -> Json:
    """A list as Python prints it, which is what a data frame writes into CSV; else the cell as it is."""
    try:
        value = ast.literal_eval(cell) if cell.lstrip().startswith("[") else cell
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return cell
    return value if isinstance(value, list) and all(isinstance(item, str | dict) for item in value) else cell


def _name(row: JsonObject, prompt: str, used: set[tuple[str, str]]) -> str:
    given = str(row.get("name") or row.get("id") or "")
    try:
        name = check_name(given)
    except StoreError:
        name = slug(given, f"row-{len(used) + 1}")
    plain, number = name, 2
    while (prompt, name) in used:
        name, number = f"{plain}-{number}", number + 1
    used.add((prompt, name))
    return name


def _messages(row: JsonObject) -> Json:
    given = row.get("messages") or row.get("user_input")
    return [{"role": "user", "content": given}] if isinstance(given, str) else given or []


def _documents(contexts: Json) -> Json:
    listed = contexts if isinstance(contexts, list) else [contexts] if contexts else []
    blank: JsonObject = {"id": None, "content": None, "score": None, "metadata": {}}
    return [{**blank, **(c if isinstance(c, dict) else {"content": c}), "rank": rank} for rank, c in enumerate(listed)]


def _answer(row: JsonObject) -> Json:
    if row.get("response") is None and not row.get("tool_calls"):
        return None
    answer: JsonObject = {"role": "assistant", "content": row.get("response")}
    return {**answer, "tool_calls": row["tool_calls"]} if row.get("tool_calls") else answer


def _checks(given: Json) -> Json:
    from tracefix_tui.checks import parse_spec

    listed = given if isinstance(given, list) else [given] if given else []
    out: list[Json] = []
    for item in listed:
        if isinstance(item, str):
            spec = parse_spec(item)
            out.append({"check": spec.id, "params": spec.params})
        else:
            out.append(item)
    return out
