"""What a replay adds to a bare streaming call of LiteLLM, against a server on loopback."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from statistics import median

import pytest

from tests.benchmarks.measuring import by_turns, report, spread, timed
from tests.loopback import Loopback, Reply
from tracefix_tui.demo.workspace import REFUND, make
from tracefix_tui.readers import open_trace
from tracefix_tui.replay.caller import run
from tracefix_tui.replay.litellm_caller import LiteLLMCaller
from tracefix_tui.replay.loading import load_litellm
from tracefix_tui.store.workspace import Workspace
from tracefix_tui.workbench.draft import Draft
from tracefix_tui.workbench.recording import choose_span, record
from tracefix_tui.workbench.session import Session

_ANSWER = Reply("Refunds arrive within five days of the return. " * 20)
_MODEL = "openai/loopback-model"


def test_replay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = make(tmp_path / "shop")
    with Loopback(_ANSWER) as server, ThreadPoolExecutor(1) as elsewhere:
        for name, value in server.environment().items():
            monkeypatch.setenv(name, value)
        # LiteLLM leaves an event loop open in the thread that calls it
        elsewhere.submit(_measure, shop).result()


def _measure(shop: Path) -> None:
    litellm = load_litellm()
    opened = open_trace(str(shop / REFUND)).traces[0]
    recording = record(opened, choose_span(opened), prompts_dir=shop / "prompts")
    request = replace(recording.request, model=_MODEL)
    session = Session(recording, Workspace.find(shop))
    draft = Draft.of(recording, [{"edit": "model", "value": _MODEL}])
    caller = LiteLLMCaller()
    arguments = {**caller.arguments(request), "stream": True, "stream_options": {"include_usage": True}}

    def bare() -> float:
        return timed(lambda: list(litellm.completion(**arguments)))

    def called() -> float:
        return timed(lambda: run(request, caller))

    def judged() -> float:
        return timed(lambda: session.run(draft, caller))

    assert run(request, caller).error is None
    alone, ours, whole = by_turns(bare, called, judged, runs=25)
    report("LiteLLM alone", spread(alone))
    report("the caller", f"{spread(ours)}: {_added(ours, alone):+.1f} ms")
    report("a run, judged and kept", f"{spread(whole)}: {_added(whole, alone):+.1f} ms")


def _added(ours: list[float], alone: list[float]) -> float:
    """The median of the differences turn by turn, which a load that comes and goes moves least."""
    return median(a - b for a, b in zip(ours, alone, strict=True))
