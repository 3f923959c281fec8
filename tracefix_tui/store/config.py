"""The user's configuration file: where it is, what it may say."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

from tracefix_tui.model.errors import BadInput
from tracefix_tui.model.json_value import JsonObject

_KNOWN: dict[str, type | tuple[type, ...]] = {"theme": str, "model": str, "cost_guard": (int, float), "keys": dict}


def config_path() -> Path:
    """`$TRACEFIX_CONFIG`, else `config.toml` in the user's configuration folder for tracefix-tui."""
    named = os.environ.get("TRACEFIX_CONFIG")
    if named:
        return Path(named)
    from platformdirs import user_config_path

    return user_config_path("tracefix-tui") / "config.toml"


def read_config() -> JsonObject:
    """The configuration; empty without a file. Raises `BadInput` naming file and key for what does not fit."""
    path = config_path()
    try:
        values: JsonObject = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        hint = "Mend it, or remove it to use the defaults"
        raise BadInput(f"cannot be read: {error}", where=str(path), hint=hint) from error
    for key, value in values.items():
        if key not in _KNOWN:
            raise BadInput(f"unknown key {key!r}", where=str(path), hint=f"Known keys: {', '.join(_KNOWN)}")
        if not isinstance(value, _KNOWN[key]):
            raise BadInput(f"{key} has the wrong type", where=str(path), hint="The README shows an example")
    return values
