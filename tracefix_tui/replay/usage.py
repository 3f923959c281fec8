"""Token counts of an answer, from LiteLLM's usage object."""

from __future__ import annotations

from tracefix_tui.model.call import Usage


def usage_from(raw: object) -> Usage:
    """Counts in OpenAI's sense: `input` contains what was read from a cache."""
    prompt = getattr(raw, "prompt_tokens_details", None)
    completion = getattr(raw, "completion_tokens_details", None)
    return Usage(
        input=_count(raw, "prompt_tokens"),
        output=_count(raw, "completion_tokens"),
        total=_count(raw, "total_tokens"),
        cache_read=_count(prompt, "cached_tokens"),
        cache_write=_count(prompt, "cache_creation_tokens"),
        reasoning=_count(completion, "reasoning_tokens"),
        input_includes_cached=True,
    )


def _count(holder: object, name: str) -> int | None:
    value = getattr(holder, name, None)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
