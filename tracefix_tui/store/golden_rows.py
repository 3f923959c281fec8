"""Cases as database rows and back, the conditions of a search, and the case files that rows keep in step."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeAlias

from tracefix_tui.model.errors import StoreError
from tracefix_tui.store.case_file import case_path, case_value, dump_case, make_case
from tracefix_tui.store.files import write_atomic
from tracefix_tui.store.json_bytes import compact_json, parse
from tracefix_tui.store.workspace import Workspace

if TYPE_CHECKING:
    from tracefix_tui.model.case import Case

    TagChange: TypeAlias = Callable[[list[str]], list[str]]

_PLAIN = ("prompt", "name", "set_name", "model", "expected", "notes")
_STRUCTURED = (
    "variables",
    "messages",
    "documents",
    "tools",
    "tool_choice",
    "response_format",
    "params",
    "bad_output",
    "expected_message",
    "checks",
    "provenance",
)


def write(db: sqlite3.Connection, case: Case, row_id: int | None, accept_id: str | None, now: str) -> None:
    """Write a case over a row, or as a new one."""
    value = case_value(case)
    columns = {name: value[name] for name in _PLAIN} | {name: compact_json(value[name]) for name in _STRUCTURED}
    columns |= {"body": _body(case), "accept_id": accept_id, "updated": now}
    if row_id is None:
        columns |= {"created": now}
        names = ", ".join(columns)
        db.execute(f"INSERT INTO cases ({names}) VALUES ({', '.join('?' * len(columns))})", list(columns.values()))
    else:
        sets = ", ".join(f"{name} = ?" for name in columns)
        db.execute(f"UPDATE cases SET {sets} WHERE id = ?", [*columns.values(), row_id])
    write_tags(db, case)


def write_tags(db: sqlite3.Connection, case: Case) -> None:
    """Make the tags of a row those of the case."""
    row_id = db.execute("SELECT id FROM cases WHERE prompt = ? AND name = ?", [case.prompt, case.name]).fetchone()["id"]
    db.execute("DELETE FROM case_tags WHERE case_id = ?", [row_id])
    tags = [(row_id, position, tag) for position, tag in enumerate(dict.fromkeys(case.tags))]
    db.executemany("INSERT INTO case_tags (case_id, position, tag) VALUES (?, ?, ?)", tags)


def read(db: sqlite3.Connection, row: sqlite3.Row) -> Case:
    """The case of a row."""
    tags = db.execute("SELECT tag FROM case_tags WHERE case_id = ? ORDER BY position", [row["id"]]).fetchall()
    value = {name: row[name] for name in _PLAIN} | {name: parse(row[name]) for name in _STRUCTURED}
    return make_case({**value, "tags": [tag["tag"] for tag in tags]}, f"{row['prompt']}/{row['name']}")


def record(case: Case) -> str:
    """The whole case as one JSON text, for the change log."""
    return compact_json(case_value(case))


def recorded(text: str | None) -> Case | None:
    """The case of a change log entry."""
    return None if text is None else make_case(parse(text), "the change log")


def condition(set_name: str | None, tag: str | None, prompt: str | None, text: str | None) -> tuple[str, list[str]]:
    """The SQL condition, and its values, for cases that fit everything given."""
    parts, values = ["1"], []
    for column, value in (("set_name", set_name), ("prompt", prompt)):
        if value is not None:
            parts.append(f"{column} = ?")
            values.append(value)
    if tag is not None:
        parts.append("id IN (SELECT case_id FROM case_tags WHERE tag = ?)")
        values.append(tag)
    if text and text.strip(" \0\n\t\r"):
        words = " ".join('"' + word.replace('"', '""') + '"*' for word in text.replace("\0", " ").split())
        # The index knows words from their beginning; scripts without spaces, and punctuation, need the plain look.
        parts.append("(id IN (SELECT rowid FROM cases_fts WHERE cases_fts MATCH ?) OR instr(lower(body), lower(?)))")
        values += [words, text.strip()]
    return " AND ".join(parts), values


def write_file(workspace: Workspace, case: Case) -> None:
    """Write the case file of a case into the work tree."""
    path = case_path(workspace, case.prompt, case.name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, dump_case(case).encode("utf-8"))
    except OSError as error:
        raise StoreError(
            f"cannot write: {error.strerror or error}", where=str(path), hint="Give yourself write access"
        ) from error


def update_file(workspace: Workspace, case: Case) -> None:
    """Bring the case file in step, where the case has one."""
    if case_path(workspace, case.prompt, case.name).is_file():
        write_file(workspace, case)


def remove_file(workspace: Workspace, case: Case) -> None:
    """Remove the case file from the work tree, where the case has one."""
    path = case_path(workspace, case.prompt, case.name)
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(
            f"cannot remove: {error.strerror or error}", where=str(path), hint="Give yourself write access"
        ) from error


def _body(case: Case) -> str:
    """Everything in a case that somebody may look for, a line each; half surrogates become question marks."""
    value = case_value(case)
    kept = [
        value[k]
        for k in (
            "prompt",
            "name",
            "variables",
            "messages",
            "documents",
            "bad_output",
            "expected",
            "expected_message",
            "notes",
        )
    ]
    return "\n".join(_texts(kept)).encode("utf-8", "replace").decode("utf-8")


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
