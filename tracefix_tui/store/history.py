"""The history of a prompt: its versions are git commits; what each changed and why is in the commit's trailers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from tracefix_tui.model.errors import StoreError
from tracefix_tui.model.json_value import JsonObject
from tracefix_tui.model.text import clip
from tracefix_tui.store.files import write_atomic
from tracefix_tui.store.git_command import Git, GitFailed
from tracefix_tui.store.workspace import Workspace

_LOG = ("log", "--no-color", "--no-show-signature", "--no-ext-diff", "--numstat")
_MOST_NAMES = 20
_DIFF = ("diff", "--no-color", "--no-ext-diff", "--no-textconv")
_FIELDS = ("%H", "%h", "%aI", "%an", "%s", "%(trailers:only,unfold)")


@dataclass(frozen=True)
class Version:
    """One commit of a prompt file. `date` is ISO 8601; `trailers` has one text per key (repeats joined by commas).

    `path` is what the file was called in it.
    """

    commit: str
    short: str
    date: str
    author: str
    subject: str
    trailers: dict[str, str]
    added: int = 0
    removed: int = 0
    path: str = ""

    def to_public(self) -> JsonObject:
        """The fields as JSON."""
        return {**asdict(self), "trailers": dict(self.trailers)}


def versions(workspace: Workspace, name: str) -> tuple[Version, ...]:
    """The versions of a prompt on the current branch, the newest first, with those under names it had before."""
    git, path = _repository(workspace), prompt_file(workspace, name)
    if not git.run("rev-parse", "--verify", "--quiet", "HEAD").ok:
        return ()
    return tuple(_versions(git, path))


def text_at(workspace: Workspace, name: str, rev: str) -> str:
    """The prompt file as it was committed at a revision; raises `StoreError` where it did not exist then."""
    git, path = _repository(workspace), prompt_file(workspace, name)
    commit = commit_of(workspace, rev)
    return _blob(git, _path_at(git, path, commit), commit, rev).decode("utf-8", "replace")


def diff_between(workspace: Workspace, name: str, old: str, new: str | None = None) -> str:
    """A unified diff of the prompt file between two revisions, or from one to the work tree."""
    git, path = _repository(workspace), prompt_file(workspace, name)
    commits = [commit_of(workspace, rev) for rev in (old, new) if rev is not None]
    paths = [_path_at(git, path, commit) for commit in commits]
    if set(paths) == {path}:
        return git.ask(*_DIFF, *commits, "--", path).text
    named = [f"{commit}:{held}" for commit, held in zip(commits, paths, strict=True)]
    return git.ask(*_DIFF, *named, "--", *([path] if new is None else [])).text


def restore_version(workspace: Workspace, name: str, rev: str) -> Path:
    """Write the prompt file of a revision into the work tree, and only there.

    Raises `StoreError` where changes that were never committed would be lost.
    """
    git, path = _repository(workspace), prompt_file(workspace, name)
    commit = commit_of(workspace, rev)
    data = _blob(git, _path_at(git, path, commit), commit, rev, filters=True)
    target = workspace.root / path
    if target.exists() and target.read_bytes() != data and git.ask("status", "--porcelain", "--", path).out:
        raise StoreError(
            "has changes that are not committed",
            where=path,
            hint="Commit them, or put them aside with `git stash`, then try again",
        )
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(target, data)
    except OSError as error:
        raise StoreError(
            f"cannot write: {error.strerror or error}", where=path, hint="Give yourself write access"
        ) from error
    return target


def commit_of(workspace: Workspace, rev: str) -> str:
    """The full id of the commit that a revision names; raises `StoreError` for one that names none."""
    ran = _repository(workspace).run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{rev}^{{commit}}")
    if not ran.ok:
        raise StoreError(
            f"no revision {clip(rev, 60)!r}", hint="`tracefix-tui history NAME` lists the versions of a prompt"
        )
    return ran.text


def prompt_file(workspace: Workspace, name: str) -> str:
    """The path of a prompt file below the root; raises `PromptInvalid` for a name that leaves the folder."""
    from tracefix_tui.prompts.names import prompt_path

    return workspace.relative(prompt_path(workspace.prompts_dir, name))


def _repository(workspace: Workspace) -> Git:
    if not workspace.is_repository:
        raise GitFailed(
            "not a git repository",
            where=str(workspace.root),
            hint="Versions are git commits: run `git init` there first",
        )
    return Git(workspace.root)


def _path_at(git: Git, path: str, commit: str) -> str:
    """What the prompt file was called in a commit; its name of today where it cannot be found there."""
    if git.run("cat-file", "-e", f"{commit}:{path}").ok or not git.run("rev-parse", "--verify", "--quiet", "HEAD").ok:
        return path
    others = dict.fromkeys(version.path for version in _versions(git, path))
    return next((other for other in others if git.run("cat-file", "-e", f"{commit}:{other}").ok), path)


def _versions(git: Git, path: str) -> Iterator[Version]:
    """The versions from the head on; where a commit renamed the file, those under its old name follow.

    Not by git's own `--follow`, which takes a new file that resembles another one for a copy and goes on with that.
    """
    format, start = "".join(field + "%x00" for field in _FIELDS), "HEAD"
    for _ in range(_MOST_NAMES):
        found = _parsed(git.ask(*_LOG, f"--format={format}", start, "--", path).text, path)
        yield from found[:-1]
        if not found:
            return
        first = found[-1]
        before = _renamed_from(git, first.commit, path)
        if before is None:
            yield first
            return
        counts = git.ask("diff", "-M", "--numstat", f"{first.commit}^", first.commit, "--", before, path).text
        added, removed = _counts(counts)
        yield replace(first, added=added, removed=removed)
        path, start = before, f"{first.commit}^"


def _renamed_from(git: Git, commit: str, path: str) -> str | None:
    """What the file was called before a commit that gave it its name; None where the commit made it."""
    ran = git.ask("diff-tree", "-r", "-M", "--diff-filter=R", "--no-commit-id", "--name-status", "-z", commit)
    parts = ran.out.decode("utf-8", "surrogateescape").split("\0")
    return next((old for old, new in zip(parts[1::3], parts[2::3], strict=False) if new == path), None)


def _blob(git: Git, path: str, commit: str, rev: str, *, filters: bool = False) -> bytes:
    kind = "--filters" if filters else "blob"
    ran = git.run("cat-file", kind, f"{commit}:{path}")
    if not ran.ok:
        raise StoreError(
            f"not there at {clip(rev, 60)}", where=path, hint="`tracefix-tui history NAME` lists its versions"
        )
    return ran.out


def _parsed(text: str, path: str) -> list[Version]:
    """Commits from `git log`: fields end with NUL, which no commit can hold; the line counts follow the last field."""
    parts = text.split("\0")
    count = len(_FIELDS)
    out: list[Version] = []
    for start in range(0, len(parts) - 1, count):
        commit, short, date, author, subject, trailers = parts[start : start + count]
        counts = _counts(parts[start + count])
        told = (commit.strip().rpartition("\n")[2], short, date, author, subject, _trailers(trailers))
        out.append(Version(*told, *counts, path))
    return out


def _counts(text: str) -> tuple[int, int]:
    """Lines added and removed, from the first line of `--numstat`."""
    counts = text.strip("\n").split("\n")[0].split("\t")
    added, removed = (int(n) if n.isdigit() else 0 for n in counts[:2]) if len(counts) > 2 else (0, 0)
    return added, removed


def _trailers(text: str) -> dict[str, str]:
    out: dict[str, str] = {}
    for line in text.splitlines():
        key, colon, value = line.partition(":")
        if colon:
            before = out.get(key.strip())
            out[key.strip()] = f"{before}, {value.strip()}" if before else value.strip()
    return out
