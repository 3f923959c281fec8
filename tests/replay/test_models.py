"""The models that can be asked now, and where a request goes."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from tests.loopback import Loopback
from tracefix_tui.replay.litellm_caller import caller_for
from tracefix_tui.replay.models import runnable_models
from tracefix_tui.replay.offline.caller import OfflineCaller
from tracefix_tui.replay.providers import destination, litellm_name


def names(env: dict[str, str]) -> list[str]:
    return [choice.model for choice in runnable_models(env)]


def test_offline_is_always_there_and_first() -> None:
    assert names({})[0] == "offline/extractive"


def test_a_key_brings_its_provider() -> None:
    choices = runnable_models({"ANTHROPIC_API_KEY": "k"})
    assert any(c.model.startswith("anthropic/") and c.where == "api.anthropic.com" for c in choices)
    assert all("ANTHROPIC_API_KEY" in c.note for c in choices if c.model.startswith("anthropic/"))
    assert not any(c.model.startswith("openai/") for c in choices)


def test_either_name_of_a_key_will_do() -> None:
    choices = runnable_models({"GOOGLE_API_KEY": "k"})
    assert any(c.model.startswith("gemini/") and "GOOGLE_API_KEY" in c.note for c in choices)


def test_local_servers_that_answer_are_asked_for_their_models() -> None:
    with Loopback(models=("llama3.2", "qwen3")) as server:
        found = runnable_models(
            {
                "OLLAMA_API_BASE": f"http://127.0.0.1:{server.port}",
                "LM_STUDIO_API_BASE": server.url,
                "OPENAI_API_KEY": "k",
            }
        )
    listed = {c.model: c for c in found}
    assert {"ollama_chat/llama3.2", "ollama_chat/qwen3", "lm_studio/llama3.2"} <= set(listed)
    assert listed["ollama_chat/qwen3"].where == f"127.0.0.1:{server.port}"
    assert all("authorization" not in seen.headers for seen in server.requests)


def test_the_users_own_openai_base_is_asked_with_their_key() -> None:
    with Loopback(models=("our-model",)) as server:
        found = names({"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": server.url})
    assert "openai/our-model" in found
    assert "openai/gpt-4o" not in found, "the server says itself what it has"
    assert [seen.headers.get("authorization") for seen in server.requests] == ["Bearer k"]


def test_a_silent_or_broken_server_costs_little_time() -> None:
    with Loopback() as server:
        env = {"OPENAI_BASE_URL": f"http://127.0.0.1:{server.port}/nothing\nhere", "LM_STUDIO_API_BASE": "not a url"}
        started = time.perf_counter()
        assert names(env)[0] == "offline/extractive"
        assert time.perf_counter() - started < 1.5


@pytest.mark.parametrize(
    ("model", "env", "host"),
    [
        ("offline/extractive", {}, "this machine only"),
        ("openai/gpt-4o", {}, "api.openai.com"),
        ("openai/gpt-4o", {"OPENAI_BASE_URL": "http://user:pw@127.0.0.1:9/v1"}, "127.0.0.1:9"),
        ("ollama_chat/x", {}, "127.0.0.1:11434"),
        ("strange/x", {}, "the host that LiteLLM knows for strange/x"),
    ],
)
def test_the_destination_is_named_before_the_first_send(model: str, env: dict[str, str], host: str) -> None:
    assert destination(model, env) == host


@pytest.mark.parametrize(
    ("model", "provider", "sent"),
    [
        ("gpt-4o", "openai", "openai/gpt-4o"),
        ("gpt-4o", None, "openai/gpt-4o"),
        ("gpt-4o", "az.ai.openai", "azure/gpt-4o"),
        ("claude-sonnet-4-5", "aws.bedrock", "bedrock/claude-sonnet-4-5"),
        ("claude-sonnet-4-5", None, "anthropic/claude-sonnet-4-5"),
        ("models/gemini-2.5-flash", "google_genai", "gemini/gemini-2.5-flash"),
        ("llama3.2", "ollama", "ollama_chat/llama3.2"),
        ("meta-llama/Llama-3-8b", "openai", "openai/meta-llama/Llama-3-8b"),
        ("anthropic/claude-3-haiku", "openrouter", "openrouter/anthropic/claude-3-haiku"),
        ("openai/gpt-4o", "openai", "openai/gpt-4o"),
        ("our-model", "our-gateway", "our-model"),
        ("llama-3.3-70b", "groq.chat", "groq/llama-3.3-70b"),
    ],
)
def test_models_get_the_name_litellm_wants(model: str, provider: str | None, sent: str) -> None:
    assert litellm_name(model, provider) == sent


def test_a_name_litellm_knows_is_left_as_it_is() -> None:
    assert litellm_name("offline/extractive", "openai") == "offline/extractive"
    assert litellm_name("anthropic/claude-sonnet-4-5", None) == "anthropic/claude-sonnet-4-5"


def test_the_offline_model_is_asked_without_litellm() -> None:
    assert isinstance(caller_for("offline/extractive"), OfflineCaller)
    code = (
        "import sys\n"
        "from tracefix_tui.replay.litellm_caller import caller_for\n"
        "from tracefix_tui.replay.request import build_request\n"
        "from tracefix_tui.replay.caller import run\n"
        "from tracefix_tui.model.attempt import Request\n"
        "from tracefix_tui.model.message import Message\n"
        "run(Request('offline/extractive', (Message.of('user', 'hi'),)), caller_for('offline/extractive'))\n"
        "print([m for m in ('litellm', 'textual', 'git', 'pydantic', 'openai') if m in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
