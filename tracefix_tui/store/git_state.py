"""What state the user's repository is in, as far as a commit depends on it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from tracefix_tui.model.errors import AcceptRefused
from tracefix_tui.store.git_command import Git
from tracefix_tui.store.workspace import Workspace

_UNDER_WAY = {
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase",
    "MERGE_HEAD": "a merge",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
    "SQUASH_MSG": "a squash merge",
    "MERGE_MSG": "a merge, cherry-pick or revert",
}
_COMMIT_HOOKS = ("pre-commit", "prepare-commit-msg", "commit-msg", "post-commit", "reference-transaction")


@dataclass(frozen=True)
class GitState:
    """`ref` is None on a detached head, `head` None before the first commit; `under_way` names an unfinished merge."""

    ref: str | None
    head: str | None
    identity: str | None
    under_way: str
    hooks: tuple[str, ...]

    @property
    def branch(self) -> str | None:
        """The name of the branch."""
        return None if self.ref is None else self.ref.removeprefix("refs/heads/")

    def refusal(self) -> AcceptRefused | None:
        """Why nothing can be committed now, with what to do; None when it can."""
        if self.ref is None:
            return AcceptRefused(
                "the head is detached, so a commit would belong to no branch",
                hint="Run `git switch -c NAME` to make a branch here, or `git switch BRANCH`, then accept again",
            )
        if self.under_way:
            return AcceptRefused(
                f"{self.under_way} is not finished",
                hint="Finish or abort it (`git status` says how), then accept again",
            )
        if self.identity is None:
            hint = 'Run `git config user.name "Your Name"` and `git config user.email you@example.com`, then try again'
            return AcceptRefused("git does not know who you are", hint=hint)
        return None


def git_state(git: Git) -> GitState:
    """The state of a repository now; raises `GitFailed` where git cannot read it (damaged, owned by another user)."""
    folder, _ = git.dirs
    branch = git.run("symbolic-ref", "--quiet", "HEAD")
    head = git.run("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    committer = git.run("var", "GIT_COMMITTER_IDENT")
    author = git.run("var", "GIT_AUTHOR_IDENT") if committer.ok else committer
    return GitState(
        ref=branch.text if branch.ok else None,
        head=head.text if head.ok else None,
        identity=author.text.rpartition(">")[0] + ">" if author.ok else None,
        under_way=next((words for name, words in _UNDER_WAY.items() if (folder / name).exists()), ""),
        hooks=_hooks(git),
    )


def no_repository(workspace: Workspace) -> AcceptRefused:
    """The refusal where there is no repository."""
    return AcceptRefused(
        "not a git repository",
        where=str(workspace.root),
        hint="An accepted prompt is a commit: run `git init` there first",
    )


def _hooks(git: Git) -> tuple[str, ...]:
    folder = git.root / Path(git.ask("rev-parse", "--git-path", "hooks").text)
    return tuple(name for name in _COMMIT_HOOKS if os.access(folder / name, os.X_OK) and (folder / name).is_file())
