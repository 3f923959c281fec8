"""LiteLLM is loaded once, by the first test that needs it, and every test has an environment without keys."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType
from typing import Any

import pytest

from tests.loopback import Loopback
from tracefix_tui.replay.loading import load_litellm


@pytest.fixture
def litellm() -> ModuleType:
    return load_litellm()


@pytest.fixture
def elsewhere() -> Iterator[Callable[..., Any]]:
    """Call a function in another thread: LiteLLM leaves an open event loop behind in the main one."""
    with ThreadPoolExecutor(1) as pool:
        yield lambda function, *args, **kwargs: pool.submit(function, *args, **kwargs).result()


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.endswith(("_API_KEY", "_API_BASE", "_BASE_URL", "_TOKEN")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch, litellm: ModuleType) -> Callable[[Loopback], Loopback]:
    """Point `openai/...` models at a loopback server for the rest of the test."""

    def point(server: Loopback) -> Loopback:
        for name, value in server.environment().items():
            monkeypatch.setenv(name, value)
        return server

    return point
