"""Versions of a prompt are commits, with what stands in their trailers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.store.conftest import BASE, FIXED, Repository
from tracefix_tui.model.errors import BadInput, PromptInvalid, StoreError
from tracefix_tui.store.accept import accept
from tracefix_tui.store.history import diff_between, restore_version, text_at, versions
from tracefix_tui.store.workspace import Workspace


def test_versions_tell_who_when_why_and_how_much(repo: Repository) -> None:
    done = accept(repo.plan(message="use the context", trace_id="t1", failure_modes=["a", "b"]))
    repo.write("other.txt", "no version of the prompt")
    repo.git("add", "other.txt")
    repo.git("commit", "-qm", "other")
    newest, first = versions(repo.workspace, "answer")
    assert (newest.commit, newest.subject, newest.author) == (done.commit, "use the context", "Ada")
    assert (newest.added, newest.removed, first.added) == (1, 1, 5)
    assert newest.trailers["Failure-Mode"] == "a, b"
    assert newest.trailers["Golden-Case"] == "answer/opened-box"
    assert (first.subject, first.trailers) == ("base", {})
    assert newest.commit.startswith(newest.short) and newest.date[:2] == "20"
    assert newest.to_public()["trailers"] == newest.trailers


def test_strange_messages_are_read_whole(repo: Repository) -> None:
    repo.write("prompts/answer.prompt.yml", FIXED)
    subject = "a\x1e\x1f\x1d \x1b[31m 日本\nDone: no"
    repo.git("commit", "-qam", f"{subject}\n\nReviewed-by: A\nReviewed-by: B\nLong: one\n  two")
    newest, _ = versions(repo.workspace, "answer")
    assert newest.subject == subject.replace("\n", " ")
    assert newest.trailers == {"Reviewed-by": "A, B", "Long": "one two"}


def test_texts_and_differences_of_revisions(repo: Repository) -> None:
    accept(repo.plan())
    assert text_at(repo.workspace, "answer", "HEAD~1") == BASE
    assert text_at(repo.workspace, "answer", "HEAD") == FIXED
    lines = diff_between(repo.workspace, "answer", "HEAD~1", "HEAD").splitlines()
    assert [line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")] == [
        "-    content: Answer.",
        "+    content: Answer from the context.",
    ]
    assert diff_between(repo.workspace, "answer", "HEAD") == ""


def test_restore_writes_the_file_and_commits_nothing(repo: Repository) -> None:
    accept(repo.plan())
    head, index = repo.git("rev-parse", "HEAD"), repo.git("ls-files", "-s")
    path = restore_version(repo.workspace, "answer", "HEAD~1")
    assert path.read_text() == BASE
    assert (repo.git("rev-parse", "HEAD"), repo.git("ls-files", "-s")) == (head, index)
    repo.write("prompts/answer.prompt.yml", BASE + "# mine\n")
    with pytest.raises(StoreError, match="not committed"):
        restore_version(repo.workspace, "answer", "HEAD")
    assert path.read_text() == BASE + "# mine\n"


@pytest.mark.parametrize("rev", ["nonsense", "--output=/tmp/x", "-p", "", "HEAD~9", "HEAD:prompts"])
def test_revisions_that_name_no_commit(repo: Repository, rev: str) -> None:
    with pytest.raises(StoreError, match="no revision"):
        text_at(repo.workspace, "answer", rev)
    with pytest.raises(StoreError, match="no revision"):
        diff_between(repo.workspace, "answer", rev, "HEAD")


def test_prompts_without_versions(repo: Repository, tmp_path: Path) -> None:
    assert versions(repo.workspace, "absent") == ()
    with pytest.raises(StoreError, match="not there at HEAD"):
        text_at(repo.workspace, "absent", "HEAD")
    with pytest.raises(PromptInvalid):
        versions(repo.workspace, "../secrets")
    with pytest.raises(BadInput, match="not a git repository"):
        versions(Workspace(tmp_path), "answer")
    empty = Repository(tmp_path / "empty")
    empty.root.mkdir()
    empty.git("init", "-q")
    assert versions(empty.workspace, "answer") == ()


def test_a_prompt_that_was_renamed_keeps_its_history(repo: Repository) -> None:
    repo.write("prompts/old.prompt.yml", BASE)
    repo.git("add", "prompts/old.prompt.yml")
    repo.git("commit", "-q", "-m", "Begin", "prompts/old.prompt.yml")
    repo.git("mv", "prompts/old.prompt.yml", "prompts/new.prompt.yml")
    repo.git("commit", "-q", "-m", "Rename", "prompts")
    repo.write("prompts/new.prompt.yml", FIXED)
    repo.git("commit", "-q", "-m", "Fix", "prompts")
    found = versions(repo.workspace, "new")
    assert [(v.subject, Path(v.path).name) for v in found] == [
        ("Fix", "new.prompt.yml"),
        ("Rename", "new.prompt.yml"),
        ("Begin", "old.prompt.yml"),
    ]
    assert [(v.added, v.removed) for v in found][:2] == [(1, 1), (0, 0)]
    first = found[-1].commit
    assert text_at(repo.workspace, "new", first) == BASE
    for newer in ("HEAD", None):
        assert "+    content: Answer from the context." in diff_between(repo.workspace, "new", first, newer)
    assert restore_version(repo.workspace, "new", first).read_text(encoding="utf-8") == BASE
    with pytest.raises(StoreError, match="not there at"):
        text_at(repo.workspace, "other", "HEAD")


def test_a_prompt_that_resembles_another_has_its_own_history(repo: Repository) -> None:
    repo.write("prompts/twin.prompt.yml", BASE)
    repo.git("add", "prompts/twin.prompt.yml")
    repo.git("commit", "-q", "-m", "Copy", "prompts/twin.prompt.yml")
    assert [v.subject for v in versions(repo.workspace, "twin")] == ["Copy"]
