"""The workspace: where prompts, golden cases and the tool's own state live."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tracefix_tui.model.errors import StoreError


@dataclass(frozen=True)
class Workspace:
    """A folder with prompts. Its state lies in `.tracefix/`, made on the first write and ignored by git."""

    root: Path

    @classmethod
    def find(cls, start: Path) -> Workspace:
        """The git work tree around `start`, else `start` itself. Looks at folders only and starts no git."""
        start = start.resolve()
        folder = start if start.is_dir() else start.parent
        for candidate in (folder, *folder.parents):
            if _holds_git(candidate):
                return cls(candidate)
        return cls(folder)

    @property
    def is_repository(self) -> bool:
        """The root is a git work tree."""
        return _holds_git(self.root)

    @property
    def prompts_dir(self) -> Path:
        """Where prompt files are: `prompts/`."""
        return self.root / "prompts"

    @property
    def golden_files_dir(self) -> Path:
        """Where case files are: `prompts/golden/PROMPT/CASE.json`."""
        return self.prompts_dir / "golden"

    @property
    def state_dir(self) -> Path:
        """Where databases, drafts and the accept journal are; it may not exist yet."""
        return self.root / ".tracefix"

    def relative(self, path: Path) -> str:
        """A path below the root as people and git write it, with forward slashes."""
        return path.relative_to(self.root).as_posix()

    def make_state_dir(self, *parts: str) -> Path:
        """The state folder, or a folder in it, made if need be. Raises `StoreError` where nothing can be written."""
        folder = self.state_dir.joinpath(*parts)
        ignore = self.state_dir / ".gitignore"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            # An empty file is what a process killed between opening and writing leaves.
            if not ignore.exists() or not ignore.stat().st_size:
                ignore.write_text("*\n", encoding="utf-8")
        except OSError as error:
            raise StoreError(
                f"cannot write here: {error.strerror or error}",
                where=str(folder),
                hint="Give yourself write access to the folder, or work in another one",
            ) from error
        return folder


def _holds_git(folder: Path) -> bool:
    """A `.git` folder, or the `.git` file of a linked work tree or submodule."""
    mark = folder / ".git"
    return (mark / "HEAD").is_file() or mark.is_file()
