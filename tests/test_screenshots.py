"""The script that makes the README's pictures runs, and the README shows only what is there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
SCRIPT = ROOT / "screenshots" / "make.py"
XMLNS = "http://www.w3.org/2000/svg"


def make(into: Path, *names: str) -> subprocess.CompletedProcess[str]:
    arguments = [sys.executable, str(SCRIPT), *names, "--into", str(into)]
    return subprocess.run(arguments, capture_output=True, text=True, cwd=into, timeout=120)


def test_a_picture_is_made_and_needs_no_network(tmp_path: Path) -> None:
    done = make(tmp_path, "trace-80x24")
    assert done.returncode == 0, done.stderr
    picture = (tmp_path / "trace-80x24.svg").read_text(encoding="utf-8")
    assert "faq/opened-items.md" in picture and "FAIL" in picture
    assert "://" not in picture.replace(XMLNS, "") and "@font-face" not in picture
    assert str(tmp_path) not in picture


def test_an_unknown_picture_is_refused_in_words(tmp_path: Path) -> None:
    done = make(tmp_path, "no-such-picture")
    assert done.returncode == 2 and "no-such-picture" in done.stderr and "Traceback" not in done.stderr


def test_the_readme_shows_pictures_that_are_there() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.findall(r"\]\((screenshots/[^)]+)\)", readme)
    assert shown and [path for path in shown if not (ROOT / path).is_file()] == []


def test_the_pictures_are_light_and_load_nothing() -> None:
    for path in (ROOT / "screenshots").glob("*.svg"):
        text = path.read_text(encoding="utf-8")
        assert len(text) < 300_000, path.name
        assert "://" not in text.replace(XMLNS, ""), path.name
