"""Token counts, whatever they are called."""

from __future__ import annotations

import re
from typing import Any

from tracefix_tui.model.call import Usage
from tracefix_tui.readers.values import whole

_SNAKE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_INPUT = ("prompt_tokens", "input_tokens", "input", "prompt_token_count", "prompt", "tokens_in")
_OUTPUT = ("completion_tokens", "output_tokens", "output", "candidates_token_count", "completion", "tokens_out")
_TOTAL = ("total_tokens", "total", "total_token_count", "tokens")
_CACHE_READ = (
    "prompt_tokens_details.cached_tokens", "input_tokens_details.cached_tokens", "cache_read_input_tokens",
    "input_token_details.cache_read", "input_cached_tokens", "input_cache_read", "prompt_details.cache_read",
    "prompt_cached_tokens", "cached_input_tokens", "cached_content_token_count",
    "input_token_details.cache_read_tokens", "cache_read_tokens", "cache_read", "cached_tokens",
    "prompt_token_details.cache_read", "input_cache_read_tokens",
)  # fmt: skip
_CACHE_WRITE = (
    "cache_creation_input_tokens", "prompt_tokens_details.cache_creation_tokens",
    "input_token_details.cache_creation", "input_cache_creation", "cache_write_input_tokens",
    "prompt_details.cache_write", "cache_write_tokens", "cache_write", "prompt_cache_creation_tokens",
    "input_token_details.cache_write_tokens", "prompt_tokens_details.cache_write_tokens",
    "input_tokens_details.cache_write_tokens", "input_cache_creation_tokens",
)  # fmt: skip
_REASONING = (
    "completion_tokens_details.reasoning_tokens", "output_tokens_details.reasoning_tokens",
    "output_token_details.reasoning", "output_reasoning", "output_reasoning_tokens", "completion_details.reasoning",
    "reasoning_tokens", "thoughts_token_count", "reasoning_output_tokens", "completion_reasoning_tokens",
    "output_token_details.reasoning_tokens", "reasoning", "completion_token_details.reasoning",
)  # fmt: skip


def read_usage(raw: Any) -> Usage:
    """Counts from a usage object of any provider or tracing system; nested, flat, snake or camel case."""
    flat: dict[str, int] = {}
    _flatten(raw, "", flat, 0)
    if not flat:
        return Usage()

    def first(names: tuple[str, ...]) -> int | None:
        return next((flat[name] for name in names if name in flat), None)

    return Usage(
        input=first(_INPUT),
        output=first(_OUTPUT),
        total=first(_TOTAL),
        cache_read=first(_CACHE_READ),
        cache_write=first(_CACHE_WRITE),
        reasoning=first(_REASONING),
        input_includes_cached=_includes_cached(flat),
    )


def _flatten(raw: Any, prefix: str, out: dict[str, int], depth: int) -> None:
    if not isinstance(raw, dict) or depth > 3:
        return
    for key, value in raw.items():
        name = prefix + _SNAKE.sub("_", str(key)).lower()
        if isinstance(value, dict):
            _flatten(value, name + ".", out, depth + 1)
        else:
            count = whole(value)
            if count is not None:
                out.setdefault(name, count)


def _includes_cached(flat: dict[str, int]) -> bool | None:
    """OpenAI counts cached tokens as input; Anthropic counts them beside it. None where the names do not tell."""
    if "prompt_tokens_details.cached_tokens" in flat or "input_tokens_details.cached_tokens" in flat:
        return True
    if "cached_content_token_count" in flat or "input_token_details.cache_read" in flat:
        return True
    if "cache_read_input_tokens" in flat or "cache_creation_input_tokens" in flat:
        return "prompt_tokens" in flat
    return None
