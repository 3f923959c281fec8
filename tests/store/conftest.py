"""A real repository with somebody's work in it, as an accept finds it."""

from __future__ import annotations

import os
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tracefix_tui.model.case import Case
from tracefix_tui.store.accept import AcceptPlan, plan
from tracefix_tui.store.workspace import Workspace

BASE = "name: answer\nmodel: offline/extractive\nmessages:\n  - role: system\n    content: Answer.\n"
FIXED = BASE.replace("Answer.", "Answer from the context.")


@dataclass
class Repository:
    """A git repository with staged, dirty and untracked files that belong to its user."""

    root: Path

    @property
    def workspace(self) -> Workspace:
        return Workspace.find(self.root)

    def git(self, *args: str, check: bool = True) -> str:
        return subprocess.run(["git", *args], cwd=self.root, capture_output=True, text=True, check=check).stdout

    def write(self, path: str, text: str) -> Path:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        return target

    def hook(self, name: str, script: str) -> None:
        path = self.write(f".git/hooks/{name}", "#!/bin/sh\n" + script)
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def users_own(self) -> tuple[dict[str, str], list[str], str]:
        """The user's files, and the index apart from prompts."""
        files = {p.name: p.read_text() for p in self.root.glob("*.txt")}
        index = [line for line in self.git("ls-files", "-s").splitlines() if "\tprompts/" not in line]
        return files, index, self.git("diff", "--cached", "--", ":!prompts")

    def plan(self, case: str | None = "opened-box", text: str | None = FIXED, **rest: object) -> AcceptPlan:
        made = Case(name=case, prompt="answer", messages=[{"role": "user", "content": "How long?"}]) if case else None
        return plan(self.workspace, prompt="answer", prompt_text=text, case=made, **rest)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def plain_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Git without the settings of whoever runs the tests."""
    for name in [n for n in os.environ if n.startswith("GIT_")]:
        monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    root = tmp_path / "repo"
    root.mkdir()
    made = Repository(root.resolve())
    made.git("init", "-q", "-b", "main")
    for key, value in (("user.name", "Ada"), ("user.email", "ada@example.invalid"), ("commit.gpgsign", "false")):
        made.git("config", key, value)
    made.write("prompts/answer.prompt.yml", BASE)
    for name in ("committed", "staged", "dirty"):
        made.write(f"{name}.txt", f"{name}, as committed\n")
    made.git("add", "-A")
    made.git("commit", "-qm", "base")
    made.write("staged.txt", "staged\n")
    made.git("add", "staged.txt")
    made.write("staged.txt", "staged, and more\n")
    made.write("dirty.txt", "dirty\n")
    made.write("untracked.txt", "untracked\n")
    return made
