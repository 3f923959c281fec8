"""The LiteLLM caller against a server on loopback: what arrives, what is counted, what is said when it fails."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest

from tests.loopback import Loopback, Reply
from tracefix_tui.model.attempt import Request
from tracefix_tui.model.call import ToolDef
from tracefix_tui.model.errors import (
    AuthRejected,
    ContentFiltered,
    ModelNotFound,
    NoKey,
    ProviderDown,
    ProviderError,
    ProviderTimeout,
    RateLimited,
    RequestRejected,
    StreamCut,
)
from tracefix_tui.model.message import MediaPart, Message, TextPart
from tracefix_tui.replay.caller import Event, Finished, ReasoningDelta, TextDelta, Waiting, run, run_or_raise
from tracefix_tui.replay.knowledge import fit, unsupported_params
from tracefix_tui.replay.litellm_caller import LiteLLMCaller

Use = Callable[[Loopback], Loopback]
ASK = Request("openai/some-model", (Message.of("user", "When do refunds arrive?"),))
WEATHER = ToolDef("weather", "Weather of a city", {"type": "object", "properties": {"city": {"type": "string"}}})


def test_an_answer_streams_in_and_is_counted(use: Use) -> None:
    reply = Reply("In five days.", reasoning="They ask about refunds.", cached_tokens=3, model="some-model-2026-01")
    events: list[Event] = []
    with use(Loopback(reply)) as server:
        result = run(replace(ASK, params={"temperature": 0.2, "seed": 7}), LiteLLMCaller(), events.append)
    assert result.error is None
    assert (
        result.output == Message("assistant", (*result.output.parts[:1], TextPart("In five days.")))
        if result.output
        else False
    )
    assert result.output is not None and result.output.reasoning == "They ask about refunds."
    assert (result.usage.input, result.usage.output, result.usage.total, result.usage.cache_read) == (11, 7, 18, 3)
    assert result.finish_reason == "stop"
    assert result.response_model == "some-model-2026-01"
    assert result.cost is None, "a model that is not in the price map has no price"
    assert result.ttft_ms is not None and 0 < result.ttft_ms <= result.latency_ms
    assert [type(e) for e in events] == [ReasoningDelta, TextDelta, TextDelta, TextDelta, Finished]
    body = server.posts[0].body
    assert body == {
        "model": "some-model",
        "messages": [{"role": "user", "content": "When do refunds arrive?"}],
        "temperature": 0.2,
        "seed": 7,
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def test_tool_calls_keep_their_argument_bytes(use: Use) -> None:
    arguments = '{"city":  "Zürich",\n "unit":"celsius" }'
    with use(Loopback(Reply(tool_calls=(("weather", arguments), ("weather", "{}"))))) as server:
        result = run(replace(ASK, tools=(WEATHER,), tool_choice="required"), LiteLLMCaller())
    assert result.output is not None
    assert [(c.id, c.name, c.arguments) for c in result.output.tool_calls] == [
        ("call_0", "weather", arguments),
        ("call_1", "weather", "{}"),
    ]
    assert result.finish_reason == "tool_calls"
    assert server.posts[0].body["tools"] == [WEATHER.to_openai()]
    assert server.posts[0].body["tool_choice"] == "required"


def test_images_and_response_formats_arrive_as_they_are(use: Use) -> None:
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
    form = {"type": "json_schema", "json_schema": {"name": "answer", "schema": {"type": "object", "properties": {}}}}
    message = Message("user", (TextPart("What is this?"), MediaPart("image", image)), listed=True)
    with use(Loopback(Reply("{}"))) as server:
        result = run(Request("openai/some-model", (message,), response_format=form), LiteLLMCaller())
    assert result.error is None
    assert server.posts[0].body["messages"][0]["content"] == [{"type": "text", "text": "What is this?"}, image]
    assert server.posts[0].body["response_format"] == form


def test_a_known_model_has_a_price(use: Use) -> None:
    with use(Loopback()):
        result = run(replace(ASK, model="openai/gpt-4o-mini"), LiteLLMCaller())
    assert result.cost == pytest.approx(11 * 0.15e-6 + 7 * 0.6e-6)


def test_an_empty_answer_is_an_answer(use: Use) -> None:
    with use(Loopback(Reply(""))):
        result = run(ASK, LiteLLMCaller())
    assert result.error is None
    assert result.output == Message("assistant")


@pytest.mark.parametrize(
    ("reply", "error", "words"),
    [
        (Reply(status=401, error="Incorrect API key"), AuthRejected, "Check OPENAI_API_KEY"),
        (Reply(status=404, error="no such model", code="model_not_found"), ModelNotFound, "choose another model"),
        (Reply(status=429, error="slow down"), RateLimited, "run it again"),
        (Reply(status=500), ProviderDown, "failed with 500"),
        (Reply(status=503), ProviderDown, "Run it again later"),
        (Reply(status=400, error="temperature must be below 2"), RequestRejected, "temperature must be below 2"),
        (
            Reply(status=400, error="blocked by content management policy", code="content_filter"),
            ContentFiltered,
            "filter",
        ),
        (Reply("We can", finish_reason="content_filter"), ContentFiltered, "withheld"),
        (Reply("one two three four", cut_after=2), StreamCut, "What came is kept"),
        (Reply("one two three four", cut_after=0), ProviderDown, "closed the connection before the answer began"),
        (Reply("one two three four", garbage=True), ProviderDown, "sent what cannot be read as an answer"),
        (Reply(hang=True), ProviderTimeout, "no answer within 0.4 s"),
    ],
)
def test_a_failure_is_told_in_words(use: Use, reply: Reply, error: type[ProviderError], words: str) -> None:
    caller = LiteLLMCaller(timeout=0.4, retries=0)
    with use(Loopback(reply)):
        result = run(ASK, caller)
        with pytest.raises(error):
            run_or_raise(ASK, caller)
    assert result.error is not None
    assert words in result.error
    assert result.error.startswith("openai/some-model: ")
    assert "Traceback" not in result.error and "\n" not in result.error


def test_a_cut_stream_keeps_what_came(use: Use) -> None:
    with use(Loopback(Reply("one two three four", cut_after=2))):
        result = run(ASK, LiteLLMCaller())
    assert result.output is not None and result.output.text == "one two "


def test_a_full_stop_is_not_a_cut_but_a_missing_reason_is(use: Use) -> None:
    with use(Loopback(Reply("one two", finish_reason="length"))):
        assert run(ASK, LiteLLMCaller()).finish_reason == "length"
    with use(Loopback(Reply("one two", ends=False))):
        result = run(ASK, LiteLLMCaller())
    assert result.error is not None and "before the answer did" in result.error
    assert result.output is not None and result.output.text == "one two"


def test_too_many_requests_waits_as_told_and_tries_again(use: Use) -> None:
    events: list[Event] = []
    with use(Loopback(Reply(status=429, headers={"Retry-After": "0.2"}), Reply("Fine."))) as server:
        started = time.perf_counter()
        result = run(ASK, LiteLLMCaller(backoff=30), events.append)
    assert time.perf_counter() - started >= 0.2
    assert result.error is None and result.output is not None and result.output.text == "Fine."
    assert [e.seconds for e in events if isinstance(e, Waiting)] == [0.2]
    assert result.latency_ms < 200, "waiting is not the model's latency"
    assert len(server.posts) == 2


def test_retries_are_bounded(use: Use) -> None:
    with use(Loopback(Reply(status=500))) as server:
        result = run(ASK, LiteLLMCaller(retries=2, backoff=0.01))
    assert result.error is not None
    assert len(server.posts) == 3


def test_a_wait_can_be_stopped(use: Use) -> None:
    stop = threading.Event()
    with use(Loopback(Reply(status=429, headers={"Retry-After": "20"}))):
        started = time.perf_counter()
        result = run(ASK, LiteLLMCaller(), lambda e: stop.set() if isinstance(e, Waiting) else None, stop)
    assert result.stopped
    assert time.perf_counter() - started < 5


def test_stopping_keeps_what_came(use: Use) -> None:
    stop = threading.Event()
    with use(Loopback(Reply("one two three four five six", delay=0.2))):
        started = time.perf_counter()
        result = run(ASK, LiteLLMCaller(), lambda e: stop.set() if isinstance(e, TextDelta) else None, stop)
    assert time.perf_counter() - started < 1
    assert result.stopped and result.error is None
    assert result.output is not None and result.output.text == "one "


def test_stopping_does_not_wait_for_a_silent_server(use: Use) -> None:
    stop = threading.Event()
    threading.Timer(0.2, stop.set).start()
    with use(Loopback(Reply(hang=True))):
        started = time.perf_counter()
        result = run(ASK, LiteLLMCaller(timeout=20), None, stop)
    assert result.stopped and result.output is None
    assert time.perf_counter() - started < 2


def test_a_server_that_is_not_there(use: Use) -> None:
    with Loopback() as server:
        use(server)
    result = run(ASK, LiteLLMCaller(retries=0, timeout=2))
    assert result.error is not None
    assert "could not be reached" in result.error and f"127.0.0.1:{server.port}" in result.error


@pytest.mark.parametrize(
    ("model", "variable"),
    [
        ("openai/gpt-4o", "OPENAI_API_KEY"),
        ("gpt-4o", "OPENAI_API_KEY"),
        ("anthropic/claude-sonnet-4-5", "ANTHROPIC_API_KEY"),
        ("gemini/gemini-2.5-flash", "GEMINI_API_KEY"),
        ("mistral/mistral-small-latest", "MISTRAL_API_KEY"),
        ("azure/my-deployment", "AZURE_API_KEY"),
    ],
)
def test_no_key_names_the_variable(litellm: ModuleType, model: str, variable: str) -> None:
    with pytest.raises(NoKey, match=variable):
        run_or_raise(replace(ASK, model=model), LiteLLMCaller(retries=0))


def test_an_unknown_provider_says_how_to_name_one(litellm: ModuleType) -> None:
    with pytest.raises(ModelNotFound, match="provider/model"):
        run_or_raise(replace(ASK, model="our-own-model"), LiteLLMCaller())


def test_a_parameter_the_model_does_not_take_is_named(use: Use) -> None:
    request = replace(ASK, model="openai/o3", params={"top_p": 0.5})
    with use(Loopback()) as server, pytest.raises(RequestRejected, match="does not take top_p"):
        run_or_raise(request, LiteLLMCaller())
    assert server.posts == []


def test_unsupported_parameters_are_left_out_only_with_a_word(litellm: ModuleType) -> None:
    request = replace(
        ASK, model="anthropic/claude-sonnet-4-5", params={"seed": 1, "temperature": 0.3}, tools=(WEATHER,)
    )
    assert unsupported_params(request) == ["seed"]
    fitted, entries = fit(request)
    assert fitted.params == {"temperature": 0.3}
    assert [(e.field, e.status) for e in entries] == [("seed", "left out")]
    assert unsupported_params(replace(ASK, model="openai/gpt-5", params={"temperature": 0.2})) == ["temperature"]
    assert unsupported_params(replace(ASK, params={"temperature": 0.2, "seed": 1, "reasoning_effort": "low"})) == []


def test_what_a_provider_says_holds_no_key(use: Use, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "a-secret-of-the-user")
    said = "bad key a-secret-of-the-user, and sk-proj-abcdefghijklmnop1234 too\x1b[31m"
    with use(Loopback(Reply(status=401, error=said))):
        monkeypatch.setenv("OPENAI_API_KEY", "a-secret-of-the-user")
        result = run(ASK, LiteLLMCaller())
    assert result.error is not None
    assert "a-secret-of-the-user" not in result.error
    assert "sk-proj-" not in result.error
    assert "\x1b" not in result.error


def test_nothing_is_written_beside_the_answer(use: Use, capfd: pytest.CaptureFixture[str]) -> None:
    for reply in (Reply("Fine."), Reply(status=400), Reply("one two", cut_after=1), Reply("x", garbage=True)):
        with use(Loopback(reply)):
            run(ASK, LiteLLMCaller(retries=0))
    assert capfd.readouterr() == ("", "")


def test_the_overhead_over_litellm_is_small(use: Use, litellm: ModuleType, elsewhere: Callable[..., Any]) -> None:
    caller = LiteLLMCaller()
    bare: list[float] = []
    ours: list[float] = []
    with use(Loopback(Reply("a short answer of some words"))):
        for _ in range(15):
            started = time.perf_counter()
            elsewhere(lambda: list(litellm.completion(**caller.arguments(ASK))))
            bare.append(time.perf_counter() - started)
            started = time.perf_counter()
            run(ASK, caller)
            ours.append(time.perf_counter() - started)
    assert statistics.median(ours) - statistics.median(bare) < 0.02
