"""Patches: git applies them, and the result is the other text."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracefix_tui.compare.patch import unified

LINES = st.sampled_from(["a\n", "b\n", "c\n", "\n", "{{x}}\n", "é\n", "tail", "with\r\n"])
TEXTS = st.lists(LINES, max_size=12).map("".join)


def apply(folder: Path, patch: str, before: str) -> str:
    file = folder / "p.yml"
    file.write_bytes(before.encode())
    subprocess.run(
        ["git", "apply", "--whitespace=nowarn", "-"], input=patch.encode(), cwd=folder, check=True, capture_output=True
    )
    return file.read_bytes().decode()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXTS.filter(bool), TEXTS.filter(bool))
def test_git_applies_it(tmp_path: Path, a: str, b: str) -> None:
    patch = unified(a, b, "a/p.yml", "b/p.yml")
    assert (patch == "") == (a == b)
    if patch:
        assert apply(tmp_path, patch, a) == b


def test_hunks_far_apart_are_apart(tmp_path: Path) -> None:
    before = [f"line {i}\n" for i in range(60)]
    after = [*before[:10], "new\n", *before[11:40], *before[41:]]
    patch = unified("".join(before), "".join(after), "a/p.yml", "b/p.yml")
    assert patch.count("@@ -") == 2
    assert patch.splitlines()[2] == "@@ -8,7 +8,7 @@"
    assert apply(tmp_path, patch, "".join(before)) == "".join(after)


@pytest.mark.parametrize(("a", "b"), [("x", "x\n"), ("x\n", "x"), ("x\ny", "x\nz"), ("", "a\n")])
def test_a_missing_last_newline_is_said(tmp_path: Path, a: str, b: str) -> None:
    patch = unified(a, b, "a/p.yml", "b/p.yml")
    assert ("\\ No newline at end of file" in patch) == (not (a or "\n").endswith("\n") or not b.endswith("\n"))
    assert apply(tmp_path, patch, a) == b


def test_a_name_cannot_add_lines() -> None:
    patch = unified("a\n", "b\n", "a/x\n+++ b/evil", "b/x")
    assert patch.splitlines()[0] == '--- "a/x\\012+++ b/evil"'
