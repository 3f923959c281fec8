"""Which models can be asked now: the offline one, those whose keys are set, those of local servers that answer."""

from __future__ import annotations

import http.client
import json
import os
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit

from tracefix_tui.replay.providers import OFFLINE_MODEL, PROVIDERS, Provider, destination, provider_of

_TIMEOUT = 0.3
_MOST = 50
_MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """A model to choose: its name for LiteLLM, the host it runs on, and why it is offered."""

    model: str
    where: str
    note: str


def runnable_models(env: Mapping[str, str] | None = None) -> list[ModelChoice]:
    """The offline model, then local servers that answer, then providers whose keys are set.

    Takes at most about 0.3 s. Asks only loopback addresses, and the OpenAI base URL where the user has set one.
    """
    env = os.environ if env is None else env
    found = [ModelChoice(OFFLINE_MODEL, "this machine only", "extracts from the prompt; no key, no network")]
    servers = list(_servers(env))
    with ThreadPoolExecutor(max_workers=len(servers) or 1) as pool:
        for choices in pool.map(lambda server: server.models(), servers):
            found += choices
    asked_at_base = any(choice.model.startswith("openai/") for choice in found)
    for provider in PROVIDERS:
        if (
            provider.local
            or not provider.keys
            or provider.missing_keys(env)
            or (provider.prefix == "openai" and asked_at_base)
        ):
            continue
        for model in _usual(provider):
            found.append(ModelChoice(model, destination(model, env), f"{_key(provider, env)} set"))
    return list({choice.model: choice for choice in reversed(found)}.values())[::-1]


@dataclass(frozen=True, slots=True)
class _Server:
    """One server to ask for its list of models."""

    prefix: str
    url: str
    note: str
    key: str | None = None

    def models(self) -> list[ModelChoice]:
        """What it lists; nothing when it does not answer in time, or not as such a server does."""
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect())
        try:
            with opener.open(urllib.request.Request(self.url, headers=headers), timeout=_TIMEOUT) as answer:
                body = json.loads(answer.read(_MAX_BYTES))
        except (OSError, ValueError, RecursionError, http.client.HTTPException):
            return []
        rows = (body.get("data") or body.get("models")) if isinstance(body, dict) else None
        names = [row.get("id") or row.get("name") for row in rows or [] if isinstance(row, dict)]
        where = urlsplit(self.url).netloc.rpartition("@")[2]
        return [
            ModelChoice(f"{self.prefix}/{name}", where, self.note) for name in names[:_MOST] if isinstance(name, str)
        ]


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A local server cannot send us, or the user's key, elsewhere."""

    def redirect_request(self, *_: object, **__: object) -> None:
        return None


def _servers(env: Mapping[str, str]) -> Iterator[_Server]:
    for prefix, name, path in (
        ("ollama_chat", "Ollama", "/api/tags"),
        ("lm_studio", "LM Studio", "/models"),
        ("hosted_vllm", "vLLM", "/models"),
    ):
        provider = provider_of(f"{prefix}/x")
        base = (provider.base(env) or provider.default_base) if provider else None
        if base:
            yield _Server(prefix, base.rstrip("/") + path, f"{name} answers")
    base = env.get("OPENAI_BASE_URL") or env.get("OPENAI_API_BASE")
    if base and urlsplit(base).hostname != "api.openai.com":
        yield _Server("openai", base.rstrip("/") + "/models", "your OPENAI_BASE_URL answers", env.get("OPENAI_API_KEY"))


def _key(provider: Provider, env: Mapping[str, str]) -> str:
    return " and ".join(next(name for name in key.split("|") if env.get(name)) for key in provider.keys)


def _usual(provider: Provider) -> tuple[str, ...]:
    """A few models of a provider; those that a loaded LiteLLM no longer knows are left out."""
    litellm = sys.modules.get("litellm")
    known = getattr(litellm, "model_cost", None) or {}
    listed = tuple(
        model for model in provider.models if not known or model in known or model.partition("/")[2] in known
    )
    return listed or provider.models
