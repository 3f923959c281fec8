"""`accept`: the plan says all that will be written, and a refusal is an error."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.cli.conftest import Cli

REFUND = "traces/refund.json"


def replayed(cli: Cli, *options: str) -> str:
    return str(cli("replay", REFUND, "--json", *options).json["attempts"][0]["id"])


def test_a_dry_run_gives_the_plan_as_json(cli: Cli, shop: Path) -> None:
    done = cli("accept", replayed(cli), "--case", "box", "--tag", "cut", "-m", "Keep", "--dry-run", "--json")
    assert done.code == 0 and done.json["commit"] is None and done.json["refusals"] == []
    assert [f["path"] for f in done.json["files"]] == [done.json["prompt_path"], done.json["case_path"]]
    assert "Failure-Mode: cut" in done.json["message"]
    assert not (shop / "prompts" / "golden").exists()


def test_a_dry_run_of_what_is_refused_fails_as_the_accept_would(cli: Cli) -> None:
    attempt = replayed(cli)
    assert cli("accept", attempt, "--case", "box").code == 0
    done = cli("accept", attempt, "--case", "box", "-m", "Again", "--dry-run", "--json")
    assert done.code == 2 and "--replace" in done.err and done.json["refusals"]


def test_only_trailers_are_called_trailers(cli: Cli) -> None:
    message = "Keep it\n\nNote: this is the body\nTrace-Id: forged\n\nAnd an end."
    done = cli("accept", replayed(cli), "--case", "box", "-m", message, "--dry-run")
    told = [line for line in done.out.splitlines() if line.startswith("trailer")]
    assert len(told) == 6 and not any("forged" in line or "Note" in line for line in told)


def test_edits_made_by_hand_that_the_commit_takes_in_are_told(cli: Cli, shop: Path) -> None:
    path = shop / "prompts" / "refund_answer.prompt.yml"
    path.write_text(path.read_text(encoding="utf-8") + "# by hand\n", encoding="utf-8")
    attempt = replayed(cli)
    told = cli("accept", attempt, "--case", "box", "--dry-run")
    assert "prompts/refund_answer.prompt.yml  as it is on disk" in told.out
    assert "prompts/refund_answer.prompt.yml as it is on disk" in told.out.splitlines()[0]
    assert cli("accept", attempt, "--case", "box").code == 0
    again = cli("accept", replayed(cli), "--case", "other", "--dry-run")
    assert "as it is on disk" not in again.out


def test_what_a_hook_says_is_kept_apart_from_what_to_do(cli: Cli, shop: Path) -> None:
    hook = shop / ".git" / "hooks" / "pre-commit"
    hook.write_text("#!/bin/sh\necho 'too long'\nexit 1\n", encoding="utf-8")
    hook.chmod(0o755)
    done = cli("accept", replayed(cli), "--case", "box")
    assert done.code == 2 and "too long\nNothing was changed." in done.err
    status = subprocess.run(["git", "status", "--short"], cwd=shop, capture_output=True, text=True, check=True)
    assert status.stdout == ""
