"""Every command and snippet that the README shows is run, in the demo's workspace, in order."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ tracefix-tui (.+)$", README, re.M)


def run(arguments: list[str], cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "TRACEFIX_CONFIG": str(cwd / "config.toml"), "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        [sys.executable, "-m", "tracefix_tui", *arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("readme")
    made = run(["demo", "--into", "shop", "--no-open"], home)
    assert made.returncode == 0, made.stderr
    return home / "shop"


def test_every_command_shown_works(shop: Path) -> None:
    attempt = ""
    assert len(COMMANDS) > 20
    for line in COMMANDS:
        arguments = [attempt if a == "ATTEMPT" else a for a in shlex.split(line)]
        done = run(arguments, shop)
        assert done.returncode in (0, 1), f"{line}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr, line
        assert done.stdout or done.stderr, f"{line} says nothing"
        found = re.search(r"^attempt (\S+)", done.stdout, re.M)
        attempt = found[1] if found else attempt
    log = subprocess.run(
        ["git", "log", "--format=%s%n%(trailers)"], cwd=shop, capture_output=True, text=True, check=True
    ).stdout
    assert "Answer from the context only" in log
    assert "Golden-Case: refund_answer/opened-box" in log


def test_the_two_lines_for_production_work(shop: Path) -> None:
    snippet = re.search(r"```python\n(.+?)```", README, re.S)
    assert snippet
    program = (
        "import sys, types\n"
        "litellm = types.SimpleNamespace(completion=lambda **kw: print(sorted(kw), kw['messages'][-1]['content']))\n"
        "question, context = 'Can I return it?', 'Yes.'\n"
        f"{snippet[1]}\n"
        "print(sorted({'textual', 'litellm', 'git'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=shop, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["['max_tokens', 'messages', 'model', 'temperature'] Can I return it?", "[]"]


def test_the_configuration_shown_is_valid(shop: Path) -> None:
    shown = re.search(r"```toml\n(.+?)```", README, re.S)
    assert shown
    (shop / "config.toml").write_text(shown[1], encoding="utf-8")
    done = run(["config", "show", "--json"], shop)
    assert json.loads(done.stdout) == tomllib.loads(shown[1])


def test_every_command_of_the_program_is_documented() -> None:
    from tracefix_tui.cli.main import COMMANDS as KNOWN

    missing = [name for name in KNOWN if f"tracefix-tui {name}" not in README]
    assert not missing
