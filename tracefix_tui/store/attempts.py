"""The attempt log: every replay is kept, so that it can be reopened, compared and accepted later."""

from __future__ import annotations

import secrets
import threading
import time

from tracefix_tui.model.attempt import Attempt
from tracefix_tui.model.errors import StoreError
from tracefix_tui.model.text import clip
from tracefix_tui.store.database import StoreFile
from tracefix_tui.store.json_bytes import parse
from tracefix_tui.store.record import from_record, to_record
from tracefix_tui.store.scrub import scrub
from tracefix_tui.store.workspace import Workspace

_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
_EPOCH_MS = 1_577_836_800_000  # 2020-01-01; 40 bits of milliseconds last until 2054
_RANDOM_BITS = 20


class _Ids:
    """Ids that grow within a process even where its clock stands still or goes back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def next(self, now_ms: int) -> str:
        fresh = max(0, now_ms - _EPOCH_MS) << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)
        with self._lock:
            number = self._last = max(fresh, self._last + 1)
        return "".join(_LETTERS[number >> shift & 31] for shift in range(55, -5, -5))


_ids = _Ids()


def new_attempt_id() -> str:
    """12 letters and digits: 8 tell the millisecond, 4 are random. Later ids sort after earlier ones."""
    return _ids.next(time.time_ns() // 1_000_000)


class AttemptLog:
    """The attempts of a workspace in `.tracefix/attempts.db`. Processes may write at the same time."""

    def __init__(self, workspace: Workspace) -> None:
        self._file = StoreFile(workspace, "attempts")

    def append(self, attempt: Attempt) -> Attempt:
        """Keep an attempt; gives it as stored, with secrets removed. Raises `StoreError` for an id that is taken."""
        clean, _ = scrub(to_record(attempt))
        stored = from_record(Attempt, clean)
        keys = [stored.id, stored.created, stored.trace_id, stored.span_id]
        values = [*map(_key, keys), _ascii(clean)]
        with self._file.writing() as db:
            if db.execute("SELECT 1 FROM attempts WHERE id = ?", [stored.id]).fetchone():
                raise StoreError(
                    f"there is an attempt {clip(stored.id, 40)} already", hint="Give each attempt its own id"
                )
            db.execute("INSERT INTO attempts (id, created, trace_id, span_id, record) VALUES (?, ?, ?, ?, ?)", values)
        return stored

    def get(self, id: str) -> Attempt:
        """The attempt whose id begins so; raises `StoreError` where there is none, or more than one."""
        pattern = id.lower()
        with self._file.reading() as db:
            query = "SELECT id, record FROM attempts WHERE substr(id, 1, ?) = ? ORDER BY id DESC LIMIT 6"
            found = db.execute(query, [len(pattern), pattern]).fetchall() if db and pattern else []
        if len(found) == 1:
            return _read(found[0]["record"])
        if found:
            raise StoreError(
                f"several attempts begin with {clip(id, 40)!r}", hint="Say which: " + ", ".join(r["id"] for r in found)
            )
        raise StoreError(f"no attempt {clip(id, 40)!r}", hint="`tracefix-tui replay FILE` makes one and prints its id")

    def list(
        self, *, trace_id: str | None = None, span_id: str | None = None, limit: int | None = None
    ) -> tuple[Attempt, ...]:
        """Attempts at a trace, a span of it, or all; the newest first."""
        where, values = _condition(trace_id, span_id)
        query = f"SELECT record FROM attempts WHERE {where} ORDER BY id DESC LIMIT ?"
        with self._file.reading() as db:
            found = db.execute(query, [*values, -1 if limit is None else limit]).fetchall() if db else []
        return tuple(_read(row["record"]) for row in found)

    def count(self, *, trace_id: str | None = None, span_id: str | None = None) -> int:
        """How many attempts `list` would give without a limit."""
        where, values = _condition(trace_id, span_id)
        query = f"SELECT count(*) FROM attempts WHERE {where}"
        with self._file.reading() as db:
            return int(db.execute(query, values).fetchone()[0]) if db else 0


def _ascii(value: object) -> str:
    """JSON in which half surrogate pairs and infinities survive, as they came from a trace and are to come back."""
    import json

    return json.dumps(value)


def _condition(trace_id: str | None, span_id: str | None) -> tuple[str, list[str]]:
    """A WHERE clause and its values for the attempts at a trace, a span of it, or all."""
    wanted = [(column, value) for column, value in (("trace_id", trace_id), ("span_id", span_id)) if value is not None]
    return " AND ".join(["1", *(f"{column} = ?" for column, _ in wanted)]), [_key(value) for _, value in wanted]


def _key(text: str) -> str:
    """A text as SQLite can hold it: lone surrogates, which a trace's ids may have, are spelled out."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _read(text: str) -> Attempt:
    return from_record(Attempt, parse(text))
