"""The shapes of the databases, as ordered steps. A released step is never changed; a new one is added below it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from sqlite_utils import Database

Migration: TypeAlias = "Callable[[Database], None]"


def m001_cases(db: Database) -> None:
    """One row per case, structures as JSON. `body` is the text to search, `accept_id` the accept that wrote it."""
    db.table("cases").create(
        {
            "id": int,
            "prompt": str,
            "name": str,
            "set_name": str,
            "variables": str,
            "messages": str,
            "documents": str,
            "tools": str,
            "tool_choice": str,
            "response_format": str,
            "model": str,
            "params": str,
            "bad_output": str,
            "expected": str,
            "expected_message": str,
            "checks": str,
            "notes": str,
            "provenance": str,
            "body": str,
            "accept_id": str,
            "created": str,
            "updated": str,
        },
        pk="id",
        not_null={"prompt", "name", "set_name", "created", "updated"},
    )
    db.table("cases").create_index(["prompt", "name"], unique=True)
    db.table("cases").create_index(["set_name"])


def m002_case_tags(db: Database) -> None:
    """The tags of a case, in their order."""
    db.execute(
        "CREATE TABLE case_tags (case_id INTEGER NOT NULL REFERENCES cases(id) ON DELETE CASCADE,"
        " position INTEGER NOT NULL, tag TEXT NOT NULL, PRIMARY KEY (case_id, tag))"
    )
    db.table("case_tags").create_index(["tag"])


def m003_search(db: Database) -> None:
    """Full-text search over `body`, kept in step by triggers."""
    db.table("cases").enable_fts(["body"], create_triggers=True, tokenize="unicode61")


def m004_change_log(db: Database) -> None:
    """Every change of a case with the case as it became; the highest `version` is the version of the dataset."""
    db.execute(
        "CREATE TABLE change_log (version INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, prompt TEXT NOT NULL,"
        " name TEXT NOT NULL, action TEXT NOT NULL, record TEXT)"
    )
    db.table("change_log").create_index(["prompt", "name"])


def m001_attempts(db: Database) -> None:
    """One row per attempt; `id` sorts by time, `record` is the attempt as JSON."""
    db.execute(
        "CREATE TABLE attempts (id TEXT PRIMARY KEY, created TEXT NOT NULL, trace_id TEXT NOT NULL,"
        " span_id TEXT NOT NULL, record TEXT NOT NULL)"
    )
    db.table("attempts").create_index(["trace_id", "span_id"])


MIGRATIONS: Mapping[str, tuple[Migration, ...]] = {
    "golden": (m001_cases, m002_case_tags, m003_search, m004_change_log),
    "attempts": (m001_attempts,),
}
