"""Sampling parameters: which recorded ones can be sent, under LiteLLM's names, without what an SDK invented."""

from __future__ import annotations

import math
import re
from typing import Any

from tracefix_tui.model.json_value import JsonObject
from tracefix_tui.readers.shapes.secrets import REMOVED, SECRET_KEYS, is_secret_key, without_secrets
from tracefix_tui.readers.values import maybe_json, number

__all__ = ["SECRET_KEYS", "clean_params", "raw_params"]

_NUMBERS = frozenset(
    {
        "temperature", "top_p", "top_k", "min_p", "top_a", "max_tokens", "max_completion_tokens", "n", "seed",
        "frequency_penalty", "presence_penalty", "repetition_penalty", "top_logprobs", "best_of",
    }
)  # fmt: skip
_FLAGS = frozenset({"logprobs", "parallel_tool_calls", "store"})
_STRUCTURES = frozenset(
    {
        "logit_bias",
        "thinking",
        "modalities",
        "audio",
        "prediction",
        "web_search_options",
        "safety_settings",
        "stream_options",
    }
)
_WORDS = frozenset({"reasoning_effort", "service_tier", "verbosity", "user", "truncation"})
SENDABLE = _NUMBERS | _FLAGS | _STRUCTURES | _WORDS | {"stop"}

_RENAMED = {
    "max_output_tokens": "max_tokens", "max_tokens_to_sample": "max_tokens", "max_new_tokens": "max_tokens",
    "num_predict": "max_tokens", "stop_sequences": "stop", "choice.count": "n", "choice_count": "n",
    "candidate_count": "n", "num_generations": "n", "random_seed": "seed",
}  # fmt: skip
_NOTHING = frozenset(
    {"", "null", "none", "undefined", "nan", "infinity", "-infinity", "inf", "-inf", "not_given", "notgiven", "omit"}
)
_SENTINEL = re.compile(r"^<?(not_given|notgiven|omit|class|object)\b|\bNOT_GIVEN\b|\bNotGiven\b", re.IGNORECASE)
_EMPTY_STRUCTURES = ("[]", "{}", '{"arrayValue":{}}', '{"arrayvalue":{}}')
_AT_LEAST_ONE = frozenset({"max_tokens", "max_completion_tokens", "n", "top_k"})
_SNAKE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def clean_params(raw: Any) -> JsonObject:
    """The parameters that LiteLLM takes, under its names, as numbers, flags and lists.

    `"Infinity"`, None, `""`, not-given sentinels and impossible counts (`max_tokens: -1`) are what SDKs write for "not
    set": they are left out, and so is every endpoint, key and header.
    """
    out: JsonObject = {}
    for key, value in raw.items() if isinstance(raw, dict) else ():
        name = param_name(key)
        if name not in SENDABLE or name in out:
            continue
        cleaned = _clean(name, value)
        if cleaned is not None:
            out[name] = cleaned
    return out


def raw_params(raw: Any, leave_out: frozenset[str] | set[str] = frozenset()) -> JsonObject:
    """All recorded parameters as they stand, for a fidelity report; secret values are replaced by `[removed]`."""
    if not isinstance(raw, dict):
        return {}
    return {
        str(key): REMOVED if is_secret_key(str(key)) and value is not None else without_secrets(value)
        for key, value in raw.items()
        if key not in leave_out
    }


def param_name(key: Any) -> str:
    """LiteLLM's name of a parameter: snake case, prefixes of tracing conventions dropped."""
    name = str(key).removeprefix("gen_ai.request.").removeprefix("ls_")
    name = _SNAKE.sub("_", name).lower()
    return _RENAMED.get(name, name)


def _clean(name: str, value: Any) -> Any:
    if value is None or _is_nothing(value) or without_secrets(value) != value:
        return None
    if name in _NUMBERS:
        count = number(value)
        return None if count is None or (name in _AT_LEAST_ONE and count < 1) else count
    if name in _FLAGS:
        return _flag(value) if name != "logprobs" or not _is_count(value) else value
    if name == "stop":
        return _stop(value)
    if name in _STRUCTURES:
        value = maybe_json(value, 1)
        return value if isinstance(value, (dict, list)) and value else None
    return value if isinstance(value, str) else None


def _is_nothing(value: Any) -> bool:
    if isinstance(value, float):
        return not math.isfinite(value)
    if isinstance(value, (list, dict)):
        return not value
    if isinstance(value, str):
        text = value.strip()
        return text.lower() in _NOTHING or text in _EMPTY_STRUCTURES or _SENTINEL.search(text) is not None
    return False


def _is_count(value: Any) -> bool:
    """Completions count their log probabilities; chat only switches them on."""
    return isinstance(value, int) and not isinstance(value, bool)


def _flag(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value.lower()) if isinstance(value, str) else None


def _stop(value: Any) -> Any:
    value = maybe_json(value, 1)
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return [item for item in value if isinstance(item, str) and item] or None
    return None
