"""Accept killed at any point is all or nothing. More kills than the few of every run: TRACEFIX_KILLS=200."""

from __future__ import annotations

import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.store.conftest import Repository
from tracefix_tui.store.accept import recover
from tracefix_tui.store.golden import GoldenStore
from tracefix_tui.store.locking import locked

KILLS = int(os.environ.get("TRACEFIX_KILLS", "12"))
PROJECT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(os.name != "posix", reason="SIGKILL is for POSIX")


def start(repo: Repository, case: str, event: int | None = None) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.store.accept_worker", str(repo.root), case]
    env = {**os.environ, "PYTHONPATH": str(PROJECT)}
    worker = subprocess.Popen(
        command if event is None else [*command, str(event)],
        cwd=PROJECT,
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert worker.stdout and worker.stdin
    assert worker.stdout.readline() == "ready\n"
    worker.stdin.write("go\n")
    worker.stdin.flush()
    return worker


def violations(repo: Repository, case: str, before: object) -> list[str]:
    """What is not all or nothing, not as it was, or left over."""
    out = []
    name = f"prompts/golden/answer/{case}.json"
    with closing(sqlite3.connect(repo.root / ".tracefix/golden.db")) as db:
        rows = db.execute("SELECT count(*) FROM cases WHERE name = ?", [case]).fetchone()[0] if _has_cases(db) else 0
        if db.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            out.append("golden.db is damaged")
    trailers = repo.git("log", "--all", "--format=%(trailers:key=Golden-Case,valueonly)").split()
    commits = trailers.count(f"answer/{case}")
    in_head, on_disk = bool(repo.git("ls-tree", "HEAD", "--", name)), (repo.root / name).is_file()
    if (rows, commits, in_head, on_disk) not in ((0, 0, False, False), (1, 1, True, True)):
        out.append(f"half done: rows {rows}, commits {commits}, in HEAD {in_head}, on disk {on_disk}")
    prompt = (repo.root / "prompts/answer.prompt.yml").read_text()
    if (f"# {case}\n" in prompt) != bool(rows):
        out.append("the prompt file is not as the dataset says")
    if repo.users_own() != before:
        out.append("the user's files or index changed")
    if changed := repo.git("status", "--porcelain", "--", "prompts"):
        out.append(f"prompts differs from HEAD: {changed}")
    litter = [p for p in repo.root.rglob("*") if re.search(r"\.writing$|\.lock$|^tracefix-|accept\.json", p.name)]
    out += [f"left over: {p}" for p in litter if p.name not in ("accept.lock", "migrate.lock")]
    fsck = subprocess.run(
        ["git", "fsck", "--no-dangling", "--no-progress"], cwd=repo.root, capture_output=True, text=True
    )
    return [*out, *([f"fsck: {fsck.stderr}"] if fsck.returncode else [])]


def _has_cases(db: sqlite3.Connection) -> bool:
    return bool(db.execute("SELECT 1 FROM sqlite_master WHERE name = 'cases'").fetchone())


def wait_for_group(pid: int) -> None:
    """Wait until the git that outlived its parent has ended."""
    for _ in range(2000):
        try:
            os.killpg(pid, 0)
        except (ProcessLookupError, PermissionError):
            return
        time.sleep(0.005)


def close(worker: subprocess.Popen[str]) -> str:
    assert worker.stdin and worker.stdout
    worker.stdin.close()
    said = worker.stdout.read()
    worker.stdout.close()
    worker.wait()
    return said


def slow_hook(repo: Repository) -> None:
    repo.hook("pre-commit", "sleep 0.02\n")


@pytest.mark.slow
def test_killed_at_random_times(repo: Repository) -> None:
    slow_hook(repo)
    before, draw = repo.users_own(), random.Random(7)
    took = []
    for number in range(2):
        worker = start(repo, f"plain-{number}")
        began = time.perf_counter()
        assert close(worker).startswith("done")
        took.append(time.perf_counter() - began)
    ended = {"undone": 0, "done": 0}
    for number in range(KILLS):
        case, alone = f"case-{number}", number % 3 == 0
        worker = start(repo, case)
        time.sleep((number + draw.random()) / KILLS * took[-1] * 0.9)
        (os.kill if alone else os.killpg)(worker.pid, signal.SIGKILL)
        close(worker)
        if alone and number % 2:
            wait_for_group(worker.pid)  # else recover itself has to wait for the git that lives on
        recover(repo.workspace)
        assert violations(repo, case, before) == [], f"killed {'alone' if alone else 'as a group'}, number {number}"
        done = f"# {case}\n" in (repo.root / "prompts/answer.prompt.yml").read_text()
        ended["done" if done else "undone"] += 1
    print(ended)


@pytest.mark.slow
def test_killed_at_chosen_points_of_the_accept_itself(repo: Repository) -> None:
    before = repo.users_own()
    assert close(start(repo, "first")).startswith("done")  # makes the dataset, so that the next ones are alike
    total = int(close(start(repo, "count", 0)).split()[1])
    assert total > 50
    points = sorted(random.Random(11).sample(range(1, total), min(KILLS // 2, total - 1)))
    for event in points:
        case = f"event-{event}"
        worker = start(repo, case, event)
        close(worker)
        assert worker.returncode == -signal.SIGKILL
        recover(repo.workspace)
        assert violations(repo, case, before) == [], f"killed at event {event} of {total}"


@pytest.mark.slow
def test_killed_while_recovering(repo: Repository) -> None:
    before = repo.users_own()
    assert close(start(repo, "first")).startswith("done")
    total = int(close(start(repo, "count", 0)).split()[1])
    for event in (total // 2, total * 3 // 4, total - 8):
        case = f"twice-{event}"
        close(start(repo, case, event))
        for step in (3, 9, 27):
            close(start(repo, "other", step))  # begins by recovering, and is killed in it
        recover(repo.workspace)
        assert violations(repo, case, before) == []


def test_an_undone_accept_can_be_done_again(repo: Repository) -> None:
    before = repo.users_own()
    assert close(start(repo, "first")).startswith("done")
    total = int(close(start(repo, "count", 0)).split()[1])
    close(start(repo, "again", total // 2))
    assert close(start(repo, "again")).startswith("done")
    assert violations(repo, "again", before) == []


def test_an_accept_that_still_runs_is_left_alone(repo: Repository) -> None:
    repo.hook("pre-commit", "touch running\nwhile [ -e running ]; do sleep 0.01; done\n")
    worker = start(repo, "slow")
    while not (repo.root / "running").exists():
        time.sleep(0.01)
    assert recover(repo.workspace) == []
    (repo.root / "running").unlink()
    assert close(worker).startswith("done")


def test_a_lock_that_outlives_its_process_for_an_instant_is_waited_for(repo: Repository) -> None:
    before = repo.users_own()
    killed_in_its_hook(repo, "instant")
    held = threading.Event()

    def hold() -> None:
        with locked(repo.root / ".tracefix/accept.lock", 0) as taken:
            assert taken
            held.set()
            time.sleep(0.1)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait()
    assert "was undone" in recover(repo.workspace)[0]
    holder.join()
    assert violations(repo, "instant", before) == []


def test_the_git_of_a_killed_process_is_waited_for(repo: Repository) -> None:
    repo.hook("pre-commit", "touch running\nwhile [ -e running ]; do sleep 0.01; done\n")
    before = repo.users_own()
    worker = start(repo, "orphan")
    while not (repo.root / "running").exists():
        time.sleep(0.01)
    os.kill(worker.pid, signal.SIGKILL)
    close(worker)
    assert "still runs its git hooks" in recover(repo.workspace, wait=0.05)[0]
    (repo.root / "running").unlink()
    said = recover(repo.workspace)
    assert said[0].startswith("an interrupted accept was")
    assert violations(repo, "orphan", before) == []


def test_locks_that_a_killed_git_left_are_removed(repo: Repository) -> None:
    repo.hook("reference-transaction", 'test "$1" = prepared && kill -9 $PPID && sleep 1\nexit 0\n')
    before = repo.users_own()
    close(start(repo, "locks"))
    (repo.root / ".git/hooks/reference-transaction").unlink()
    recover(repo.workspace)
    assert violations(repo, "locks", before) == []


def killed_in_its_hook(repo: Repository, case: str) -> None:
    repo.hook("pre-commit", "touch running\nwhile [ -e running ]; do sleep 0.01; done\n")
    worker = start(repo, case)
    while not (repo.root / "running").exists():
        time.sleep(0.01)
    os.killpg(worker.pid, signal.SIGKILL)
    close(worker)
    (repo.root / "running").unlink()
    (repo.root / ".git/hooks/pre-commit").unlink()


def test_what_the_user_commits_by_hand_after_a_kill_counts_as_accepted(repo: Repository) -> None:
    killed_in_its_hook(repo, "byhand")
    (repo.root / ".git/index.lock").unlink()  # as git tells its user to
    repo.git("add", "prompts")
    repo.git("commit", "-qm", "by hand", "--", "prompts")
    assert "was finished" in recover(repo.workspace)[0]
    assert GoldenStore(repo.workspace).find("byhand").prompt == "answer"
    assert repo.git("status", "--porcelain", "--", "prompts") == ""


def test_what_the_user_edits_after_a_kill_stays(repo: Repository) -> None:
    killed_in_its_hook(repo, "edited")
    prompt = repo.root / "prompts/answer.prompt.yml"
    prompt.write_text(prompt.read_text() + "# typed after the kill\n")
    said = recover(repo.workspace)
    assert said[1:] == ["prompts/answer.prompt.yml was edited after the interruption and stays as it is"]
    assert prompt.read_text().endswith("# typed after the kill\n")
    assert not (repo.root / "prompts/golden").exists()


def test_a_commit_that_the_user_took_back_before_the_next_start_leaves_no_row(repo: Repository) -> None:
    repo.hook("post-commit", "touch running\nwhile [ -e running ]; do sleep 0.01; done\n")
    worker = start(repo, "takenback")
    while not (repo.root / "running").exists():
        time.sleep(0.01)
    os.killpg(worker.pid, signal.SIGKILL)
    close(worker)
    (repo.root / ".git/index.lock").unlink()
    repo.git("reset", "-q", "--soft", "HEAD~1")
    assert "was undone" in recover(repo.workspace)[0]
    assert GoldenStore(repo.workspace).count() == 0
