"""The golden dataset: cases by prompt and name, with tags, sets, search and a version that counts every change."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NoReturn

from tracefix_tui.model.errors import StoreError
from tracefix_tui.model.text import clip
from tracefix_tui.store import golden_rows as rows
from tracefix_tui.store.case_file import read_case_files, scrub_case
from tracefix_tui.store.database import StoreFile
from tracefix_tui.store.names import check_name, check_prompt
from tracefix_tui.store.workspace import Workspace

if TYPE_CHECKING:
    from tracefix_tui.model.case import Case
    from tracefix_tui.store.golden_transfer import ImportReport, Rows

Added = Literal["added", "replaced", "unchanged"]
_TAG = re.compile(r"[^\x00-\x20,\x7f](?:[^\x00-\x1f,\x7f]{0,98}[^\x00-\x20,\x7f])?")


@dataclass(frozen=True)
class Change:
    """One change of the dataset. `version` counts from 1; `case` is the case as it became, None once removed."""

    version: int
    at: str
    action: str
    case: Case | None


class GoldenStore:
    """The cases of a workspace in `.tracefix/golden.db`. Reading where there is none finds nothing and writes nothing.

    A case that has a case file keeps it in step when it is tagged or removed; the file is changed in the work tree.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._file = StoreFile(workspace, "golden")

    def add(self, case: Case, *, replace: bool = False, accept_id: str | None = None, with_file: bool = False) -> Added:
        """Keep a case; raises `StoreError` when another one has its name and `replace` is not set.

        `with_file` also writes its case file. Secrets are taken out of it.
        """
        case, _ = scrub_case(case)
        with self._file.writing() as db:
            added = put(db, case, replace=replace, accept_id=accept_id)
            if with_file:
                rows.write_file(self.workspace, case)
        return added

    def add_all(self, cases: Sequence[Case], *, replace: bool) -> list[Added | StoreError]:
        """Keep many cases in one transaction; gives for each what became of it."""
        done: list[Added | StoreError] = []
        with self._file.writing() as db:
            for case in cases:
                try:
                    done.append(put(db, case, replace=replace))
                except StoreError as error:
                    done.append(error)
        return done

    def get(self, prompt: str, name: str) -> Case:
        """The case; raises `StoreError` where there is none of that name."""
        with self._file.reading() as db:
            row = db and db.execute("SELECT * FROM cases WHERE prompt = ? AND name = ?", [prompt, name]).fetchone()
            if db and row:
                return rows.read(db, row)
        self._missing(f"{prompt}/{name}")

    def find(self, name: str) -> Case:
        """The case called `PROMPT/CASE`, or `CASE` where only one prompt has a case of that name."""
        prompt, slash, rest = name.rpartition("/")
        if slash:
            return self.get(prompt, rest)
        with self._file.reading() as db:
            found = db.execute("SELECT * FROM cases WHERE name = ? ORDER BY prompt", [name]).fetchall() if db else []
            if db and len(found) == 1:
                return rows.read(db, found[0])
        if found:
            several = ", ".join(f"{row['prompt']}/{row['name']}" for row in found[:5])
            raise StoreError(f"several cases are called {clip(name, 60)!r}", hint=f"Say which: {several}")
        self._missing(name)

    def has(self, prompt: str, name: str) -> bool:
        """Whether a case has this name."""
        with self._file.reading() as db:
            return bool(
                db and db.execute("SELECT 1 FROM cases WHERE prompt = ? AND name = ?", [prompt, name]).fetchone()
            )

    def list(
        self,
        *,
        set_name: str | None = None,
        tag: str | None = None,
        prompt: str | None = None,
        text: str | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> tuple[Case, ...]:
        """Cases that fit all that is given, in the order of prompt and name. `text` is words, or a part of any text."""
        where, values = rows.condition(set_name, tag, prompt, text)
        query = f"SELECT * FROM cases WHERE {where} ORDER BY prompt, name LIMIT ? OFFSET ?"
        with self._file.reading() as db:
            if not db:
                return ()
            found = db.execute(query, [*values, -1 if limit is None else limit, offset]).fetchall()
            return tuple(rows.read(db, row) for row in found)

    def count(
        self, *, set_name: str | None = None, tag: str | None = None, prompt: str | None = None, text: str | None = None
    ) -> int:
        """How many cases `list` would give without a limit."""
        where, values = rows.condition(set_name, tag, prompt, text)
        with self._file.reading() as db:
            return int(db.execute(f"SELECT count(*) FROM cases WHERE {where}", values).fetchone()[0]) if db else 0

    def remove(self, prompt: str, name: str) -> Case:
        """Take a case out, with its case file; gives what it was."""
        with self._file.writing() as db:
            case = self._present(db, prompt, name)
            db.execute("DELETE FROM cases WHERE prompt = ? AND name = ?", [prompt, name])
            _log(db, case, "removed", record=None)
            rows.remove_file(self.workspace, case)
        return case

    def remove_accepted(self, accept_id: str) -> bool:
        """Take out the row that an accept wrote, if it is there; its file is the business of the accept."""
        with self._file.writing() as db:
            row = db.execute("SELECT * FROM cases WHERE accept_id = ?", [accept_id]).fetchone()
            if not row:
                return False
            case = rows.read(db, row)
            db.execute("DELETE FROM cases WHERE id = ?", [row["id"]])
            _log(db, case, "removed", record=None)
        return True

    def tag(self, prompt: str, name: str, *tags: str) -> Case:
        """Add tags to a case; those it has stay where they are."""
        return self._retag(
            prompt, name, lambda old: [*old, *(t for t in dict.fromkeys(tags) if t not in old)], "tagged"
        )

    def untag(self, prompt: str, name: str, *tags: str) -> Case:
        """Take tags from a case; those it does not have are no error."""
        return self._retag(prompt, name, lambda old: [t for t in old if t not in tags], "untagged")

    def tags(self) -> dict[str, int]:
        """Every tag with the number of cases that have it, the most frequent first."""
        query = "SELECT tag, count(*) AS cases FROM case_tags GROUP BY tag ORDER BY cases DESC, tag"
        with self._file.reading() as db:
            return {row["tag"]: row["cases"] for row in db.execute(query)} if db else {}

    def sets(self) -> dict[str, int]:
        """Every set with the number of its cases."""
        query = "SELECT set_name, count(*) AS cases FROM cases GROUP BY set_name ORDER BY set_name"
        with self._file.reading() as db:
            return {row["set_name"]: row["cases"] for row in db.execute(query)} if db else {}

    def version(self) -> int:
        """The version of the dataset: the number of changes so far, 0 for one that was never written."""
        with self._file.reading() as db:
            return int(db.execute("SELECT coalesce(max(version), 0) FROM change_log").fetchone()[0]) if db else 0

    def history(self, prompt: str, name: str) -> tuple[Change, ...]:
        """The changes of one case, the newest first."""
        query = "SELECT * FROM change_log WHERE prompt = ? AND name = ? ORDER BY version DESC"
        with self._file.reading() as db:
            found = db.execute(query, [prompt, name]).fetchall() if db else []
        return tuple(Change(r["version"], r["at"], r["action"], rows.recorded(r["record"])) for r in found)

    def import_rows(
        self, path: Path, *, prompt: str = "imported", set_name: str | None = None, replace: bool = False
    ) -> ImportReport:
        """Take in a JSONL or CSV file; `golden_transfer` tells its columns. Bad rows are told, the rest is kept."""
        from tracefix_tui.store.golden_transfer import read_rows

        return self._import(read_rows(path, prompt, set_name), replace)

    def rebuild(self) -> ImportReport:
        """Rebuild from the case files below `prompts/golden`, which win over what the dataset holds."""
        from tracefix_tui.store.golden_transfer import Rows

        cases, problems = read_case_files(self.workspace)
        return self._import(Rows(cases, [str(problem) for problem in problems]), replace=True)

    def export(
        self, format: Literal["jsonl", "csv"] = "jsonl", *, set_name: str | None = None, tag: str | None = None
    ) -> Iterator[str]:
        """The lines of a file that `import_rows` reads back without loss and that holds the columns `check` reads."""
        from tracefix_tui.store.golden_transfer import write_rows

        return write_rows(self.list(set_name=set_name, tag=tag), format)

    def _import(self, found: Rows, replace: bool) -> ImportReport:
        from tracefix_tui.store.golden_transfer import ImportReport

        done = self.add_all(found.cases, replace=replace) if found.cases else []
        counts = {action: sum(1 for d in done if d == action) for action in ("added", "replaced", "unchanged")}
        problems = (*found.problems, *(str(d) for d in done if isinstance(d, StoreError)))
        return ImportReport(**counts, problems=problems, ignored=tuple(found.ignored), secrets=found.secrets)

    def prepare(self) -> None:
        """Make sure that the dataset can be written, so that a later write has no reason to fail."""
        with self._file.writing():
            pass

    def _retag(self, prompt: str, name: str, change: rows.TagChange, action: str) -> Case:
        with self._file.writing() as db:
            case = self._present(db, prompt, name)
            tags = [check_tag(tag) for tag in change(case.tags)]
            if tags == case.tags:
                return case
            changed = case.model_copy(update={"tags": tags})
            rows.write_tags(db, changed)
            _log(db, changed, action, record=rows.record(changed))
            rows.update_file(self.workspace, changed)
        return changed

    def _present(self, db: sqlite3.Connection, prompt: str, name: str) -> Case:
        row = db.execute("SELECT * FROM cases WHERE prompt = ? AND name = ?", [prompt, name]).fetchone()
        if not row:
            self._missing(f"{prompt}/{name}")
        return rows.read(db, row)

    def _missing(self, name: str) -> NoReturn:
        raise StoreError(
            f"no case {clip(name, 80)!r} in the golden dataset", hint="`tracefix-tui golden list` shows what is there"
        )


def put(db: sqlite3.Connection, case: Case, *, replace: bool, accept_id: str | None = None) -> Added:
    """Insert or replace one row inside a transaction; the same accept twice is one."""
    check_prompt(case.prompt)
    check_name(case.name)
    case = case.model_copy(update={"tags": [check_tag(tag) for tag in dict.fromkeys(case.tags)]})
    row = db.execute("SELECT * FROM cases WHERE prompt = ? AND name = ?", [case.prompt, case.name]).fetchone()
    if row and (rows.read(db, row) == case and row["accept_id"] == (accept_id or row["accept_id"])):
        return "unchanged"
    if row and not replace:
        raise StoreError(
            f"there is a case {case.prompt}/{case.name} already, and it is another one",
            hint="Choose another name, or replace it",
        )
    now = datetime.now(UTC).isoformat(timespec="seconds")
    rows.write(db, case, row["id"] if row else None, accept_id, now)
    _log(db, case, "replaced" if row else "added", record=rows.record(case))
    return "replaced" if row else "added"


def check_tag(tag: str) -> str:
    """The tag itself; raises `StoreError` for one that is empty, over 100 characters, or has commas or line breaks."""
    if not _TAG.fullmatch(tag):
        raise StoreError(
            f"{clip(tag, 60)!r} cannot be a tag",
            hint="Use a short word or two without commas, for example retrieval-miss",
        )
    return tag


def _log(db: sqlite3.Connection, case: Case, action: str, record: str | None) -> None:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    db.execute(
        "INSERT INTO change_log (at, prompt, name, action, record) VALUES (?, ?, ?, ?, ?)",
        [now, case.prompt, case.name, action, record],
    )
