"""What is installed: the wheel holds the prompts, the types and nothing that does not belong to it."""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOREIGN = re.compile(r"/wor[k]/|/roo[t]/|\.\./shared|\bDESIGN\.md\b|\bFORMATS\.md\b|\bUX\.md\b", re.I)


@pytest.mark.slow
def test_the_wheel_holds_prompts_styles_and_types(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--no-deps", "-q", "-w", str(tmp_path), str(ROOT)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    names = zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist()
    assert "tracefix_tui/_prompts/demo/refund_answer.prompt.yml" in names
    assert "tracefix_tui/py.typed" in names
    assert any(n.endswith(".tcss") for n in names)
    assert not [n for n in names if n.startswith(("tests/", "screenshots/")) or n.endswith((".pyc", ".db"))]


def test_both_ways_to_start_give_the_version() -> None:
    version = importlib.metadata.version("tracefix-tui")
    module = subprocess.run(
        [sys.executable, "-m", "tracefix_tui", "--version"], capture_output=True, text=True, check=True
    )
    script = Path(sys.executable).parent / "tracefix-tui"
    command = subprocess.run([str(script), "--version"], capture_output=True, text=True, check=True)
    assert version in module.stdout and version in command.stdout


def test_no_file_speaks_of_another_machine() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    for name in tracked or [str(p.relative_to(ROOT)) for p in (ROOT / "tracefix_tui").rglob("*.py")]:
        path = ROOT / name
        if (
            path.suffix in {".py", ".md", ".toml", ".yml", ".tcss", ""}
            and path.name != Path(__file__).name
            and path.is_file()
        ):
            found = FOREIGN.search(path.read_text(encoding="utf-8", errors="replace"))
            assert found is None, f"{name}: {found[0] if found else ''}"
