"""`replay`: what can be set, what is refused, what its report says, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.loopback import Loopback, Reply

REFUND = "traces/refund.json"


@pytest.mark.parametrize(
    "setting",
    [
        "api_base=http://127.0.0.1:9",
        "param.api_key=sk-123",
        "extra_headers={}",
        "messages=[]",
        "tools=[]",
        "stream=false",
        "quesiton=Why?",
        "var.nosuch=x",
        "param.question=1",
        "model=null",
        "model=",
    ],
)
def test_what_cannot_be_sent_cannot_be_set(cli: Cli, shop: Path, setting: str) -> None:
    done = cli("replay", REFUND, "--set", setting)
    assert done.code == 2 and done.out == ""
    assert not (shop / ".tracefix").exists()


@pytest.mark.parametrize("option", [("--model", ""), ("--timeout", "0"), ("--timeout", "-1"), ("-n", "0")])
def test_options_without_a_sense_are_refused(cli: Cli, option: tuple[str, str]) -> None:
    assert cli("replay", REFUND, *option).code == 2


def test_a_placeholder_of_the_prompt_file_is_given_its_value(cli: Cli, shop: Path) -> None:
    path = shop / "brief.prompt.yml"
    path.write_text("messages:\n- {role: user, content: 'In {{tone}} words: {{question}}'}\n", encoding="utf-8")
    without = cli("replay", REFUND, "--prompt", str(path), "--dry-run")
    assert without.code == 2 and "no value for tone" in without.err
    done = cli("replay", REFUND, "--prompt", str(path), "--dry-run", "--json", "--set", "tone=few")
    assert done.json["request"]["messages"][0]["content"].startswith("In few words: I opened the box")


def test_a_prompt_of_the_workspace_is_found_by_its_name(cli: Cli) -> None:
    done = cli("replay", REFUND, "--prompt", "refund_answer", "--dry-run", "--json")
    assert done.code == 0 and done.json["changes"] == []
    assert cli("replay", REFUND, "--prompt", "nosuch", "--dry-run").code == 2


def test_the_report_says_what_the_options_changed(cli: Cli) -> None:
    done = cli("replay", REFUND, "--dry-run", "--json", "--set", "temperature=null", "--drop-chunk", "1")
    fields = [entry["field"] for entry in done.json["fidelity"]]
    status = {entry["field"]: entry["status"] for entry in done.json["fidelity"]}
    assert len(fields) == len(set(fields))
    assert status["messages"] == "changed" and status["temperature"] == "left out" and status["max_tokens"] == "sent"


def test_text_and_json_of_a_dry_run_show_the_same_request(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "test-key")
    options = ("--dry-run", "--model", "openai/o4-mini", "--timeout", "7")
    shown = cli("replay", REFUND, *options)
    assert json.loads(shown.out) == cli("replay", REFUND, *options, "--json").json["request"]
    assert json.loads(shown.out)["timeout"] == 7 and "temperature" not in json.loads(shown.out)
    assert "left out: temperature" in shown.err


def test_the_model_that_a_recording_does_not_name_can_be_given(cli: Cli, shop: Path) -> None:
    trace = json.loads((shop / REFUND).read_text(encoding="utf-8"))
    spans = trace["resourceSpans"][0]["scopeSpans"][0]["spans"]
    for span in spans:
        span["attributes"] = [
            a for a in span["attributes"] if a["key"] not in ("llm.model_name", "input.value", "output.value")
        ]
        for attribute in span["attributes"]:
            if attribute["key"] == "llm.invocation_parameters":
                attribute["value"]["stringValue"] = '{"temperature": 0.2, "max_tokens": 200}'
    (shop / "nameless.json").write_text(json.dumps(trace), encoding="utf-8")
    without = cli("replay", "nameless.json", "--dry-run")
    assert without.code == 2 and "--model" in without.err
    done = cli("replay", "nameless.json", "--dry-run", "--json", "--model", "offline/extractive")
    assert (done.json["request"]["temperature"], done.json["request"]["max_tokens"]) == (0.2, 200)


def test_a_check_that_can_measure_nothing_is_not_passed(cli: Cli) -> None:
    assert cli("replay", REFUND, "--check", "tool-unknown").code == 3
    assert cli("replay", REFUND, "--check", "contains:5 days").code == 0


def test_an_answer_is_shown_where_it_cannot_be_kept(cli: Cli, shop: Path) -> None:
    (shop / ".tracefix").write_text("in the way", encoding="utf-8")
    done = cli("replay", REFUND, "--json")
    assert done.code == 0 and done.json["attempts"][0]["output"]["content"]
    assert "not kept" in done.err


def test_ctrl_c_stops_and_keeps_what_came(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    with Loopback(Reply("one two three four five six seven eight nine ten", delay=0.3)) as server:
        for name, value in server.environment().items():
            monkeypatch.setenv(name, value)

        def interrupt() -> None:
            while not server.posts:
                time.sleep(0.01)
            time.sleep(1.0)
            os.kill(os.getpid(), signal.SIGINT)

        threading.Thread(target=interrupt, daemon=True).start()
        done = cli("replay", REFUND, "--model", "openai/loopback-model", "-n", "3", "--json")
    (attempt,) = done.json["attempts"]
    assert done.code == 130 and attempt["stopped"] and attempt["output"]["content"].startswith("one two")
