"""A real provider's ways to answer and to fail, over HTTP and through LiteLLM, as they are told on the screen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.e2e.steps import FINDING, edit, leave_editor, quit_cleanly
from tests.loopback import Loopback, Reply
from tests.terminal import Terminal
from tracefix_tui.demo.workspace import make

MODEL = "openai/loopback-model"
pytestmark = pytest.mark.slow
WORDS = " ".join(f"word{i}" for i in range(40))


@dataclass
class Sitting:
    """The workbench in a terminal, its draft about to be sent to the server. `asked` is the question before that."""

    terminal: Terminal
    server: Loopback
    asked: str
    runs: int = 1

    def send(self, *replies: Reply) -> int:
        """Press run; gives how many requests for an answer the server had seen before."""
        self.server.script(*replies)
        before = len(self.server.posts)
        self.terminal.press("ctrl+r")
        self.runs += 1
        return before

    def ends(self, *texts: str) -> str:
        """The screen once this run is over and among the others."""
        return self.terminal.wait_for(f"Runs {self.runs} ", *texts)


@pytest.fixture(scope="module")
def sitting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sitting]:
    """One sitting for all tests of this file, for LiteLLM takes seconds to load."""
    root = make(tmp_path_factory.mktemp("provider") / "shop")
    with (
        Loopback(Reply("Hello.")) as server,
        Terminal(["open", "traces/refund.json"], root, env=server.environment()) as t,
    ):
        t.wait_for(FINDING)
        edit(t)
        choose_model(t)
        t.press("ctrl+r")
        asked = t.wait_for(f"Send to 127.0.0.1:{server.port}?", "enter send")
        assert not server.posts, "nothing is sent before it is agreed to"
        t.press("enter")
        t.wait_for("Output  replay  done", "Hello.", timeout=90)  # LiteLLM is loaded now
        yield Sitting(t, server, asked)
        quit_cleanly(t)


def choose_model(t: Terminal) -> None:
    leave_editor(t)
    t.press("tab", "enter")
    t.wait_for("offline/extractive", MODEL, "your OPENAI_BASE_URL answers")
    t.press("loopback", "enter")
    t.wait_for(f"model offline/extractive -> {MODEL}", "Changes 1")


def test_the_first_send_names_the_host(sitting: Sitting) -> None:
    said = " ".join(sitting.asked.split())
    assert f"as a request to {MODEL}" in said
    assert "Nothing was sent there" in said and "never from the trace" in said


def test_an_answer_streams(sitting: Sitting) -> None:
    t = sitting.terminal
    before = sitting.send(Reply(f"No refund [1]. {WORDS} the end.", delay=0.03))
    seen = t.wait_for("replay  streaming", "word1 ", "esc stop")
    assert "the end." not in seen
    sitting.ends("replay  done", "the end.", "finish=stop")
    (post,) = sitting.server.posts[before:]
    assert post.body["model"] == "loopback-model" and post.body["stream"] is True
    assert post.body["temperature"] == 0.2 and post.body["max_tokens"] == 200
    assert [m["role"] for m in post.body["messages"]] == ["system", "user"]
    assert post.headers["authorization"] == "Bearer test-key"


def test_too_many_requests_are_waited_for_and_said(sitting: Sitting) -> None:
    t = sitting.terminal
    limited = Reply(status=429, error="Rate limit reached", headers={"Retry-After": "2"})
    before = sitting.send(limited, Reply("After the wait, still no refund [1]."))
    t.wait_for("waiting 2 s", "esc stop")
    assert len(sitting.server.posts) == before + 1
    sitting.ends("replay  done", "After the wait, still no refund")
    assert len(sitting.server.posts) == before + 2


def test_a_cut_stream_keeps_what_came(sitting: Sitting) -> None:
    sitting.send(Reply(f"The answer begins {WORDS}", cut_after=6))
    seen = sitting.ends("replay  failed", "the stream broke off", "The answer begins")
    assert "What came is kept" in seen and "word30" not in seen


@pytest.mark.parametrize(
    ("status", "error", "words", "hint"),
    [
        (401, "Incorrect API key provided", "refused the key", "OPENAI_API_KEY"),
        (404, "No such model", "does not know the model", "Check its name"),
    ],
)
def test_a_refusal_is_told_in_words(sitting: Sitting, status: int, error: str, words: str, hint: str) -> None:
    before = sitting.send(Reply(status=status, error=error))
    seen = sitting.ends("replay  failed", words, error.split()[0])
    assert hint in seen and "Error code" not in seen and "litellm" not in seen.lower()
    assert "test-key" not in seen
    assert len(sitting.server.posts) == before + 1, "such an answer is final"


def test_esc_stops_and_keeps_what_came(sitting: Sitting) -> None:
    t = sitting.terminal
    sitting.send(Reply(f"Slowly {WORDS}", delay=0.2))
    t.wait_for("replay  streaming", "Slowly word0")
    t.press("esc")
    seen = sitting.ends("Stopped: this is what came.", "what came is kept", "Slowly word0")
    assert "word39" not in seen


def test_the_work_goes_on_after_a_failure(sitting: Sitting) -> None:
    sitting.send(Reply(status=401, error="Incorrect API key provided"))
    sitting.ends("replay  failed", "refused the key")
    sitting.send(Reply("All is well again [1]."))
    sitting.ends("replay  done", "All is well again [1].")
