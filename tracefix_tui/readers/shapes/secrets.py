"""What may not leave a trace: endpoints, keys and headers, found by key name or by the look of the value."""

from __future__ import annotations

import re
from typing import Any

REMOVED = "[removed]"

SECRET_KEYS = frozenset(
    {
        "api_base", "base_url", "api_key", "apikey", "api_version", "api_type", "azure_endpoint", "endpoint",
        "azure_ad_token", "headers", "extra_headers", "extra_body", "extra_query", "default_headers",
        "request_headers", "response_headers", "http_options", "authorization", "proxy", "proxies", "http_client",
        "organization", "password", "passwd", "secret", "cookie", "cookies", "credentials", "vertex_credentials",
        "vertex_project", "vertex_location", "aws_access_key_id", "aws_secret_access_key", "aws_session_token",
        "aws_bedrock_runtime_endpoint", "access_token", "auth_token", "refresh_token", "private_key",
        "client_secret", "session_token", "user_api_key", "user_api_key_hash",
    }
)  # fmt: skip

_SECRET_KEY = re.compile(
    r"api[_-]?key|secret|passw(or)?d|authorization|headers?$|(access|auth|bearer|refresh|session|id)[_-]?token$"
    r"|credential|private[_-]?key|cookie|api[_-]?base|base[_-]?url|endpoint|connection[_-]?string",
    re.IGNORECASE,
)
_SECRET_VALUE = re.compile(
    r"(?<![A-Za-z0-9])(?:sk|pk|rk|lsv2|hf|gsk|xox[abp]|gh[pousr]|glpat|AIza)[-_][A-Za-z0-9_\-]{16,}"
    r"|(?<![A-Za-z0-9])AIza[A-Za-z0-9_\-]{30,}|(?<![A-Za-z0-9])AKIA[A-Z0-9]{16}"
    r"|(?i:bearer)\s+[A-Za-z0-9._\-]{16,}|(?i:basic)\s+[A-Za-z0-9+/=]{16,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
)
_CONTENT_KEYS = frozenset(
    {
        "messages", "input", "contents", "prompt", "system", "instructions", "system_instruction",
        "systemInstruction", "tools", "functions", "response_format", "text", "content", "tool_choice", "documents",
        "output", "variables",
    }
)  # fmt: skip
# Parts of a request that hold what the model reads in turn: Gemini keeps its system text and tools there.
_REQUEST_KEYS = frozenset({"config", "generationConfig", "generation_config"})
_SNAKE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def is_secret_key(key: str) -> bool:
    """True for a key that names an endpoint, a key, a token, a header or a password, in any spelling."""
    name = _SNAKE.sub("_", key).lower().replace("-", "_").rsplit(".", 1)[-1]
    return name in SECRET_KEYS or _SECRET_KEY.search(name) is not None


def without_secrets(value: Any, depth: int = 100) -> Any:
    """A copy with the value of every secret key, and every text that looks like a key, replaced by `[removed]`.

    What lies more than `depth` levels deep is not looked at, and so not kept.
    """
    if isinstance(value, (dict, list)) and depth <= 0:
        return REMOVED
    if isinstance(value, dict):
        return {k: REMOVED if _holds_secret(k, v) else without_secrets(v, depth - 1) for k, v in value.items()}
    if isinstance(value, list):
        return [without_secrets(item, depth - 1) for item in value]
    if isinstance(value, str):
        return _SECRET_VALUE.sub(REMOVED, value)
    return value


def safe_body(body: dict[str, Any]) -> dict[str, Any]:
    """A request body to keep: what the model reads stays, secret keys are left out, other values are cleaned."""
    return {k: _safe_value(k, v) for k, v in body.items() if not _holds_secret(k, v)}


def _safe_value(key: str, value: Any) -> Any:
    if key in _CONTENT_KEYS:
        return value
    nested = key in _REQUEST_KEYS and isinstance(value, dict)
    return safe_body(value) if nested else without_secrets(value)


def _holds_secret(key: Any, value: Any) -> bool:
    """A secret key with something in it; a number or a flag (`secret: false`) gives nothing away."""
    return isinstance(key, str) and value not in (None, "") and not isinstance(value, bool) and is_secret_key(key)
