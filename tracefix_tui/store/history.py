"""The history of a prompt: its versions are git commits; what each changed and why is in the commit's trailers."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from tracefix_tui.model.errors import StoreError
from tracefix_tui.model.json_value import JsonObject
from tracefix_tui.model.text import clip
from tracefix_tui.store.files import write_atomic
from tracefix_tui.store.git_command import Git, GitFailed
from tracefix_tui.store.workspace import Workspace

_FIELDS = ("%H", "%h", "%aI", "%an", "%s", "%(trailers:only,unfold)")


@dataclass(frozen=True)
class Version:
    """One commit of a prompt file. `date` is ISO 8601; `trailers` has one text per key (repeats joined by commas)."""

    commit: str
    short: str
    date: str
    author: str
    subject: str
    trailers: dict[str, str]
    added: int = 0
    removed: int = 0

    def to_public(self) -> JsonObject:
        """The fields as JSON."""
        return {**asdict(self), "trailers": dict(self.trailers)}


def versions(workspace: Workspace, name: str) -> tuple[Version, ...]:
    """The versions of a prompt on the current branch, the newest first; none where nothing was committed yet."""
    git, path = _repository(workspace), prompt_file(workspace, name)
    if not git.run("rev-parse", "--verify", "--quiet", "HEAD").ok:
        return ()
    format = "".join(field + "%x00" for field in _FIELDS)
    ran = git.ask(
        "log", "--no-color", "--no-show-signature", "--no-ext-diff", "--numstat", f"--format={format}", "--", path
    )
    return _parsed(ran.text)


def text_at(workspace: Workspace, name: str, rev: str) -> str:
    """The prompt file as it was committed at a revision; raises `StoreError` where it did not exist then."""
    git, path = _repository(workspace), prompt_file(workspace, name)
    return _blob(git, path, commit_of(workspace, rev), rev).decode("utf-8", "replace")


def diff_between(workspace: Workspace, name: str, old: str, new: str | None = None) -> str:
    """A unified diff of the prompt file between two revisions, or from one to the work tree."""
    git, path = _repository(workspace), prompt_file(workspace, name)
    revs = [commit_of(workspace, rev) for rev in (old, new) if rev is not None]
    return git.ask("diff", "--no-color", "--no-ext-diff", "--no-textconv", *revs, "--", path).text


def restore_version(workspace: Workspace, name: str, rev: str) -> Path:
    """Write the prompt file of a revision into the work tree, and only there.

    Raises `StoreError` where changes that were never committed would be lost.
    """
    git, path = _repository(workspace), prompt_file(workspace, name)
    commit = commit_of(workspace, rev)
    data = _blob(git, path, commit, rev, filters=True)
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


def _blob(git: Git, path: str, commit: str, rev: str, *, filters: bool = False) -> bytes:
    kind = "--filters" if filters else "blob"
    ran = git.run("cat-file", kind, f"{commit}:{path}")
    if not ran.ok:
        raise StoreError(
            f"not there at {clip(rev, 60)}", where=path, hint="`tracefix-tui history NAME` lists its versions"
        )
    return ran.out


def _parsed(text: str) -> tuple[Version, ...]:
    """Commits from `git log`: fields end with NUL, which no commit can hold; the line counts follow the last field."""
    parts = text.split("\0")
    count = len(_FIELDS)
    out: list[Version] = []
    for start in range(0, len(parts) - 1, count):
        commit, short, date, author, subject, trailers = parts[start : start + count]
        counts = parts[start + count].strip("\n").split("\n")[0].split("\t")
        added, removed = (int(n) if n.isdigit() else 0 for n in counts[:2]) if len(counts) > 2 else (0, 0)
        out.append(
            Version(
                commit.strip().rpartition("\n")[2], short, date, author, subject, _trailers(trailers), added, removed
            )
        )
    return tuple(out)


def _trailers(text: str) -> dict[str, str]:
    out: dict[str, str] = {}
    for line in text.splitlines():
        key, colon, value = line.partition(":")
        if colon:
            before = out.get(key.strip())
            out[key.strip()] = f"{before}, {value.strip()}" if before else value.strip()
    return out
