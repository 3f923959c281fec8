"""What LiteLLM knows of models: prices, and which parameters they take. Loads LiteLLM: call it off the UI thread."""

from __future__ import annotations

from dataclasses import replace

from tracefix_tui.model.attempt import FidelityEntry, Request
from tracefix_tui.model.json_value import JsonObject
from tracefix_tui.replay.loading import load_litellm
from tracefix_tui.replay.providers import is_offline, provider_of


def cost_of(model: str, usage: object) -> float | None:
    """US dollars by LiteLLM's local price map; None for a model that is not in it, 0 for a server of one's own.

    `usage` is LiteLLM's usage object.
    """
    provider = provider_of(model)
    if provider is not None and provider.local:
        return 0.0
    litellm = load_litellm()
    prefix, _, bare = model.partition("/")
    entry = litellm.model_cost.get(model) or litellm.model_cost.get(bare) or {}
    if not str(entry.get("litellm_provider", "")).startswith(prefix):
        return None
    response = litellm.ModelResponse(model=model, usage=usage)
    try:
        return float(litellm.completion_cost(completion_response=response, model=model))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def unsupported_params(request: Request) -> list[str]:
    """Parameters of the request that its provider does not take, as LiteLLM knows it.

    Each parameter is tried with those before it, since some depend on each other (temperature and reasoning effort).
    """
    if is_offline(request.model):
        return []
    litellm = load_litellm()
    try:
        name, provider, _, _ = litellm.get_llm_provider(request.model)
    except litellm.BadRequestError:
        return []
    tried: JsonObject = {**request.params}
    for key, value in (("tool_choice", request.tool_choice), ("response_format", request.response_format)):
        if value is not None:
            tried[key] = value

    def takes(parameters: JsonObject) -> bool:
        try:
            litellm.utils.get_optional_params(model=name, custom_llm_provider=provider, **parameters)
        except litellm.UnsupportedParamsError:
            return False
        return True

    tools: JsonObject = {"tools": [tool.to_openai() for tool in request.tools]} if request.tools else {}
    taken = tools if takes(tools) else {}
    refused: list[str] = []
    for key in sorted(tried, key=lambda k: k != "reasoning_effort"):
        if takes({**taken, key: tried[key]}):
            taken[key] = tried[key]
        else:
            refused.append(key)
    return refused


def fit(request: Request) -> tuple[Request, tuple[FidelityEntry, ...]]:
    """The request without the parameters that its provider does not take, and an entry for each that was left out."""
    refused = unsupported_params(request)
    fitted = replace(
        request,
        params={k: v for k, v in request.params.items() if k not in refused},
        tool_choice=None if "tool_choice" in refused else request.tool_choice,
        response_format=None if "response_format" in refused else request.response_format,
    )
    return fitted, tuple(FidelityEntry(name, "left out", f"{request.model} does not take it") for name in refused)
