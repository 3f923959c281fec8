"""Handing a text to the user's pager or editor while the app steps aside."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path

from textual.app import App, SuspendNotSupported

from tracefix_tui.model.text import safe


def run_outside(app: App[object], command: str, path: Path) -> str:
    """Run a command on a file with the terminal to itself; gives what went wrong, or an empty text."""
    env = dict(os.environ)
    if app.no_color:
        env["NO_COLOR"] = "1"  # textual takes it out of the environment when it starts
    try:
        with app.suspend():
            subprocess.run([*shlex.split(command), str(path)], env=env, check=False)
    except SuspendNotSupported:
        return "this terminal cannot step aside for another program"
    except (OSError, ValueError) as error:
        return f"{command}: {error}"
    return ""


def pager_command() -> str:
    """`$PAGER`, else less, else more."""
    return os.environ.get("PAGER") or ("less" if shutil.which("less") else "more")


def editor_command() -> str:
    """`$VISUAL` or `$EDITOR`, else the first usual one that is there."""
    named = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    return named or next((e for e in ("nano", "vim", "vi") if shutil.which(e)), "notepad" if os.name == "nt" else "vi")


def view_outside(app: App[object], command: str, text: str, suffix: str = ".txt") -> str:
    """Show a copy of a text in a program; control characters are made visible first."""
    with tempfile.TemporaryDirectory(prefix="tracefix-") as folder:
        path = Path(folder) / f"view{suffix}"
        path.write_text(safe(text), encoding="utf-8", errors="replace")
        return run_outside(app, command, path)
