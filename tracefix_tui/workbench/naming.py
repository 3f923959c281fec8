"""Which prompt of the workspace an attempt belongs to."""

from __future__ import annotations

from itertools import count
from typing import Any, cast

from tracefix_tui.compare.text import diff_text
from tracefix_tui.model.attempt import Attempt
from tracefix_tui.model.errors import PromptInvalid
from tracefix_tui.prompts.file import PromptFile, list_prompts, prompt_path
from tracefix_tui.store.names import slug
from tracefix_tui.store.workspace import Workspace

_ALIKE, _PROMPTS_COMPARED = 0.6, 50  # a prompt without a name belongs to the file it resembles


def prompt_name(attempt: Attempt, workspace: Workspace) -> str:
    """The name that the trace gives, else that of the file it resembles, else one that no file has."""
    named = attempt.prompt.get("name")
    if isinstance(named, str) and named:
        try:
            prompt_path(workspace.prompts_dir, named)
        except PromptInvalid:
            return slug(named, "answer")
        return named
    names = list_prompts(workspace.prompts_dir) if workspace.prompts_dir.is_dir() else ()
    alike = max(((_likeness(attempt, workspace, name), name) for name in names[:_PROMPTS_COMPARED]), default=(0.0, ""))
    if alike[0] >= _ALIKE:
        return alike[1]
    return next(name for n in count(1) if (name := "answer" if n == 1 else f"answer-{n}") not in names)


def _likeness(attempt: Attempt, workspace: Workspace, name: str) -> float:
    """How much a prompt file is like the attempt's prompt, from 0 to 1."""
    try:
        file = PromptFile.read(prompt_path(workspace.prompts_dir, name), name)
    except PromptInvalid:
        return 0.0
    mine = cast("list[dict[str, Any]]", attempt.prompt.get("messages") or [])
    before, after = ("\n".join(f"{m.get('role')}\n{m.get('content')}" for m in each) for each in (file.messages, mine))
    return diff_text(before, after).similarity
