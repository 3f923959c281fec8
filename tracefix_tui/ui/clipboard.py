"""Copying to the clipboard, by the first way that is known to work here, saying which one it was."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping

MAX_OSC52 = 100_000
_SECONDS = 3


def clipboard_command(environ: Mapping[str, str] | None = None, platform: str = sys.platform) -> list[str] | None:
    """The program that reaches the clipboard of this desktop; None over SSH or where there is none."""
    env = os.environ if environ is None else environ
    if env.get("SSH_CONNECTION") or env.get("SSH_TTY"):
        return None
    choices: list[tuple[bool, list[str]]] = [
        (platform == "darwin", ["pbcopy"]),
        (bool(env.get("WAYLAND_DISPLAY")), ["wl-copy"]),
        (bool(env.get("DISPLAY")), ["xclip", "-selection", "clipboard"]),
        (platform == "win32" or bool(env.get("WSL_DISTRO_NAME")), ["clip.exe"]),
    ]
    return next((command for usable, command in choices if usable and shutil.which(command[0])), None)


def copy(text: str, osc52: Callable[[str], None], environ: Mapping[str, str] | None = None) -> str:
    """Copy a text; gives one line that says how it went and which way it took. `osc52` writes to the terminal."""
    size = f"copied {len(text):,} characters"
    command = clipboard_command(environ)
    if command is not None and _ran(command, text):
        return f"{size} with {command[0]}"
    if len(text.encode("utf-8", "replace")) > MAX_OSC52:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", errors="replace", prefix="tracefix-", suffix=".txt", delete=False
        ) as file:
            file.write(text)
        return f"{len(text):,} characters are too many for the terminal's clipboard: written to {file.name}"
    osc52(text)
    return f"{size} through the terminal (OSC 52; tmux needs set-clipboard on)"


def _ran(command: list[str], text: str) -> bool:
    encoding = "utf-16-le" if command[0] == "clip.exe" else "utf-8"
    try:
        done = subprocess.run(
            command,
            input=text.encode(encoding, "replace"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
