"""The commands run in the demo's workspace, as typed, in this process."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tracefix_tui.cli.main import run
from tracefix_tui.demo.workspace import make


@dataclass(frozen=True)
class Ran:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Cli = Callable[..., Ran]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = make(tmp_path / "shop")
    monkeypatch.chdir(root)
    monkeypatch.setenv("TRACEFIX_CONFIG", str(tmp_path / "config.toml"))
    return root


@pytest.fixture
def cli(shop: Path, capsys: pytest.CaptureFixture[str]) -> Cli:
    opened: list[tuple[Sequence[str], bool, Path | None]] = []

    def open_app(paths: Sequence[str], tour: bool, root: Path | None) -> int:
        opened.append((paths, tour, root))
        return 0

    def ran(*arguments: str) -> Ran:
        code = run(arguments, open_app)
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    ran.opened = opened  # type: ignore[attr-defined]
    return ran
