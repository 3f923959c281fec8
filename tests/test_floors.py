"""The structure of the package: imports go down, files and functions stay small, start-up stays light."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import tracefix_tui

PACKAGE = Path(tracefix_tui.__file__).parent
FILES = sorted(p for p in PACKAGE.rglob("*.py") if "_prompts" not in p.parts)
FLOORS = {
    "model": 0,
    "readers": 1,
    "prompts": 1,
    "compare": 1,
    "checks": 2,
    "replay": 3,
    "store": 3,
    "workbench": 4,
    "demo": 5,
    "cli": 6,
    "ui": 6,
}
HEAVY = {"textual", "litellm", "git", "sqlite_utils"}


def room(path: Path) -> str:
    parts = path.relative_to(PACKAGE).parts
    return parts[0] if len(parts) > 1 else parts[0].removesuffix(".py")


def imports(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_only_go_down(path: Path) -> None:
    here = room(path)
    if here in ("__init__", "__main__"):
        return
    for name in imports(ast.parse(path.read_text(encoding="utf-8"))):
        parts = name.split(".")
        if parts[0] == "tracefix_tui" and len(parts) > 1 and parts[1] != here:
            assert parts[1] in FLOORS, f"{path} imports {name}"
            assert FLOORS[parts[1]] < FLOORS[here], f"{here} imports {name}, which is not below it"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_heavy_libraries_stay_in_their_room(path: Path) -> None:
    allowed = {"ui": {"textual"}, "replay": {"litellm"}, "store": {"git", "sqlite_utils"}}.get(room(path), set())
    used = {name.split(".")[0] for name in imports(ast.parse(path.read_text(encoding="utf-8")))} & HEAVY
    assert used <= allowed


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_files_and_functions_stay_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 400, "split this file"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            size = (node.end_lineno or node.lineno) - node.lineno + 1
            assert size <= 60, f"{node.name} has {size} lines"


@pytest.mark.parametrize(
    "command",
    [
        ["--help"],
        ["show", "--help"],
        ["show", "no-such-file.json"],
        ["diagnose", "no-such-file.json"],
        ["golden", "list"],
    ],
    ids=" ".join,
)
def test_commands_without_a_screen_or_a_model_import_neither(command: list[str], tmp_path: Path) -> None:
    program = (
        "import sys\n"
        f"sys.argv = ['tracefix-tui', *{command!r}]\n"
        "from tracefix_tui.__main__ import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print('IMPORTED', sorted({'textual', 'litellm', 'git'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert "IMPORTED []" in done.stdout
