"""Editing a text in $EDITOR: the file holds exactly the text, and what is saved comes back exactly."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.app import App


def edit_outside(app: App[object], text: str, suffix: str = ".txt") -> tuple[str, str]:
    """(text as saved, what went wrong). A final newline that only the editor added is taken off again."""
    from tracefix_tui.ui.external import editor_command, run_outside

    with tempfile.TemporaryDirectory(prefix="tracefix-") as folder:
        path = Path(folder) / f"edit{suffix}"
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        problem = run_outside(app, editor_command(), path)
        if problem:
            return text, problem
        try:
            saved = path.read_bytes().decode("utf-8", "surrogatepass")
        except (OSError, UnicodeDecodeError) as error:
            return text, f"what the editor saved cannot be read: {error}"
    if saved.endswith("\n") and not text.endswith("\n"):
        saved = saved[:-1]
    return saved, ""
