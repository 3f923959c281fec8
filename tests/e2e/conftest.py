"""The program as a person runs it: in a terminal, in the demo's workspace, with real git and SQLite."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tracefix_tui.demo.workspace import make


@pytest.fixture(autouse=True, scope="session")
def _a_terminal() -> None:
    if sys.platform == "win32":
        pytest.skip("these tests run the program in a pseudo-terminal, which Windows does not have")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """The demo's workspace: a git repository with prompts and two failing traces."""
    return make(tmp_path / "shop")
