"""Accept as its user sees it: one commit, one case, and nothing else changed."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest

from tests.store.conftest import BASE, FIXED, Repository
from tracefix_tui.model.errors import AcceptRefused
from tracefix_tui.store.accept import Accepted, accept, recover
from tracefix_tui.store.golden import GoldenStore


def test_accept_commits_prompt_and_case_and_leaves_everything_else_alone(repo: Repository) -> None:
    before = repo.users_own()
    planned = repo.plan(
        message="answer: use the context\n\nWithout it the model guesses.",
        trace_id="7f3ac21e",
        span_id="s1",
        failure_modes=["contradicted"],
        checks=['contains "30 days"'],
    )
    assert planned.refusals == ()
    assert planned.summary == "1 commit (prompt +1 -1, case file +10), 1 golden row"
    done = accept(planned)

    assert done.to_public() == {
        "commit": repo.git("rev-parse", "HEAD").strip(),
        "prompt_path": "prompts/answer.prompt.yml",
        "case": "opened-box",
        "case_path": "prompts/golden/answer/opened-box.json",
    }
    assert done.notes == ()
    assert repo.git("show", "--name-only", "--format=", "HEAD").split() == [
        done.prompt_path and "prompts/answer.prompt.yml",
        done.case_path,
    ]
    assert repo.git("show", "HEAD:prompts/answer.prompt.yml") == FIXED == (repo.root / done.prompt_path).read_text()
    assert repo.git("log", "-1", "--format=%(trailers:only,unfold)").strip().splitlines() == [
        "Trace-Id: 7f3ac21e",
        "Span-Id: s1",
        "Failure-Mode: contradicted",
        "Golden-Case: answer/opened-box",
        'Checks: contains "30 days"',
        f"Tracefix-Accept: {planned.id}",
    ]
    assert GoldenStore(repo.workspace).get("answer", "opened-box") == planned.case
    assert repo.users_own() == before
    assert repo.git("status", "--porcelain", "--", "prompts") == ""
    assert repo.git("diff-files", "--name-only").split() == ["dirty.txt", "staged.txt"]
    assert leftovers(repo) == []


def test_the_first_commit_of_a_repository(tmp_path: Path) -> None:
    repo = Repository(tmp_path / "new")
    repo.root.mkdir()
    repo.git("init", "-q", "-b", "trunk")
    repo.git("config", "user.name", "Ada")
    repo.git("config", "user.email", "ada@example.invalid")
    repo.write("mine.txt", "mine\n")
    repo.git("add", "mine.txt")
    done = accept(repo.plan())
    assert repo.git("log", "--format=%H").split() == [done.commit]
    assert repo.git("ls-tree", "-r", "--name-only", "HEAD").split() == [done.prompt_path, done.case_path]
    assert repo.git("status", "--porcelain").splitlines() == ["A  mine.txt"]


def test_only_the_prompt_or_only_the_case(repo: Repository) -> None:
    first = accept(repo.plan(case=None))
    assert (first.case, first.case_path) == (None, None)
    assert GoldenStore(repo.workspace).count() == 0
    second = accept(repo.plan(text=None))
    assert repo.git("show", "--name-only", "--format=", "HEAD").split() == [second.case_path]
    with pytest.raises(AcceptRefused, match="nothing to commit"):
        accept(repo.plan(case=None))


def test_text_that_the_user_wrote_already_is_committed_as_it_is(repo: Repository) -> None:
    repo.write("prompts/answer.prompt.yml", FIXED)
    accept(repo.plan())
    assert repo.git("show", "HEAD:prompts/answer.prompt.yml") == FIXED
    repo.write("prompts/answer.prompt.yml", BASE)
    repo.git("add", "prompts")
    accept(repo.plan(case="second", text=BASE))
    assert repo.git("status", "--porcelain", "--", "prompts") == ""


def refused(repo: Repository, match: str, **rest: object) -> None:
    """The plan says why, accept raises it, and neither files, index, history nor dataset have changed."""
    state = snapshot(repo)
    planned = repo.plan(**rest)  # type: ignore[arg-type]
    assert [r for r in planned.refusals if match in str(r)], [str(r) for r in planned.refusals]
    with pytest.raises(AcceptRefused, match=match):
        accept(planned)
    assert snapshot(repo) == state


def snapshot(repo: Repository) -> object:
    files = {
        p: p.read_bytes() for p in repo.root.rglob("*") if p.is_file() and not {".git", ".tracefix"} & set(p.parts)
    }
    facts = repo.git("log", "--all", "--format=%H", check=False), repo.git("ls-files", "-s", check=False)
    return files, facts, GoldenStore(repo.workspace).list(), leftovers(repo)


def leftovers(repo: Repository) -> list[str]:
    found = [p for p in repo.root.rglob("*") if p.name.endswith((".writing", ".lock", ".tmp")) or "tracefix-" in p.name]
    known = {"accept.lock", "migrate.lock"}
    return [p.name for p in found if p.name not in known] + [p.name for p in repo.root.glob(".tracefix/accept.json")]


def test_refused_without_a_repository(tmp_path: Path) -> None:
    repo = Repository(tmp_path)
    planned = repo.plan()
    assert "git init" in str(planned.refusals[0])
    with pytest.raises(AcceptRefused, match="not a git repository"):
        accept(planned)
    assert not (tmp_path / "prompts").exists()


def test_refused_without_an_identity(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.git("config", "--unset", "user.name")
    repo.git("config", "--unset", "user.email")
    repo.git("config", "user.useConfigOnly", "true")
    refused(repo, "does not know who you are")


def test_refused_on_a_detached_head(repo: Repository) -> None:
    repo.git("checkout", "-q", "--detach")
    refused(repo, "git switch -c NAME")


def test_refused_in_a_merge(repo: Repository) -> None:
    repo.git("stash", "-q")
    repo.git("switch", "-qc", "other")
    repo.write("committed.txt", "other\n")
    repo.git("commit", "-qam", "other")
    repo.git("switch", "-q", "main")
    repo.write("committed.txt", "main\n")
    repo.git("commit", "-qam", "main")
    repo.git("merge", "other", check=False)
    refused(repo, "a merge is not finished")
    assert (repo.root / ".git/MERGE_HEAD").exists()


def test_refused_when_uncommitted_work_would_be_mixed_in(repo: Repository) -> None:
    repo.write("prompts/answer.prompt.yml", BASE + "# mine\n")
    refused(repo, "not committed")
    repo.git("add", "prompts")
    refused(repo, "staged changes")


def test_refused_when_the_file_changed_after_the_plan(repo: Repository) -> None:
    planned = repo.plan()
    repo.write("prompts/answer.prompt.yml", BASE + "# typed meanwhile\n")
    with pytest.raises(AcceptRefused, match="changed meanwhile"):
        accept(planned)
    assert (repo.root / "prompts/answer.prompt.yml").read_text() == BASE + "# typed meanwhile\n"


def test_refused_when_the_case_is_there_unless_it_is_to_be_replaced(repo: Repository) -> None:
    accept(repo.plan())
    refused(repo, "there is a case", text=BASE)
    done = accept(repo.plan(text=BASE, replace_case=True))
    assert done.case == "opened-box"
    assert GoldenStore(repo.workspace).count() == 1


def test_refused_for_a_link_that_leads_out(repo: Repository, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (repo.root / "prompts/golden").symlink_to(tmp_path / "outside")
    refused(repo, "leads out")
    assert list((tmp_path / "outside").iterdir()) == []


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_refused_where_nothing_can_be_written(repo: Repository) -> None:
    folder = repo.root / "prompts"
    folder.chmod(0o555)
    try:
        with pytest.raises(AcceptRefused, match="cannot be written"):
            accept(repo.plan())
    finally:
        folder.chmod(0o755)
    assert leftovers(repo) == []


def test_a_failing_hook_undoes_everything_and_is_heard(repo: Repository) -> None:
    repo.hook("pre-commit", "echo 'line 3: no trailing spaces' >&2\nexit 1\n")
    state, planned = snapshot(repo), repo.plan()
    assert planned.hooks == ("pre-commit",)
    with pytest.raises(AcceptRefused, match="no trailing spaces"):
        accept(planned)
    assert snapshot(repo) == state
    assert not (repo.root / "prompts/golden").exists()


def test_a_failing_hook_that_changed_the_files_undoes_everything_too(repo: Repository) -> None:
    repo.hook("pre-commit", "echo '# formatted' >> prompts/answer.prompt.yml\nexit 1\n")
    state = snapshot(repo)
    with pytest.raises(AcceptRefused):
        accept(repo.plan())
    assert snapshot(repo) == state
    aside = list((repo.root / ".tracefix/aside").iterdir())
    assert [p.read_text() for p in aside] == [FIXED + "# formatted\n"]


def test_a_hook_that_formats_and_adds_is_followed(repo: Repository) -> None:
    case = "prompts/golden/answer/opened-box.json"
    repo.hook("pre-commit", f"sed -i 's/How long/For how long/' {case}\necho x > log.txt\ngit add {case} log.txt\n")
    done = accept(repo.plan())
    assert done.notes == (
        f"a hook changed {case}; the commit holds it as the hook left it",
        "a hook added log.txt to the commit",
    )
    assert GoldenStore(repo.workspace).get("answer", "opened-box").messages[0]["content"] == "For how long?"
    assert "log.txt" in repo.git("ls-files")
    assert repo.git("status", "--porcelain", "--", "prompts", "log.txt") == ""


def test_a_hook_that_rewrites_the_message_is_followed(repo: Repository) -> None:
    repo.hook("commit-msg", 'echo "rewritten" > "$1"\n')
    done = accept(repo.plan())
    assert repo.git("log", "-1", "--format=%B").strip() == "rewritten"
    assert repo.git("rev-parse", "HEAD").strip() == done.commit
    assert GoldenStore(repo.workspace).count() == 1


def test_hooks_see_a_clean_index_that_holds_only_the_files(repo: Repository) -> None:
    repo.hook("pre-commit", "git diff --cached --name-only > seen.txt\n")
    accept(repo.plan())
    assert (repo.root / "seen.txt").read_text().split() == [
        "prompts/answer.prompt.yml",
        "prompts/golden/answer/opened-box.json",
    ]


def test_ignored_files_are_committed_all_the_same(repo: Repository) -> None:
    repo.write(".gitignore", "*.json\n")
    done = accept(repo.plan())
    assert repo.git("show", "--name-only", "--format=", "HEAD").split()[1] == done.case_path


def test_secrets_never_reach_the_commit(repo: Repository) -> None:
    key = "sk-proj-" + "aB3dE5gH7jK9" * 3
    planned = repo.plan(text=FIXED + f"# key {key}\n", message=f"use {key}", checks=[f'contains "{key}"'])
    assert [(f.kind, f.field) for f in planned.secrets] == [
        ("openai key", "prompt file"),
        ("openai key", "commit message"),
        ("openai key", "Checks"),
    ]
    accept(planned)
    assert key not in repo.git("log", "-p", "--format=%B")


def test_trailers_of_a_hostile_trace_stay_on_their_line(repo: Repository) -> None:
    accept(
        repo.plan(
            trace_id="x\nSigned-off-by: Mallory\x1b[31m", message="Fix\n\nCo-authored-by: Bob <bob@example.invalid>"
        )
    )
    trailers = repo.git("log", "-1", "--format=%(trailers:only,unfold)").splitlines()
    assert trailers[0] == "Co-authored-by: Bob <bob@example.invalid>"
    assert trailers[1] == "Trace-Id: x Signed-off-by: Mallory [31m"


def test_names_cannot_leave_the_folder(repo: Repository) -> None:
    for name in ("../out", "a/../../out", "/etc/x", "..", "con", "a\\b", ""):
        with pytest.raises(Exception) as caught:
            repo.plan(case=name or " ")
        assert type(caught.value).__name__ == "StoreError"


def test_accepts_at_once_lose_nothing(repo: Repository) -> None:
    before, done, errors = repo.users_own(), [], []

    def run(number: int) -> None:
        try:
            done.append(accept(repo.plan(case=f"case-{number}")))
        except AcceptRefused as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert {a.commit for a in done} == set(repo.git("log", "--format=%H", "HEAD").split()[:-1])
    assert GoldenStore(repo.workspace).count() == 6
    assert repo.users_own() == before
    assert leftovers(repo) == []


def test_a_linked_work_tree_commits_on_its_own_branch(repo: Repository, tmp_path: Path) -> None:
    repo.git("worktree", "add", "-q", "-b", "fix", str(tmp_path / "tree"))
    linked = Repository(tmp_path / "tree")
    done = accept(linked.plan())
    assert repo.git("rev-parse", "fix").strip() == done.commit != repo.git("rev-parse", "main").strip()
    assert linked.git("status", "--porcelain") == ""


def test_inside_a_hook_of_another_repository(repo: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "elsewhere-index"))
    planned = repo.plan()
    assert planned.refusals == ()
    done = accept(planned)
    monkeypatch.undo()
    assert repo.git("rev-parse", "main").strip() == done.commit


def test_recover_finds_nothing_to_do_and_makes_nothing(repo: Repository) -> None:
    assert recover(repo.workspace) == []
    assert not repo.workspace.state_dir.exists()


def test_a_torn_journal_means_that_nothing_was_begun(repo: Repository) -> None:
    repo.workspace.make_state_dir()
    repo.write(".tracefix/accept.json", '{"id": "torn')
    assert recover(repo.workspace) == []
    assert leftovers(repo) == []


def test_the_answer_is_json(repo: Repository) -> None:
    done = accept(repo.plan())
    assert isinstance(done, Accepted)
    assert json.loads(json.dumps(done.to_public()))["case"] == "opened-box"


def test_refused_when_signing_fails(repo: Repository) -> None:
    repo.git("config", "commit.gpgsign", "true")
    repo.git("config", "gpg.program", "false")
    state = snapshot(repo)
    with pytest.raises(AcceptRefused, match="gpg failed to sign"):
        accept(repo.plan())
    assert snapshot(repo) == state


def test_refused_while_another_git_holds_the_index(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracefix_tui.store.commit.INDEX_WAIT_SECONDS", 0.05)
    lock = repo.write(".git/index.lock", "")
    with pytest.raises(AcceptRefused, match="another git command"):
        accept(repo.plan())
    assert lock.exists()
    lock.unlink()
    assert leftovers(repo) == []
    assert repo.git("status", "--porcelain", "--", "prompts") == ""
    accept(repo.plan())


def test_an_unresolved_conflict_elsewhere_stays_unresolved(repo: Repository) -> None:
    repo.git("stash", "-q")
    repo.write("committed.txt", "stashed\n")
    repo.git("stash", "-q")
    repo.write("committed.txt", "other\n")
    repo.git("commit", "-qam", "other")
    repo.git("stash", "pop", check=False)
    before = repo.git("ls-files", "-s", "--", "*.txt")
    assert "\t" in repo.git("ls-files", "-u")
    accept(repo.plan())
    assert repo.git("ls-files", "-s", "--", "*.txt") == before
    assert repo.git("status", "--porcelain", "--", "prompts") == ""


def test_line_ends_are_those_that_git_is_told_to_use(repo: Repository) -> None:
    repo.git("config", "core.autocrlf", "true")
    (repo.root / "prompts/answer.prompt.yml").write_bytes(BASE.replace("\n", "\r\n").encode())
    planned = repo.plan(text=FIXED.replace("\n", "\r\n"))
    assert planned.refusals == ()
    accept(planned)
    assert repo.git("cat-file", "blob", "HEAD:prompts/answer.prompt.yml") == FIXED
    assert repo.git("status", "--porcelain", "--", "prompts") == ""


def test_split_indexes_executable_files_and_files_to_be_added_stay_as_they_are(repo: Repository) -> None:
    (repo.root / "prompts/answer.prompt.yml").chmod(0o755)
    repo.git("update-index", "--chmod=+x", "prompts/answer.prompt.yml")
    repo.git("commit", "-qm", "executable", "--", "prompts")
    repo.git("update-index", "--split-index")
    repo.git("add", "-N", "untracked.txt")
    before = repo.users_own()
    accept(repo.plan())
    assert repo.users_own() == before
    assert repo.git("ls-tree", "HEAD", "prompts/answer.prompt.yml").startswith("100755")
    assert os.access(repo.root / "prompts/answer.prompt.yml", os.X_OK)
    assert repo.git("status", "--porcelain", "--", "prompts") == ""


def test_an_accept_whose_git_was_killed_is_undone_and_can_be_done_again(repo: Repository) -> None:
    planned = repo.plan()
    repo.hook("pre-commit", "kill -9 $PPID\nexit 1\n")  # ends git, and the accept is then undone
    with pytest.raises(AcceptRefused, match="refused the commit"):
        accept(planned)
    assert leftovers(repo) == []
    (repo.root / ".git/hooks/pre-commit").unlink()
    assert accept(repo.plan()).case == "opened-box"
