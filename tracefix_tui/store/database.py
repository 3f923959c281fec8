"""SQLite files: opened for one operation, migrated when they are behind, safe with several processes at once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tracefix_tui.model.errors import StoreError
from tracefix_tui.store.locking import locked
from tracefix_tui.store.migrations import MIGRATIONS, Migration
from tracefix_tui.store.workspace import Workspace

_BUSY_SECONDS = 30.0


@dataclass(frozen=True)
class StoreFile:
    """One database of the workspace. Every use opens its own connection, so threads and processes share nothing."""

    workspace: Workspace
    name: Literal["golden", "attempts"]

    @property
    def path(self) -> Path:
        """Where the file is; it may not exist yet."""
        return self.workspace.state_dir / f"{self.name}.db"

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection | None]:
        """A connection to read from, or None while nothing was ever written."""
        if not self.path.exists():
            yield None
            return
        with self._told(), closing(self._open()) as db:
            yield db

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A connection in a transaction: kept as a whole at the end of the block, undone as a whole on an error."""
        self.workspace.make_state_dir()
        with self._told(), closing(self._open()) as db:
            db.execute("BEGIN IMMEDIATE")  # a transaction that reads first could not wait for another writer
            try:
                yield db
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")

    def _open(self) -> sqlite3.Connection:
        db = self._connect()
        try:
            if self._pending(db):
                self._migrate()
        except BaseException:
            db.close()
            raise
        return db

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level=None)
        db.row_factory = sqlite3.Row
        db.execute("PRAGMA foreign_keys = ON")
        if self.name == "attempts":  # a log: whole after a power cut, but perhaps without its last entry
            db.execute("PRAGMA synchronous = NORMAL")
        return db

    def _pending(self, db: sqlite3.Connection) -> bool:
        """Whether migrations are to be applied; one look instead of importing sqlite_utils (up to 0.7 s)."""
        known = [step.__name__ for step in MIGRATIONS[self.name]]
        if not db.execute("SELECT 1 FROM sqlite_master WHERE name = '_sqlite_migrations'").fetchone():
            return True
        rows = db.execute("SELECT name FROM _sqlite_migrations WHERE migration_set = ?", [self.name])
        applied = {row["name"] for row in rows}
        if applied - set(known):
            raise StoreError(
                "this file was written by a newer version",
                where=str(self.path),
                hint="Upgrade tracefix-tui, or move the file away",
            )
        return bool(set(known) - applied)

    def _migrate(self) -> None:
        with (
            locked(self.path.with_name("migrate.lock"), _BUSY_SECONDS),
            closing(sqlite3.connect(self.path, timeout=_BUSY_SECONDS)) as db,
        ):
            db.execute("PRAGMA journal_mode = WAL")
            apply(db, self.name, MIGRATIONS[self.name])

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Database errors in plain words."""
        try:
            yield
        except (sqlite3.OperationalError, sqlite3.DatabaseError) as error:
            what, hint = _in_words(error, self.name)
            raise StoreError(what, where=str(self.path), hint=hint) from error


def apply(db: sqlite3.Connection, name: str, steps: Sequence[Migration]) -> None:
    """Run the steps that this database has not seen, each in a transaction with the note that it ran."""
    from sqlite_utils import Database, Migrations  # 0.1 to 0.7 s: only when a file is behind

    migrations = Migrations(name)
    for step in steps:
        migrations()(step)
    migrations.apply(Database(db, execute_plugins=False))


def _in_words(error: sqlite3.DatabaseError, name: str) -> tuple[str, str]:
    text = str(error)
    rebuild = " `tracefix-tui golden import` then rebuilds it from the case files" if name == "golden" else ""
    if "locked" in text or "busy" in text:
        return "another process is writing", "Try again when it has finished"
    if "readonly" in text or "unable to open" in text:
        return "the file cannot be written", "Give yourself write access to the file and its folder"
    if "disk I/O" in text:
        return "the disk does not take or give data", "It may be full: free some space and try again"
    if "full" in text:
        return "the disk is full", "Free some space and try again"
    if "malformed" in text or "not a database" in text:
        return f"the file is damaged ({text})", f"Move it away and start again.{rebuild}"
    return text, "Run `tracefix-tui doctor` and report this"
