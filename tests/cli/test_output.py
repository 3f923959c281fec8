"""Where output goes: any console, a pipe, a terminal; JSON wherever it is asked for."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.cli.conftest import Cli
from tracefix_tui.cli import state

REFUND = "traces/refund.json"
HOSTILE = {"name": "h", "user_input": "é 名 \x1b[31m \u202e", "expected": "a\x1b[2J\nb"}


def in_a_process(cwd: Path, encoding: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "tracefix_tui", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONIOENCODING": encoding},
        capture_output=True,
        check=False,
    )


@pytest.fixture
def hostile(cli: Cli, shop: Path) -> Path:
    (shop / "rows.jsonl").write_text(json.dumps(HOSTILE), encoding="utf-8")
    assert cli("golden", "import", "rows.jsonl").code == 0
    return shop


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1", "utf-8"])
def test_every_letter_can_be_printed_anywhere(hostile: Path, encoding: str) -> None:
    for arguments in (["golden", "show", "h"], ["golden", "list", "--text", "名"], ["show", REFUND]):
        done = in_a_process(hostile, encoding, *arguments)
        assert done.returncode == 0 and b"Traceback" not in done.stderr
    shown = in_a_process(hostile, encoding, "golden", "show", "h", "--json")
    assert json.loads(shown.stdout.decode(encoding))["messages"][0]["content"] == HOSTILE["user_input"]


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_an_export_is_utf_8_and_comes_back_whole(hostile: Path, cli: Cli, form: str) -> None:
    exported = in_a_process(hostile, "ascii", "golden", "export", "--format", form).stdout
    if form == "jsonl":
        assert b"\x1b" not in exported and "\u202e" not in exported.decode()
    (hostile / f"again.{form}").write_bytes(exported)
    cli("golden", "remove", "h")
    assert cli("golden", "import", f"again.{form}").code == 0
    case = cli("golden", "show", "h", "--json").json
    assert case["messages"][0]["content"] == HOSTILE["user_input"] and case["expected"] == HOSTILE["expected"]


def test_an_export_to_a_terminal_is_inert(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(screen, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdout", screen)
    state.emit_file('a,"b\x1b[31m"\n')
    assert screen.getvalue() == 'a,"b␛[31m"\n'


def test_numbers_that_json_does_not_know_are_words(capsys: pytest.CaptureFixture[str]) -> None:
    state.emit({"score": float("nan"), "limit": [float("inf")]})
    assert json.loads(capsys.readouterr().out, parse_constant=lambda name: 1 / 0) == {
        "score": "NaN",
        "limit": ["Infinity"],
    }


@pytest.mark.parametrize(
    "arguments",
    [
        ["show", REFUND],
        ["diagnose", REFUND],
        ["replay", REFUND],
        ["replay", REFUND, "--dry-run"],
        ["golden", "list"],
        ["golden", "add", REFUND, "--name", "a", "--prompt", "refund_answer"],
        ["golden", "import"],
        ["golden", "show", "kept"],
        ["golden", "tag", "kept", "late"],
        ["golden", "remove", "kept"],
        ["prompts", "list"],
        ["prompts", "show", "refund_answer"],
        ["prompts", "show", "refund_answer", "--rev", "HEAD"],
        ["prompts", "render", "order_agent", "--set", "question=x"],
        ["prompts", "check"],
        ["history", "refund_answer"],
        ["history", "refund_answer", "--diff", "HEAD", "HEAD"],
        ["history", "refund_answer", "--restore", "HEAD"],
        ["doctor"],
        ["config", "show"],
        ["config", "path"],
        ["config", "check"],
    ],
    ids=" ".join,
)
def test_json_wherever_it_is_asked_for(cli: Cli, arguments: list[str]) -> None:
    cli("golden", "add", REFUND, "--name", "kept", "--prompt", "refund_answer")
    done = cli(*arguments, "--json")
    assert isinstance(done.json, dict) and done.code in (0, 1)


def test_rows_come_from_standard_input(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    for text in ('{"name": "one", "user_input": "x"}\n', 'name,user_input\ntwo,"x, y\nz"\n'):
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(text.encode())))
        assert cli("golden", "import", "-").code == 0
    assert [c["name"] for c in cli("golden", "list", "--json").json["cases"]] == ["one", "two"]
