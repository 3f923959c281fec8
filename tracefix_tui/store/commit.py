"""The commit of an accept, made beside the user's index: exactly its files, with their hooks and signing."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tracefix_tui.model.errors import AcceptRefused
from tracefix_tui.store.accept_plan import AcceptPlan, PlannedFile, read_file
from tracefix_tui.store.git_command import Git, Ran
from tracefix_tui.store.journal import Journal, JournalFile

if TYPE_CHECKING:
    from tracefix_tui.store.git_state import GitState

INDEX_WAIT_SECONDS = 10.0
_PAUSE = 0.01
Entries = dict[str, tuple[str, str]]
"""Path to (mode, blob id)."""


def examine(git: Git, state: GitState, plan: AcceptPlan) -> tuple[JournalFile, ...]:
    """The files of the plan against the repository as it is now.

    Raises `AcceptRefused` where something changed since the plan, where work that was never committed would get into
    the commit or be lost, and where there is nothing to commit.
    """
    paths = [file.path for file in plan.files]
    head = tree_entries(git, state.head, paths)
    index = index_entries(git, paths)
    found = tuple(_examined(git, file, head.get(file.path), index.get(file.path)) for file in plan.files)
    if all(file.path in head and head[file.path][1] == file.blob for file in found):
        raise AcceptRefused(
            "there is nothing to commit: all of this was accepted before", hint="Change the prompt or name a new case"
        )
    return found


def _examined(git: Git, file: PlannedFile, head: tuple[str, str] | None, index: tuple[str, str] | None) -> JournalFile:
    target = git.root / file.path
    if not target.parent.resolve().is_relative_to(git.root.resolve()):
        raise AcceptRefused("a link leads out of the repository", where=file.path, hint="Use a plain folder")
    disk = read_file(target)
    if disk not in (file.before, file.after):
        raise AcceptRefused(
            "the file changed meanwhile",
            where=file.path,
            hint="Look at the accept again: it now starts from the new text",
        )
    blob = blob_id(git, file.path, file.after)
    committed = head[1] if head else None
    if (index[1] if index else None) not in (committed, blob):
        raise AcceptRefused("has staged changes", where=file.path, hint=_put_aside(file.path))
    if disk != file.after and (None if disk is None else blob_id(git, file.path, disk)) != committed:
        raise AcceptRefused("has changes that are not committed", where=file.path, hint=_put_aside(file.path))
    return JournalFile(file.path, disk, file.after, blob)


def _put_aside(path: str) -> str:
    return f"Commit them (`git add {path}` and `git commit`) or put them aside (`git stash`), then accept again"


def blob_id(git: Git, path: str, data: bytes, *, write: bool = False) -> str:
    """The id of the blob that git makes of these bytes at this path, with its filters (line ends, LFS) applied."""
    return git.ask("hash-object", *(["-w"] if write else []), "--stdin", f"--path={path}", stdin=data).text


def tree_entries(git: Git, commit: str | None, paths: list[str]) -> Entries:
    """The files among `paths` in a commit; nothing where there is no commit."""
    if commit is None:
        return {}
    lines = git.ask("ls-tree", "-z", "--full-tree", commit, "--", *paths).out.decode("utf-8", "surrogateescape")
    rows = [line.partition("\t") for line in lines.split("\0") if line]
    return {path: (facts.split(" ")[0], facts.split(" ")[2]) for facts, _, path in rows}


def index_entries(git: Git, paths: list[str], env: dict[str, str] | None = None) -> Entries:
    """The files among `paths` in the index; raises `AcceptRefused` for one with an unresolved conflict."""
    lines = git.ask("ls-files", "-s", "-z", "--", *paths, env=env).out.decode("utf-8", "surrogateescape")
    out: Entries = {}
    for facts, _, path in (line.partition("\t") for line in lines.split("\0") if line):
        mode, blob, stage = facts.split(" ")
        if stage != "0":
            raise AcceptRefused(
                "has a conflict that is not resolved", where=path, hint="Resolve it, `git add` it, then accept again"
            )
        out[path] = (mode, blob)
    return out


@contextmanager
def holding_index(git: Git, accept_id: str) -> Iterator[None]:
    """Keep other git commands from changing index or head, as `git commit` does while its hooks run.

    The lock file is made by linking one that holds our id, so that what a kill leaves is known for ours in any case.
    """
    lock, token = lock_path(git), _own(git, accept_id, "token")
    token.write_text(accept_id, encoding="ascii")
    try:
        end = time.monotonic() + INDEX_WAIT_SECONDS
        while not _link(token, lock, accept_id):
            if time.monotonic() >= end:
                raise AcceptRefused(
                    "another git command is at work here",
                    where=str(lock),
                    hint="Let it finish. If there is none, remove this file",
                )
            time.sleep(_PAUSE)
        try:
            yield
        finally:
            if holds_id(lock, accept_id):
                lock.unlink(missing_ok=True)
    finally:
        token.unlink(missing_ok=True)


def lock_path(git: Git) -> Path:
    """The lock file of the user's index."""
    return git.index_path.with_name("index.lock")


def holds_id(lock: Path, accept_id: str) -> bool:
    """Whether a lock file of the index was made by this accept."""
    try:
        return lock.read_bytes() == accept_id.encode("ascii")
    except OSError:
        return False


def make_commit(git: Git, plan: AcceptPlan, journal: Journal, handle: int) -> Ran:
    """Commit the files on top of the head. Gives what git and its hooks said; the user's index is not touched.

    `handle` is inherited by git and its hooks, so that the end of the last of them can be waited for.
    """
    index = _own(git, plan.id, "commit")
    env = {"GIT_INDEX_FILE": str(index)}
    if git.index_path.exists():
        shutil.copyfile(git.index_path, index)  # knows which files are unchanged, so that git need not read them all
    base = ["--empty"] if journal.head is None else ["-m", journal.head]
    if not git.run("read-tree", *base, env=env).ok:
        index.unlink(missing_ok=True)
        git.ask("read-tree", *base[-1:], env=env)
    modes = tree_entries(git, journal.head, journal.paths)
    blobs = {file.path: blob_id(git, file.path, file.after, write=True) for file in journal.files}
    put_entries(git, {path: (modes.get(path, ("100644", ""))[0], blob) for path, blob in blobs.items()}, env)
    quiet = ["-c", "gc.auto=0", "-c", "maintenance.auto=false"]  # nothing of ours may run on behind the user's back
    language = {name: os.environ.get(name, "") for name in ("LC_ALL", "LANGUAGE")}  # hooks are the user's own
    return git.run(
        *quiet,
        *("commit", "--quiet", "--cleanup=whitespace", "-F", "-"),
        stdin=plan.message.encode("utf-8", "replace"),
        env={**env, **language},
        inherit=(handle,),
    )


def put_entries(git: Git, entries: Entries, env: dict[str, str]) -> None:
    """Set files in an index."""
    lines = "".join(f"{mode} {blob}\t{path}\0" for path, (mode, blob) in entries.items())
    git.ask("update-index", "--add", "-z", "--index-info", env=env, stdin=lines.encode("utf-8", "surrogateescape"))


def update_index(git: Git, accept_id: str, parent: str | None, commit: str, paths: list[str]) -> None:
    """Let the user's index know the files of a commit, where it still has what was there before it.

    To be called while the index is held. Entries that the user changed meanwhile stay theirs.
    """
    wanted = tree_entries(git, commit, paths)
    before = tree_entries(git, parent, paths)
    now = index_entries(git, paths)
    stale = {
        path: entry for path, entry in wanted.items() if now.get(path) == before.get(path) and now.get(path) != entry
    }
    if not stale:
        return
    work = _own(git, accept_id, "index")
    env = {"GIT_INDEX_FILE": str(work)}
    if git.index_path.exists():
        shutil.copyfile(git.index_path, work)
        shutil.copymode(git.index_path, work)
    put_entries(git, stale, env)
    git.run("update-index", "-q", "--refresh", env=env)
    os.replace(work, git.index_path)


def clear_own(git: Git, accept_id: str) -> None:
    """Remove what an accept left in the git folder: its indexes and tokens, and the lock of the index if it is ours."""
    if holds_id(lock_path(git), accept_id):
        lock_path(git).unlink(missing_ok=True)
    for path in git.dirs[0].glob(f"tracefix-{accept_id}.*"):
        path.unlink(missing_ok=True)


def clear_ref_locks(git: Git, branch: str, since: float, patience: float = 1.0) -> None:
    """Remove locks on the head and the branch that a killed git left. A living git holds them for milliseconds."""
    folder, shared = git.dirs
    locks = [folder / "HEAD.lock", shared / f"{branch}.lock", shared / "reftable" / "tables.list.lock"]
    seen = {lock: mark for lock in locks if (mark := _mark(lock)) is not None}
    end = time.monotonic() + patience
    while seen and time.monotonic() < end:
        time.sleep(_PAUSE)
        seen = {lock: mark for lock, mark in seen.items() if _mark(lock) == mark}
    for lock, (_, modified) in seen.items():
        if modified >= since - 1:
            lock.unlink(missing_ok=True)


def _mark(path: Path) -> tuple[int, float] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_ino, stat.st_mtime


def _own(git: Git, accept_id: str, kind: str) -> Path:
    return git.dirs[0] / f"tracefix-{accept_id}.{kind}"


def _link(token: Path, lock: Path, accept_id: str) -> bool:
    """Make the lock; False while somebody else has it."""
    try:
        os.link(token, lock)
    except FileExistsError:
        return holds_id(lock, accept_id)
    except OSError:  # a file system without links
        try:
            with lock.open("x", encoding="ascii") as file:
                file.write(accept_id)
        except FileExistsError:
            return False
    return True
