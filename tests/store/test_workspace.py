"""The workspace: found by walking up, made on the first write."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.store.conftest import Repository
from tracefix_tui.model.errors import StoreError
from tracefix_tui.store.names import check_name, slug
from tracefix_tui.store.workspace import Workspace


def test_the_root_is_the_work_tree_around(repo: Repository, tmp_path: Path) -> None:
    deep = repo.root / "a/b"
    deep.mkdir(parents=True)
    found = Workspace.find(deep)
    assert (found.root, found.is_repository) == (repo.root, True)
    assert Workspace.find(repo.write("a/file.json", "{}")).root == repo.root
    assert found.prompts_dir == repo.root / "prompts"
    assert found.golden_files_dir == repo.root / "prompts/golden"
    repo.git("worktree", "add", "-q", str(tmp_path / "tree"))
    assert Workspace.find(tmp_path / "tree").root == (tmp_path / "tree").resolve()


def test_without_a_repository_the_root_is_where_one_is(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()  # an empty folder is no repository
    found = Workspace.find(tmp_path)
    assert (found.root, found.is_repository) == (tmp_path.resolve(), False)


def test_the_state_folder_hides_itself_from_git(repo: Repository) -> None:
    assert not repo.workspace.state_dir.exists()
    repo.workspace.make_state_dir("drafts")
    assert ".tracefix" not in repo.git("status", "--porcelain", "--untracked-files=all")
    (repo.root / ".tracefix/.gitignore").write_text("")  # as a process leaves it that is killed while writing it
    repo.workspace.make_state_dir()
    assert (repo.root / ".tracefix/.gitignore").read_text() == "*\n"


def test_where_nothing_can_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / ".tracefix").write_text("")
    with pytest.raises(StoreError, match="cannot write here"):
        Workspace(tmp_path).make_state_dir()


def test_slugs_are_names() -> None:
    for text in (
        "Opened box, day 45!",
        "",
        "日本",
        "../../etc",
        "con",
        "x" * 500,
        "a " * 500,
        os.sep,
        "NUL",
        "-",
        "com1",
    ):
        assert check_name(slug(text)) == slug(text)
    assert slug("Opened box, day 45!") == "opened-box-day-45"
