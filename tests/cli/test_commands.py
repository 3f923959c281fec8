"""Each command does what its contract says: data on stdout, talk on stderr, exit codes as an API."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Cli

REFUND, AGENT = "traces/refund.json", "traces/agent.json"


def test_show_prints_the_tree_with_findings(cli: Cli) -> None:
    done = cli("show", REFUND)
    assert done.code == 0
    assert "otlp/openinference" in done.out and "6 documents" in done.out
    assert "FAIL citation-unknown" in done.out and "412 -> 18 tok" in done.out


def test_show_json_keeps_its_contract(cli: Cli) -> None:
    answer = cli("show", AGENT, "--json").json
    assert set(answer) == {"source", "traces"}
    assert set(answer["source"]) == {"format", "path", "warnings", "partial"}
    trace = answer["traces"][0]
    assert set(trace) >= {"id", "name", "session_id", "user_id", "tags", "metadata", "spans"}
    plan = next(s for s in trace["spans"] if s["llm"])
    assert set(plan) >= {
        "id",
        "parent_id",
        "name",
        "kind",
        "start_ns",
        "end_ns",
        "status",
        "error",
        "lossy",
        "retrieval",
    }
    call = plan["llm"]
    assert call["output"][0]["tool_calls"][0]["function"]["arguments"] == '{"order_id": "the order of last Monday"}'
    assert call["tools"][0]["function"]["name"] == "get_order"
    assert call["usage"]["total"] == 202 and call["replay"] == "exact"


def test_diagnose_fails_on_a_failing_trace(cli: Cli) -> None:
    done = cli("diagnose", REFUND, AGENT, "--json")
    assert done.code == 1
    checks = [f["check"] for f in done.json["findings"]]
    assert {"citation-unknown", "tool-arguments", "tool-repeated"} <= set(checks)
    evidence = next(f for f in done.json["findings"] if f["check"] == "citation-unknown")["evidence"][0]
    assert evidence["text"] == "[4]" and evidence["field"] == "output.content"


def test_check_gives_a_verdict_line_per_row_and_check(cli: Cli) -> None:
    done = cli("check", "rows.jsonl", "--checks", "contains:30 days,grounded", "--json")
    rows = [json.loads(line) for line in done.out.splitlines()]
    assert [(r["id"], r["check"], r["verdict"]) for r in rows] == [
        ("opened-box", "contains", "fail"),
        ("opened-box", "grounded", "fail"),
    ]
    assert done.code == 1


def test_dry_run_prints_what_would_be_sent_and_sends_nothing(cli: Cli, shop: Path) -> None:
    done = cli("replay", REFUND, "--dry-run", "--json", "--drop-chunk", "2", "--set", "temperature=0")
    assert done.code == 0
    answer = done.json
    assert answer["attempts"] == [] and answer["request"]["temperature"] == 0
    assert "Shipping" not in answer["request"]["messages"][0]["content"]
    assert [c["summary"] for c in answer["changes"]] == ["document 2 dropped", "temperature 0.2 -> 0"]
    assert not (shop / ".tracefix").exists()


def test_replay_set_tells_variables_from_parameters(cli: Cli) -> None:
    done = cli("replay", REFUND, "--dry-run", "--json", "--set", "question=Why?", "--set", "param.seed=1")
    assert done.json["request"]["messages"][1]["content"] == "Why?"
    assert done.json["request"]["seed"] == 1


def test_replay_takes_the_template_of_a_prompt_file(cli: Cli, shop: Path) -> None:
    path = shop / "prompts" / "refund_answer.prompt.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("one or two", "three"), encoding="utf-8")
    done = cli("replay", REFUND, "--dry-run", "--json", "--prompt", str(path))
    assert "Answer in three sentences" in done.json["request"]["messages"][0]["content"]
    assert [c["kind"] for c in done.json["changes"]] == ["template"]


def test_replay_then_accept_commits_and_adds_the_case(cli: Cli, shop: Path) -> None:
    answer = cli("replay", REFUND, "-n", "2", "--check", "contains:5 days", "--json").json
    assert [a["repeat"] for a in answer["attempts"]] == [0, 1]
    assert any(c["check"] == "contains" and c["verdict"] == "pass" for c in answer["attempts"][0]["checks"])
    attempt = answer["attempts"][1]["id"]
    done = cli(
        "accept", attempt, "--prompt", "refund_answer", "--case", "box", "--tag", "cut", "-m", "Keep it", "--json"
    )
    assert done.code == 0
    assert set(done.json) == {"commit", "prompt_path", "case", "case_path"}
    assert (shop / done.json["case_path"]).is_file()
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=shop, capture_output=True, text=True, check=True)
    assert done.json["commit"] == head.stdout.strip()
    assert "refund_answer/box" in cli("golden", "list", "--tag", "cut").out
    again = cli("accept", attempt, "--prompt", "refund_answer", "--case", "box")
    assert again.code == 2 and "box" in again.err


def test_accept_dry_run_tells_everything_and_writes_nothing(cli: Cli, shop: Path) -> None:
    attempt = cli("replay", REFUND, "--json").json["attempts"][0]["id"]
    done = cli("accept", attempt, "--case", "box", "--dry-run")
    assert "Golden-Case: refund_answer/box" in done.out
    assert not (shop / "prompts" / "golden").exists()


def test_the_golden_dataset_survives_a_clean_checkout(cli: Cli, shop: Path) -> None:
    attempt = cli("replay", REFUND, "--json").json["attempts"][0]["id"]
    cli("accept", attempt, "--case", "box")
    (shop / ".tracefix" / "golden.db").unlink()
    assert cli("golden", "import").code == 0
    assert cli("golden", "show", "box", "--json").json["prompt"] == "refund_answer"


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_an_export_is_imported_again(cli: Cli, shop: Path, form: str) -> None:
    assert cli("golden", "add", AGENT, "--name", "loop", "--prompt", "order_agent", "--tag", "loop").code == 0
    (shop / f"out.{form}").write_text(cli("golden", "export", "--format", form).out, encoding="utf-8", newline="")
    before = cli("golden", "list", "--json").json["cases"]
    cli("golden", "remove", "loop")
    assert cli("golden", "import", f"out.{form}").code == 0
    assert cli("golden", "list", "--json").json["cases"] == before


def test_history_shows_diffs_and_restores(cli: Cli, shop: Path) -> None:
    path = shop / "prompts" / "refund_answer.prompt.yml"
    old = path.read_text(encoding="utf-8")
    path.write_text(old.replace("Acme shop", "Acme store"), encoding="utf-8")
    subprocess.run(["git", "commit", "-qam", "Rename the shop"], cwd=shop, check=True)
    versions = cli("history", "refund_answer", "--json").json["versions"]
    assert [v["subject"] for v in versions] == ["Rename the shop", "Start the demo"]
    assert (
        "+      You are a support assistant for the Acme store."
        in cli("history", "refund_answer", "--diff", "HEAD~1", "HEAD").out
    )
    cli("history", "refund_answer", "--restore", "HEAD~1")
    assert path.read_text(encoding="utf-8") == old


def test_prompts_are_listed_rendered_and_checked(cli: Cli, shop: Path) -> None:
    assert "refund_answer" in cli("prompts", "list").out
    rendered = cli("prompts", "render", "order_agent", "--set", "question=Where?").json
    assert rendered["messages"][1] == {"role": "user", "content": "Where?"}
    assert cli("prompts", "check").code == 0
    (shop / "prompts" / "broken.prompt.yml").write_text("messages: [", encoding="utf-8")
    done = cli("prompts", "check")
    assert done.code == 1 and "broken" in done.out


def test_demo_headless_plays_the_whole_loop(cli: Cli, tmp_path: Path) -> None:
    done = cli("demo", "--headless", "--into", str(tmp_path / "new"))
    assert done.code == 0
    assert (
        "FIXED" in done.out
        and "commit      " in done.out
        and "prompts/golden/refund_answer/opened-box.json" in done.out
    )


def test_demo_opens_its_own_workspace_only(cli: Cli, tmp_path: Path, shop: Path) -> None:
    before = sorted(p.name for p in shop.iterdir())
    assert cli("demo", "--into", str(tmp_path / "new")).code == 0
    paths, tour, root = cli.opened[0]  # type: ignore[attr-defined]
    assert tour and root == tmp_path / "new" and all(str(root) in p for p in paths)
    assert sorted(p.name for p in shop.iterdir()) == before
    refused = cli("demo", "--into", str(shop), "--no-open")
    assert refused.code == 2 and "not empty" in refused.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["show", "nothing.json"], "nothing.json"),
        (["show", "README.md"], "README.md"),
        (["replay", REFUND, "--span", "nope"], "no span"),
        (["replay", REFUND, "--set", "temperature"], "KEY=VALUE"),
        (["replay", REFUND, "--drop-chunk", "9"], "no document 9"),
        (["replay", REFUND, "--check", "unheard-of:x"], "unheard-of"),
        (["accept", "zzz"], "no attempt"),
        (["golden", "show", "zzz"], "zzz"),
        (["history", "../secret"], "secret"),
        (["prompts", "render", "refund_answer"], "context"),
        (["check", "traces/refund.json"], "refund.json"),
        (["fly"], "fly"),
        (["config", "show", "--nope"], "nope"),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, list) else "",
)
def test_wrong_input_ends_with_2_and_words(cli: Cli, arguments: list[str], said: str) -> None:
    done = cli(*arguments)
    assert done.code == 2
    assert said in done.err and "Traceback" not in done.err


def test_doctor_names_versions_and_no_key(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-not-to-be-shown")
    done = cli("doctor", "--json")
    assert done.code == 0 and "offline/extractive" in str(done.json["models"])
    assert "sk-not" not in done.out


def test_a_bad_configuration_names_file_and_key(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("colour = 1\n", encoding="utf-8")
    done = cli("config", "check")
    assert done.code == 2 and "config.toml" in done.err and "colour" in done.err


def test_hostile_text_is_inert_on_stdout(cli: Cli, shop: Path) -> None:
    text = (
        (shop / REFUND).read_text(encoding="utf-8").replace("Gift cards", "\\u001b]52;c;eA==\\u0007\\u009b31m\\u202e")
    )
    (shop / "bad.json").write_text(text, encoding="utf-8")
    for arguments in (
        ["show", "bad.json"],
        ["show", "bad.json", "--json"],
        ["replay", "bad.json"],
        ["diagnose", "bad.json"],
    ):
        out = cli(*arguments).out
        assert not set(out) & {"\x1b", "\x07", "\x9b", "\u202e"}, arguments
