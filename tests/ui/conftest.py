"""Tests of the screens import the helpers beside them, and never read the user's configuration."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(autouse=True)
def _own_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACEFIX_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.chdir(tmp_path)
