"""Accept: prompt file, golden case and git commit as one act, all or nothing, whenever the process ends."""

from __future__ import annotations

import errno
import os
import time
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from tracefix_tui.model.errors import AcceptRefused, BadInput, StoreError
from tracefix_tui.model.json_value import JsonObject
from tracefix_tui.store.accept_plan import AcceptPlan, PlannedFile, plan
from tracefix_tui.store.files import sync_folder, write_synced
from tracefix_tui.store.git_command import GitFailed
from tracefix_tui.store.journal import Journal, begin, journal_path, read_journal
from tracefix_tui.store.locking import locked
from tracefix_tui.store.workspace import Workspace

if TYPE_CHECKING:
    from tracefix_tui.store.git_command import Git, Ran
    from tracefix_tui.store.settle import Settled

__all__ = ["AcceptPlan", "AcceptUnfinished", "Accepted", "PlannedFile", "accept", "plan", "recover"]

_TURN_SECONDS = 120.0
_INTERRUPTED_SECONDS = 60.0
_STARTING_SECONDS = 0.5
_SAID_LINES = 20


class AcceptUnfinished(StoreError):
    """The commit is made; the golden row or the index is written by the next start."""


@dataclass(frozen=True)
class Accepted:
    """What was written. Paths are below the root; `notes` are facts to tell, such as what a hook changed."""

    commit: str
    prompt_path: str
    case: str | None
    case_path: str | None
    notes: tuple[str, ...] = ()

    def to_public(self) -> JsonObject:
        """The answer of the `accept --json` contract."""
        return {"commit": self.commit, "prompt_path": self.prompt_path, "case": self.case, "case_path": self.case_path}


def accept(plan: AcceptPlan) -> Accepted:
    """Carry out a plan.

    Several processes take turns. Raises `AcceptRefused` when it cannot be done, and then nothing has changed; and
    `AcceptUnfinished` when the commit is made and the disk then takes nothing more: the next start writes the rest.
    """
    if plan.refusals:
        raise plan.refusals[0]
    workspace = plan.workspace
    try:
        with locked(workspace.make_state_dir() / "accept.lock", _TURN_SECONDS) as held:
            if not held:
                raise AcceptRefused("another accept is running here", hint="Let it finish, then accept again")
            before = _settle_left(workspace, _TURN_SECONDS)
            accepted = _accept_in_turn(plan)
    except AcceptUnfinished:
        raise
    except (GitFailed, StoreError) as error:
        raise AcceptRefused(error.what, where=error.where, hint=error.hint) from error
    except OSError as error:
        raise _os_words(error, workspace) from error
    return replace(accepted, notes=(*before, *accepted.notes)) if before else accepted


def recover(workspace: Workspace, wait: float = 10.0) -> list[str]:
    """Finish or undo what an interrupted accept left; gives lines for the user, none in the usual case.

    It costs one look at the disk when there is nothing to do. An accept that is still running is left to its process.
    """
    if not journal_path(workspace).exists():
        return []
    try:
        # a git that a killed process was just starting holds the lock for an instant longer than the process did
        with locked(workspace.state_dir / "accept.lock", _STARTING_SECONDS) as held:
            return _settle_left(workspace, wait) if held else []
    except (BadInput, OSError) as error:
        return [str(error)]


def _accept_in_turn(plan: AcceptPlan) -> Accepted:
    from tracefix_tui.store.commit import holding_index, make_commit
    from tracefix_tui.store.git_command import Git

    workspace, git = plan.workspace, Git(plan.workspace.root)
    journal = _prepared(git, plan)
    handle = begin(workspace, journal)
    ran: Ran | None = None
    try:
        with holding_index(git, plan.id):
            if git.run("rev-parse", "--verify", "--quiet", journal.branch).text != (journal.head or ""):
                raise AcceptRefused("another commit was made at this moment", hint="Accept again")
            _write_files(workspace, journal)
            ran = make_commit(git, plan, journal, handle)
    finally:
        os.close(handle)
        settled = _ended(workspace, journal, ran)
    return _accepted(plan, settled, ran)


def _prepared(git: Git, plan: AcceptPlan) -> Journal:
    """The journal of a plan that still holds; raises `AcceptRefused` where something has changed since it was made."""
    from tracefix_tui.store.commit import examine
    from tracefix_tui.store.git_state import git_state
    from tracefix_tui.store.golden import GoldenStore

    state = git_state(git)
    if refusal := state.refusal():
        raise refusal
    if state.ref is None or state.branch != plan.branch:
        raise AcceptRefused(f"the branch is now {state.branch}, it was {plan.branch}", hint="Look at the accept again")
    files = examine(git, state, plan)
    if plan.case is not None:
        store = GoldenStore(plan.workspace)
        if not plan.replaces and store.has(plan.case.prompt, plan.case.name):
            raise AcceptRefused(f"there is a case {plan.case.prompt}/{plan.case.name} now", hint="Choose another name")
        store.prepare()
    return Journal(
        id=plan.id,
        started=time.time(),
        branch=state.ref,
        head=state.head,
        files=files,
        made=_missing_folders(plan),
        case=plan.case_file.after.decode("utf-8") if plan.case_file else "",
    )


def _missing_folders(plan: AcceptPlan) -> tuple[str, ...]:
    parents = [p for file in plan.files for p in reversed(PurePosixPath(file.path).parents)]
    return tuple(dict.fromkeys(str(p) for p in parents if not (plan.workspace.root / p).is_dir()))


def _write_files(workspace: Workspace, journal: Journal) -> None:
    """Write all files beside their places first, so that a full disk changes none of them."""
    for folder in journal.made:
        (workspace.root / folder).mkdir(exist_ok=True)
    for file in journal.files:
        path = workspace.root / file.path
        mode = path.stat().st_mode & 0o777 if file.before is not None else None
        write_synced(journal.temporary(workspace, file), file.after, mode)
    for file in journal.files:
        if file.before != file.after:
            os.replace(journal.temporary(workspace, file), workspace.root / file.path)
        sync_folder((workspace.root / file.path).parent)


def _ended(workspace: Workspace, journal: Journal, ran: Ran | None) -> Settled:
    from tracefix_tui.store.settle import StillRunning, settle

    try:
        return settle(workspace, journal, None if ran else _INTERRUPTED_SECONDS, own=True)
    except StillRunning as error:
        raise AcceptRefused(
            "git is still running a hook", hint="The next start finishes or undoes the accept"
        ) from error
    except (BadInput, OSError) as error:
        if ran is None or not ran.ok:
            raise
        what = f"the commit is made, but the rest is not written yet: {error}"
        raise AcceptUnfinished(what, hint="The next start of tracefix-tui finishes it") from error


def _accepted(plan: AcceptPlan, settled: Settled, ran: Ran | None) -> Accepted:
    if settled.commit is None or ran is None:
        raise _refused_by_git(plan, ran)
    case_path = plan.case_file.path if plan.case_file else None
    name = plan.case.name if plan.case else None
    return Accepted(settled.commit, plan.prompt_path, name, case_path, settled.notes)


def _refused_by_git(plan: AcceptPlan, ran: Ran | None) -> AcceptRefused:
    said = "\n".join(ran.said.splitlines()[-_SAID_LINES:]) if ran else ""
    who = f"a hook or git ({', '.join(plan.hooks)})" if plan.hooks else "git"
    return AcceptRefused(
        f"{who} refused the commit{':' if said else ''}\n{said}".rstrip(),
        hint="\nNothing was changed. Correct what it names, then accept again",
    )


def _settle_left(workspace: Workspace, wait: float) -> list[str]:
    """Settle the accept of a process that is gone; raises `AcceptRefused` where that is not possible yet."""
    from tracefix_tui.store.settle import StillRunning, settle

    journal = read_journal(workspace)
    if journal is None:
        return []
    try:
        settled = settle(workspace, journal, wait, own=False)
    except StillRunning as error:
        raise AcceptRefused(
            "an interrupted accept still runs its git hooks", hint="Try again when they have ended"
        ) from error
    except (BadInput, OSError) as error:
        raise AcceptRefused(
            f"an interrupted accept could not be settled: {error}", hint="Correct this, then try again"
        ) from error
    if settled.commit is None:
        return ["an interrupted accept was undone; nothing of it is left", *settled.notes]
    return [f"an interrupted accept was finished: commit {settled.commit[:9]}", *settled.notes]


def _os_words(error: OSError, workspace: Workspace) -> AcceptRefused:
    where = str(error.filename or workspace.root)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return AcceptRefused(
            "the disk is full", where=where, hint="Nothing was changed. Free some space, then accept again"
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return AcceptRefused(
            "cannot be written", where=where, hint="Nothing was changed. Give yourself write access, then accept again"
        )
    return AcceptRefused(
        error.strerror or str(error), where=where, hint="Nothing was changed. Correct this, then accept again"
    )
