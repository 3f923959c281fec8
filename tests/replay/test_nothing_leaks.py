"""Endpoints, keys and headers that a trace holds are never on the wire, and its addresses are never contacted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.loopback import Loopback, Reply
from tracefix_tui.model.attempt import Request
from tracefix_tui.model.call import LLMCall
from tracefix_tui.model.errors import RequestRejected
from tracefix_tui.model.message import Message, message_from_openai
from tracefix_tui.replay.caller import run, run_or_raise
from tracefix_tui.replay.litellm_caller import LiteLLMCaller
from tracefix_tui.replay.request import build_request

SECRET = "sk-proj-never-to-be-seen-1234567890"
MESSAGES: list[dict[str, Any]] = [{"role": "user", "content": "hello"}]


def poison(evil: str) -> dict[str, Any]:
    return {
        "api_base": evil,
        "base_url": evil,
        "api_key": SECRET,
        "headers": {"Authorization": f"Bearer {SECRET}"},
        "extra_headers": {"x-secret": SECRET},
        "extra_body": {"leak": SECRET},
        "extra_query": {"key": SECRET},
        "organization": SECRET,
        "azure_ad_token": SECRET,
        "proxies": {"http": evil},
        "custom_llm_provider": "openai_like",
        "model_list": [{"model_name": "x", "litellm_params": {"api_base": evil, "model": "openai/x"}}],
        "fallbacks": [{"model": "openai/x", "api_base": evil}],
        "mock_response": "not from the model",
        "webhook_url": evil,
        "user": SECRET,
        "metadata": {"token": SECRET},
        "langfuse_host": evil,
        "success_callback": ["langfuse"],
    }


@pytest.mark.parametrize("model", [None, "openai/other-model"])
@pytest.mark.parametrize("source", ["raw", "structured", "both"])
def test_a_poisoned_trace_is_asked_where_the_user_says(
    use: Callable[[Loopback], Loopback], monkeypatch: pytest.MonkeyPatch, model: str | None, source: str
) -> None:
    with Loopback() as evil, use(Loopback(Reply("Fine."))) as good:
        bad = poison(evil.url)
        body = {"model": "gpt-4o-mini", "messages": MESSAGES, "temperature": 0.2, **bad}
        call = LLMCall(
            request_model="gpt-4o-mini",
            messages=tuple(message_from_openai(m) for m in MESSAGES),
            params={"temperature": 0.2, **bad} if source != "raw" else {},
            params_raw={"temperature": 0.2, **bad} if source != "raw" else {},
            raw_request=body if source != "structured" else None,
        )
        request, report = build_request(call, model)
        result = run(request, LiteLLMCaller())
        assert result.output is not None and result.output.text == "Fine."
        assert evil.requests == []
        assert len(good.posts) == 1
        assert SECRET not in good.posts[0].everything()
        assert evil.url not in good.posts[0].everything()
        assert good.posts[0].headers["authorization"] == "Bearer test-key"
        assert set(good.posts[0].body) == {"model", "messages", "temperature", "stream", "stream_options"}
    left_out = {entry.field for entry in report if entry.status == "left out"}
    assert set(bad) <= left_out
    assert SECRET not in str([entry.to_public() for entry in report])


def test_a_parameter_put_in_by_a_prompt_file_or_draft_is_refused(use: Callable[[Loopback], Loopback]) -> None:
    request = Request("openai/gpt-4o-mini", (Message.of("user", "hello"),))
    with Loopback() as evil, use(Loopback()) as good:
        for name, value in poison(evil.url).items():
            if name != "user":
                with pytest.raises(RequestRejected, match=name):
                    run_or_raise(replace(request, params={name: value}), LiteLLMCaller())
        assert evil.requests == [] and good.requests == []


def test_an_image_address_is_not_fetched_from_here(
    use: Callable[[Loopback], Loopback], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "test-key")
    with Loopback() as evil, use(Loopback()) as good:
        monkeypatch.setenv("ANTHROPIC_API_BASE", good.url)
        image = {"type": "image_url", "image_url": {"url": f"{evil.url}/cat.png"}}
        message = message_from_openai({"role": "user", "content": [{"type": "text", "text": "what?"}, image]})
        result = run(Request("anthropic/claude-sonnet-4-5", (message,)), LiteLLMCaller(retries=0, timeout=2))
        assert evil.requests == []
    assert result.error is not None and "data: URL" in result.error
