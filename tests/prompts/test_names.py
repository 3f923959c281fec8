"""Names of prompts, and loading one in an application."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracefix_tui.model.errors import PromptInvalid
from tracefix_tui.prompts import load
from tracefix_tui.prompts.file import list_prompts, prompt_path

MINIMAL = "model: gpt-x\nmessages:\n- role: user\n  content: '{{q}}'\n"


def write(path: Path, text: str = MINIMAL) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "name",
    [
        *("", "..", "../x", "a/../../x", "/etc/passwd", "a//b", "a/", ".hidden", ".git/x", "a\\b", "C:x", "a\x00b"),
        *("a\nb", "nul", "CON", "com1.txt", "a/LPT9", "x ", " x", "x.", "a?b", "a*b", "x" * 300, "a\u202eb", "\ud800"),
    ],
)
def test_names_that_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(PromptInvalid, match="not a prompt name"):
        prompt_path(tmp_path, name)


@pytest.mark.parametrize("name", ["answer", "a/b", "refund-v2", "返品", "con-artist", "x.y"])
def test_names_that_are_taken(tmp_path: Path, name: str) -> None:
    assert prompt_path(tmp_path, name) == tmp_path / f"{name}.prompt.yml"
    assert prompt_path(tmp_path, f"{name}.prompt.yml") == tmp_path / f"{name}.prompt.yml"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["..", "/", "\\", "a", ".", "~", "\x00", "C:", " "]), max_size=8).map("".join))
def test_no_name_leaves_the_folder(tmp_path: Path, name: str) -> None:
    try:
        path = prompt_path(tmp_path, name)
    except PromptInvalid:
        return
    assert path.resolve().is_relative_to(tmp_path.resolve())


def test_a_link_does_not_lead_out(tmp_path: Path) -> None:
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "out").symlink_to(tmp_path, target_is_directory=True)
    with pytest.raises(PromptInvalid, match="leads out"):
        prompt_path(tmp_path / "prompts", "out/x")


def test_prompts_are_listed_by_name(tmp_path: Path) -> None:
    for name in ("b.prompt.yml", "a.prompt.yaml", "sub/c.prompt.yml", ".git/x.prompt.yml", "notes.yml", ".prompt.yml"):
        write(tmp_path / name)
    assert list_prompts(tmp_path) == ("a", "b", "sub/c")
    assert list_prompts(tmp_path / "nowhere") == ()
    assert prompt_path(tmp_path, "a").name == "a.prompt.yaml"


def test_load_looks_upwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "prompts" / "answer.prompt.yml")
    below = tmp_path / "app" / "prompts"
    write(below / "other.prompt.yml")
    monkeypatch.chdir(below)
    assert load("answer").render(q="hi")["messages"] == [{"role": "user", "content": "hi"}]
    assert load("other").name == "other"
    with pytest.raises(PromptInvalid, match="no prompt named missing") as caught:
        load("missing")
    assert "Known prompts: other, answer" in caught.value.hint
    with pytest.raises(PromptInvalid) as caught:
        load("missing", root=tmp_path)
    assert caught.value.hint == "Known prompts: answer"


def test_load_from_a_root(tmp_path: Path) -> None:
    write(tmp_path / "prompts" / "sub" / "answer.prompt.yml")
    assert load("sub/answer", root=tmp_path).model == "gpt-x"
    assert load("sub/answer", root=tmp_path / "prompts").name == "sub/answer"
    with pytest.raises(PromptInvalid, match="not a prompt name"):
        load("../answer", root=tmp_path / "prompts")


def test_loading_needs_neither_textual_nor_litellm_nor_git(tmp_path: Path) -> None:
    write(tmp_path / "prompts" / "answer.prompt.yml")
    code = (
        "import sys\n"
        "from tracefix_tui.prompts import load\n"
        "print(load('answer').render(q='hi')['model'])\n"
        "heavy = {'textual', 'litellm', 'git', 'sqlite_utils', 'pydantic'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "gpt-x\n", "")
