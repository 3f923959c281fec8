"""Names of prompts and cases: one file name each, the same on every system, which can never leave its folder."""

from __future__ import annotations

import re
from pathlib import Path

from tracefix_tui.model.errors import StoreError
from tracefix_tui.model.text import clip

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")
_RESERVED = {"con", "prn", "aux", "nul", *(f"com{i}" for i in range(10)), *(f"lpt{i}" for i in range(10))}
_LONGEST_MADE = 60


def check_prompt(name: str) -> str:
    """The name itself, which may have parts (`a/b`); raises `PromptInvalid` for one that would leave the folder."""
    from tracefix_tui.prompts.names import prompt_path

    prompt_path(Path(), name)
    return name


def check_name(name: str) -> str:
    """The name of a case itself; raises `StoreError` for one that is not a plain file name on every system."""
    plain = _NAME.fullmatch(name) and not name.endswith(".") and name.split(".")[0].lower() not in _RESERVED
    if not plain:
        raise StoreError(
            f"{clip(name, 60)!r} cannot name a case",
            hint=f"Use letters, digits, '-', '_' and '.', for example {slug(name)!r}",
        )
    return name


def slug(text: str, fallback: str = "case") -> str:
    """A valid name that looks like the text: lower case, words joined by '-'."""
    words = re.findall(r"[a-z0-9]+", text[:1000].lower())
    made = ""
    for word in words:
        if len(made) + len(word) >= _LONGEST_MADE:
            break
        made = f"{made}-{word}" if made else word
    made = made or (words[0][:_LONGEST_MADE] if words else fallback)
    return f"{made}-{fallback}" if made in _RESERVED else made
