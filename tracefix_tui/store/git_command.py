"""Running git: one thin door through GitPython, with the surroundings that make its answers the same everywhere."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType

from tracefix_tui.model.errors import BadInput

# Set inside hooks and by some tools, these make git look at another repository than the one of the work tree.
_REDIRECTS = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_NAMESPACE",
)


class GitFailed(BadInput):
    """git is not installed, or refused a question it always answers in a healthy repository."""


@dataclass(frozen=True)
class Ran:
    """What a git command did: its exit status, its output as bytes, and what it said on stderr."""

    status: int
    out: bytes
    err: str

    @property
    def ok(self) -> bool:
        """It exited with 0."""
        return self.status == 0

    @property
    def text(self) -> str:
        """The output as text, without the newline at its end."""
        return self.out.decode("utf-8", "replace").rstrip("\n")

    @property
    def said(self) -> str:
        """Everything it printed, for people."""
        return "\n".join(part for part in (self.err.strip(), self.text.strip()) if part)


@dataclass(frozen=True)
class Git:
    """git in one work tree. Paths given to commands are taken literally, relative to the root."""

    root: Path

    def run(
        self,
        *args: str,
        stdin: bytes | None = None,
        env: Mapping[str, str] | None = None,
        inherit: tuple[int, ...] = (),
    ) -> Ran:
        """Run a command; a failing one is an answer, not an exception. Raises `GitFailed` where git is not installed.

        `inherit` are file handles the command and its hooks hold open as well.
        """
        import tempfile

        git = _gitpython()
        extra = {"pass_fds": inherit} if inherit and os.name == "posix" else {}
        surroundings = {**self._own_repository, "GIT_TERMINAL_PROMPT": "0", **(env or {})}
        with tempfile.TemporaryFile() as file:
            if stdin is not None:
                file.write(stdin)
                file.seek(0)
            status, out, err = git.Git(str(self.root)).execute(
                ["git", "--literal-pathspecs", *args],
                istream=file,
                with_extended_output=True,
                with_exceptions=False,
                stdout_as_string=False,
                strip_newline_in_stdout=False,
                env=surroundings,
                **extra,
            )
        return Ran(status, out, err if isinstance(err, str) else err.decode("utf-8", "replace"))

    def ask(self, *args: str, env: Mapping[str, str] | None = None, stdin: bytes | None = None) -> Ran:
        """Like `run`, for what a healthy repository always answers; raises `GitFailed` with git's own words."""
        ran = self.run(*args, env=env, stdin=stdin)
        if not ran.ok:
            raise GitFailed(
                _first_line(ran.said) or f"git {args[0]} failed", where=str(self.root), hint="Run `git status` there"
            )
        return ran

    @cached_property
    def dirs(self) -> tuple[Path, Path]:
        """The git folder of this work tree, and the one it shares with other work trees."""
        both = self.ask("rev-parse", "--absolute-git-dir", "--git-common-dir").text.split("\n")
        return Path(both[0]), (self.root / both[1]).resolve()

    @property
    def index_path(self) -> Path:
        """The user's index file."""
        return self.dirs[0] / "index"

    @cached_property
    def _own_repository(self) -> dict[str, str]:
        """Settings that undo redirecting environment variables; empty in the usual case that there are none."""
        if not any(name in os.environ for name in _REDIRECTS):
            return {}
        mark = self.root / ".git"
        folder = mark
        if mark.is_file():
            folder = (self.root / mark.read_text(encoding="utf-8").removeprefix("gitdir:").strip()).resolve()
        shared = folder / "commondir"
        common = (folder / shared.read_text(encoding="utf-8").strip()).resolve() if shared.is_file() else folder
        return {
            "GIT_DIR": str(folder),
            "GIT_WORK_TREE": str(self.root),
            "GIT_INDEX_FILE": str(folder / "index"),
            "GIT_COMMON_DIR": str(common),
            "GIT_OBJECT_DIRECTORY": str(common / "objects"),
            "GIT_PREFIX": "",
            "GIT_NAMESPACE": "",
        }


def _gitpython() -> ModuleType:
    """The git module; 70 ms and a look for the git program, so it is imported on first use."""
    try:
        import git
    except ImportError as error:
        raise GitFailed("git is not installed, or not on the PATH", hint="Install git and try again") from error
    return git


def _first_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[0] if lines else ""
