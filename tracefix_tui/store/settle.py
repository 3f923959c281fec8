"""The end of an accept, reached by its own process or by the next one: finished when its commit exists, else undone."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from tracefix_tui.store.case_file import parse_case
from tracefix_tui.store.commit import clear_own, clear_ref_locks, holding_index, tree_entries, update_index
from tracefix_tui.store.files import write_atomic
from tracefix_tui.store.git_command import Git
from tracefix_tui.store.golden import GoldenStore
from tracefix_tui.store.journal import Journal, JournalFile, end, wait_for_children
from tracefix_tui.store.workspace import Workspace

_LOOK_BACK = 200
_LONGEST_HOOK = 600.0


@dataclass(frozen=True)
class Settled:
    """How an accept ended: its commit, or None when it was undone; `notes` are facts the user should know."""

    commit: str | None
    notes: tuple[str, ...] = ()


class StillRunning(Exception):
    """The git that an accept started, or one of its hooks, is still at work."""


def settle(workspace: Workspace, journal: Journal, wait: float | None, *, own: bool) -> Settled:
    """Finish or undo an accept and remove its journal. May be killed at any point and called again.

    To be called with the accept lock held. `own` is set by the accept itself, when it has just run: a file that then
    differs from both texts was changed by a hook, and is put aside; later it is the user's work, and stays.
    Raises `StillRunning` when git has not ended after `wait` seconds; None when it is known to have ended.
    """
    if wait is not None and not wait_for_children(workspace, wait) and time.time() - journal.started < _LONGEST_HOOK:
        raise StillRunning  # later, what holds the journal is a service that a hook has started
    git = Git(workspace.root) if workspace.is_repository else None
    commit = None
    if git is not None:
        clear_ref_locks(git, journal.branch, journal.started)
        commit = find_commit(git, journal)
    notes = finish(workspace, git, journal, commit) if git and commit else undo(workspace, journal, own)
    for file in journal.files:
        journal.temporary(workspace, file).unlink(missing_ok=True)
    if git is not None:
        clear_own(git, journal.id)
    end(workspace)
    return Settled(commit, tuple(notes))


def find_commit(git: Git, journal: Journal) -> str | None:
    """The commit of an accept: the one with its id, else one made since whose files are the very same.

    A hook may rewrite the message, and the user may commit what a killed accept had written.
    """
    tips = [t for t in (journal.branch, "HEAD") if git.run("rev-parse", "--verify", "--quiet", f"{t}^{{commit}}").ok]
    if not tips:
        return None
    since = [f"^{journal.head}"] if journal.head else []
    found = git.ask(
        "log", "--no-show-signature", "--format=%H", "-F", f"--grep={journal.mark}", *tips, *since, "--"
    ).text
    if found:
        return found.split("\n")[-1]
    for commit in git.ask("rev-list", f"--max-count={_LOOK_BACK}", "--reverse", *tips, *since, "--").text.split():
        entries = tree_entries(git, commit, journal.paths)
        if all(file.path in entries and entries[file.path][1] == file.blob for file in journal.files):
            return commit
    return None


def finish(workspace: Workspace, git: Git, journal: Journal, commit: str) -> list[str]:
    """Write the golden row of a commit and let the user's index know its files; both may be done already."""
    notes: list[str] = []
    entries = tree_entries(git, commit, journal.paths)
    changed = [f for f in journal.files if f.path not in entries or entries[f.path][1] != f.blob]
    notes += [f"a hook changed {file.path}; the commit holds it as the hook left it" for file in changed]
    if journal.case:
        text = journal.case
        if journal.files[-1] in changed and journal.files[-1].path in entries:
            text = git.ask("cat-file", "blob", entries[journal.files[-1].path][1]).text
        GoldenStore(workspace).add(parse_case(text, journal.files[-1].path), replace=True, accept_id=journal.id)
    parent = git.run("rev-parse", "--verify", "--quiet", f"{commit}^")
    before = parent.text if parent.ok else None
    held = git.ask("diff-tree", "--root", "-r", "-z", "--name-only", "--no-commit-id", commit).out
    paths = [path for path in held.decode("utf-8", "surrogateescape").split("\0") if path]
    notes += [f"a hook added {path} to the commit" for path in paths if path not in journal.paths]
    with holding_index(git, journal.id):
        update_index(git, journal.id, before, commit, paths)
    return notes


def undo(workspace: Workspace, journal: Journal, own: bool) -> list[str]:
    """Bring the files back to what they were before the accept; everything else was never touched."""
    notes: list[str] = []
    for file in journal.files:
        notes += _undo_file(workspace, journal, file, own)
    for folder in reversed(journal.made):
        try:
            (workspace.root / folder).rmdir()
        except OSError:
            continue  # not empty, so it is somebody's
    if journal.case and not own:  # a row is there only when a commit was made, and taken back before this start
        GoldenStore(workspace).remove_accepted(journal.id)
    return notes


def _undo_file(workspace: Workspace, journal: Journal, file: JournalFile, own: bool) -> list[str]:
    path = workspace.root / file.path
    now = path.read_bytes() if path.is_file() else None
    notes: list[str] = []
    if now == file.before:
        return notes
    if now != file.after:
        if not own:
            return [f"{file.path} was edited after the interruption and stays as it is"]
        if now is not None:
            notes.append(f"a hook changed {file.path}; its text is in {_aside(workspace, journal, path, now)}")
    if file.before is None:
        path.unlink(missing_ok=True)
    else:
        write_atomic(path, file.before, temporary=journal.temporary(workspace, file))
    return notes


def _aside(workspace: Workspace, journal: Journal, path: Path, data: bytes) -> str:
    kept = workspace.make_state_dir("aside") / f"{journal.id[:8]}-{path.name}"
    kept.write_bytes(data)
    return workspace.relative(kept)
