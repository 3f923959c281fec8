"""The journal of an accept: what it will do, on the disk before any of it is done."""

from __future__ import annotations

import base64
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from tracefix_tui.store.files import sync_folder
from tracefix_tui.store.locking import wait_for
from tracefix_tui.store.workspace import Workspace

_NAME = "accept.json"


@dataclass(frozen=True)
class JournalFile:
    """A file of the commit: its bytes before and after, and the id of the blob that git makes of the latter."""

    path: str
    before: bytes | None
    after: bytes
    blob: str


@dataclass(frozen=True)
class Journal:
    """An accept under way, `started` in seconds since the epoch.

    `made` are the folders it has to make, outermost first; `case` is the text of the golden row, "" for none.
    """

    id: str
    started: float
    branch: str
    head: str | None
    files: tuple[JournalFile, ...]
    made: tuple[str, ...]
    case: str

    @property
    def mark(self) -> str:
        """The trailer by which the commit is known."""
        return f"Tracefix-Accept: {self.id}"

    @property
    def paths(self) -> list[str]:
        """The paths of the commit."""
        return [file.path for file in self.files]

    def temporary(self, workspace: Workspace, file: JournalFile) -> Path:
        """Where a file is written before it takes its place."""
        path = workspace.root / file.path
        return path.with_name(f".{path.name}.{self.id[:8]}.writing")


def journal_path(workspace: Workspace) -> Path:
    """The one place where a journal is; while there is none, no accept was interrupted."""
    return workspace.state_dir / _NAME


def begin(workspace: Workspace, journal: Journal) -> int:
    """Write the journal and wait until the disk has it. Gives its handle, locked while anybody has it open."""
    path = journal_path(workspace)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        wait_for(handle, 0)
        data = _dump(journal)
        while data:
            data = data[os.write(handle, data) :]
        os.fsync(handle)
        sync_folder(path.parent)
    except BaseException:
        os.close(handle)
        path.unlink(missing_ok=True)
        raise
    return handle


def read_journal(workspace: Workspace) -> Journal | None:
    """The journal that is there. A torn one is removed: whoever wrote it had done nothing yet."""
    path = journal_path(workspace)
    try:
        return _load(path.read_bytes())
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        path.unlink(missing_ok=True)
        return None


def wait_for_children(workspace: Workspace, timeout: float) -> bool:
    """Wait for the git of an accept, which lives on when only its parent was killed; False if it still runs."""
    if os.name != "posix":
        return True  # handles are not inherited there
    try:
        handle = os.open(journal_path(workspace), os.O_RDWR)
    except FileNotFoundError:
        return True
    try:
        return wait_for(handle, timeout)
    finally:
        os.close(handle)


def end(workspace: Workspace) -> None:
    """Remove the journal: the accept is done, or undone."""
    path = journal_path(workspace)
    path.unlink(missing_ok=True)
    sync_folder(path.parent)


def _dump(journal: Journal) -> bytes:
    value = asdict(journal)
    for file in value["files"]:
        for key in ("before", "after"):
            file[key] = None if file[key] is None else base64.b64encode(file[key]).decode("ascii")
    return json.dumps(value).encode("ascii")


def _load(data: bytes) -> Journal:
    value = json.loads(data)
    files = tuple(
        JournalFile(
            path=file["path"],
            before=None if file["before"] is None else base64.b64decode(file["before"]),
            after=base64.b64decode(file["after"]),
            blob=file["blob"],
        )
        for file in value.pop("files")
    )
    return Journal(**{**value, "files": files, "made": tuple(value["made"])})
