"""The whole loop in a terminal: open, see, edit, replay, compare, accept, and what is then in git and SQLite."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.steps import FINDING, NARROW, WIDE, edit, leave_editor, quit_cleanly
from tests.terminal import Terminal


def git(root: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["160x48", "80x24"])
def test_from_the_failure_to_the_commit(shop: Path, size: tuple[int, int]) -> None:
    with Terminal(["open", "traces/refund.json"], shop, size) as t:
        t.wait_for(FINDING, "FAIL 2 WARN 2")
        t.press("1")
        t.wait_for("faq/opened-items.md", "<-1")

        edit(t)
        t.press("end", " Be short.")
        t.wait_for("shop. Be short.", "Changes 1", "system message edited")

        t.press("ctrl+r")
        t.wait_for("Output  replay  done", "You get your money back in 5 days [1].")

        leave_editor(t)
        t.press("d")
        t.wait_for("DIFF", "recorded -> run 1", "similarity", "{+You+}")
        if size == NARROW:
            t.press("shift+tab")
        t.wait_for("{+", "Be short.")
        t.press("esc")
        t.wait_gone("DIFF")

        t.press("a")
        t.wait_for("Accept run 1", "1 commit (prompt +1 -1", "1 golden row")
        assert git(shop, "log", "--format=%s") == "Start the demo\n", "nothing is written before it is agreed to"
        assert not (shop / "prompts/golden").exists()
        t.press("ctrl+s")
        t.wait_for("ACCEPTED")
        t.press("esc")
        t.wait_gone("ACCEPTED")
        quit_cleanly(t)

    check_what_was_written(shop)
    with Terminal(["open", "traces/refund.json"], shop, size) as t:
        t.wait_for(FINDING)
        t.press("d")
        t.wait_for("DIFF", "recorded -> run 1", "{+You+}")
        t.press("esc")
        t.wait_for("^z undo", "Changes 0")
        t.press("esc")
        t.wait_for("1-9 evidence")
        if size == WIDE:
            t.wait_for("Expected  (golden: refund_answer/", "You get your money back in 5 days [1].")
        quit_cleanly(t)


def check_what_was_written(shop: Path) -> None:
    assert git(shop, "log", "-1", "--format=%s") == "refund_answer: system message edited\n"
    assert git(shop, "status", "--short") == ""
    trailers = dict(line.split(": ", 1) for line in git(shop, "log", "-1", "--format=%(trailers)").strip().splitlines())
    assert trailers["Trace-Id"] == "7f3ac21e90b14d5fa2c86d7be4f01a35"
    assert "citation-unknown" in trailers["Failure-Mode"] and "grounded" in trailers["Checks"]
    assert {"Span-Id", "Golden-Case", "Tracefix-Accept"} <= set(trailers)

    changed = git(shop, "show", "--format=", "--numstat", "HEAD").splitlines()
    assert "1\t1\tprompts/refund_answer.prompt.yml" in changed, "a small edit is a one-line diff"
    (case_file,) = (shop / "prompts/golden/refund_answer").glob("*.json")
    assert len(changed) == 2 and any(line.endswith(f"golden/refund_answer/{case_file.name}") for line in changed)
    assert json.loads(case_file.read_text("utf-8"))["expected"] == "You get your money back in 5 days [1]."

    with closing(sqlite3.connect(shop / ".tracefix/golden.db")) as db:
        assert db.execute("select name, prompt from cases").fetchall() == [(case_file.stem, "refund_answer")]
