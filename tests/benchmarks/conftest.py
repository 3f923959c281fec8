"""Benchmarks: `pytest tests/benchmarks -s` runs and prints them; `pytest` alone leaves them out.

They print ratios of two things measured by turns on the same machine, and fail only when something does not work: how
fast a machine is at the moment is not for a test to judge.
"""

from __future__ import annotations

import compileall
import importlib.util
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.benchmarks import traces

HERE = Path(__file__).parent
_STARTED_WITH = ("textual", "rich", "click", "tracefix_tui")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    """Files named `bench_*.py`, when their folder was asked for by name."""
    if not file_path.match("bench_*.py") or parent.session.isinitpath(file_path):
        return None  # a file that is named itself is collected by pytest
    start = parent.config.invocation_params.dir
    named = [start / str(argument).partition("::")[0] for argument in parent.config.args]
    if not any(path.resolve().is_relative_to(HERE) for path in named):
        return None
    module: pytest.Module = pytest.Module.from_parent(parent, path=file_path)
    return module


@pytest.fixture(autouse=True)
def _own_surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.endswith("_API_KEY") or name == "NO_COLOR":
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TRACEFIX_CONFIG", str(tmp_path / "config.toml"))


@pytest.fixture(scope="session")
def compiled() -> None:
    """Byte code of all that a start of the app imports, so that no start has to write it."""
    for name in _STARTED_WITH:
        spec = importlib.util.find_spec(name)
        for folder in (spec.submodule_search_locations or ()) if spec else ():
            compileall.compile_dir(folder, quiet=2)


@pytest.fixture(scope="session")
def trace_file(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The path of one of `traces.SHAPES`, written when it is first asked for."""
    folder = tmp_path_factory.mktemp("traces")

    def path(name: str) -> Path:
        target = folder / f"{name}.json"
        if not target.exists():
            traces.write(target, name)
        return target

    return path
