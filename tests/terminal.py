"""A program in a real pseudo-terminal, read through a terminal emulator: what a person would see, and the raw bytes."""

from __future__ import annotations

import fcntl
import os
import re
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

import pyte

KEYS = {
    "enter": "\r",
    "esc": "\x1b",
    "tab": "\t",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "pagedown": "\x1b[6~",
    "pageup": "\x1b[5~",
    "f1": "\x1bOP",
    "f4": "\x1bOS",
    "f6": "\x1b[17~",
    "backspace": "\x7f",
    **{f"ctrl+{c}": chr(ord(c) - 96) for c in "abcdefghijklmnopqrstuvwxyz"},
}
# Queries that Textual sends and a terminal answers; without an answer some start-up steps wait.
_ANSWERS = {b"\x1b[c": b"\x1b[?62;22c", b"\x1b[6n": b"\x1b[1;1R"}
# Sequences that the emulator does not know and would print.
_UNKNOWN = re.compile(
    r"\x1b\[[<>=][0-9;:]*[ -/]*[@-~]|\x1b\[\?[0-9;]*\$[a-z]|\x1b\[[0-9;]*:[0-9;:]*m|\x1b[\]P_^X].*?(?:\x07|\x1b\\)",
    re.S,
)


class Terminal:
    """`with Terminal(["open", "trace.json"], cwd=...) as t:` runs it; `t.wait_for(text)` looks at its screen."""

    def __init__(
        self,
        arguments: Sequence[str],
        cwd: Path,
        size: tuple[int, int] = (160, 48),
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.size = size
        self.raw = b""
        self._lock = threading.Lock()
        master, slave = os.openpty()
        columns, lines = size
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        environment = {
            **{k: v for k, v in os.environ.items() if not k.endswith("_API_KEY")},
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "LINES": str(lines),
            "COLUMNS": str(columns),
            "HOME": str(cwd),
            **(env or {}),
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tracefix_tui", *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=cwd,
            env=environment,
            start_new_session=True,
        )
        os.close(slave)
        self._master = master
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._master, 65536)
            except OSError:
                return
            if not data:
                return
            with self._lock:
                self.raw += data
            for asked, answer in _ANSWERS.items():
                if asked in data:
                    os.write(self._master, answer)

    @property
    def screen(self) -> str:
        """What is on the screen now."""
        with self._lock:
            text = self.raw.decode("utf-8", "replace")
        display = pyte.Screen(*self.size)
        pyte.Stream(display).feed(_UNKNOWN.sub("", text))
        return "\n".join(line.rstrip() for line in display.display)

    def press(self, *keys: str, pause: float = 0.05) -> None:
        """Press named keys, or type text as it is."""
        for key in keys:
            os.write(self._master, KEYS.get(key, key).encode())
            time.sleep(pause)

    def wait_for(self, text: str, timeout: float = 20.0) -> str:
        """The screen, once the text is on it; fails with the screen if it never is."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            seen = self.screen
            if text in seen:
                return seen
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise AssertionError(f"{text!r} was not on the screen:\n{self.screen}")

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self._reader.join(2)
        os.close(self._master)
