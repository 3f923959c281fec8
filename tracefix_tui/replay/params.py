"""Which parameters a request may carry: an allow list, because LiteLLM takes endpoints and keys as parameters too."""

from __future__ import annotations

from collections.abc import Iterable

from tracefix_tui.readers.shapes.params import SENDABLE

_LEFT_OUT = frozenset({"store", "truncation", "stream_options", "best_of"})
_LOCAL = frozenset(
    {
        "num_ctx", "num_predict", "repeat_penalty", "repeat_last_n", "typical_p", "tfs_z", "mirostat", "mirostat_eta",
        "mirostat_tau", "chat_template_kwargs", "guided_json", "guided_choice", "guided_regex", "prompt_cache_key",
    }
)  # fmt: skip
_GEMINI_ONLY = "safety_settings"
ALLOWED = (SENDABLE - _LEFT_OUT) | _LOCAL


def is_replayed(name: str, model: str) -> bool:
    """True for a recorded parameter that a replay sends again."""
    if name == _GEMINI_ONLY:
        return model.startswith(("gemini/", "vertex_ai/"))
    return name in SENDABLE and name in ALLOWED


def refused_params(params: Iterable[str]) -> list[str]:
    """The names that no request may carry, whoever put them there: a trace, a prompt file or a stored draft."""
    return [name for name in params if name not in ALLOWED]
