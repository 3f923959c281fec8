"""Prompts: files in `prompts/`, templates, and the way back from a hydrated prompt to its template.

In an application: `litellm.completion(**load("answer").render(question=q, context=c))`.
"""

from __future__ import annotations

from pathlib import Path

from tracefix_tui.prompts.file import PromptFile
from tracefix_tui.prompts.names import find_prompt

__all__ = ["PromptFile", "load"]


def load(name: str, root: str | Path | None = None) -> PromptFile:
    """The prompt `NAME.prompt.yml` of the nearest `prompts/` folder, from the working directory upwards.

    Args:
        name: file name without its ending; `folder/name` for subfolders.
        root: the folder that holds `prompts/`, or the prompts folder itself.

    Raises:
        PromptInvalid: there is no such prompt, or its file is broken.
    """
    return PromptFile.read(find_prompt(name, Path(root) if root is not None else None), name)
