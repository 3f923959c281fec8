"""A program in a real pseudo-terminal, read through a terminal emulator: what a person would see, and the raw bytes."""

from __future__ import annotations

import codecs
import contextlib
import os
import re
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

import pyte

if sys.platform != "win32":
    import fcntl
    import termios

KEYS = {
    "enter": "\r",
    "esc": "\x1b",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
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
_WHOLE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]P_^X].*?(?:\x07|\x1b\\)|[ -/]*[0-OQ-WYZ\\`-~])", re.S)
# Makes the pseudo-terminal the one that the program belongs to, as a shell would: ^C and changes of size reach it.
_LAUNCHER = "import fcntl, os, sys, termios; fcntl.ioctl(1, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"


class Terminal:
    """`with Terminal(["open", "trace.json"], cwd=...) as t:` runs it; `t.wait_for(text)` looks at its screen.

    Keys of providers in the environment are not passed on, `env` adds to the rest, and no configuration of the user's
    is read. `stdin` is a file to pipe in instead of the keyboard.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        cwd: Path,
        size: tuple[int, int] = (160, 48),
        env: Mapping[str, str] | None = None,
        stdin: Path | None = None,
    ) -> None:
        self.size = size
        self.raw = b""
        self._lock = threading.Lock()
        self._display = pyte.Screen(*size)
        self._emulator = pyte.Stream(self._display)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._fed, self._held = 0, ""
        self._seen: str | None = None
        self._master, slave = os.openpty()
        self._set_size()
        self._settings = termios.tcgetattr(slave)
        dropped = ("COLUMNS", "LINES", "NO_COLOR")  # the program is to ask the terminal itself
        environment = {
            **{k: v for k, v in os.environ.items() if not k.endswith("_API_KEY") and k not in dropped},
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "HOME": str(cwd),
            "TRACEFIX_CONFIG": str(cwd / "no-config.toml"),
            **(env or {}),
        }
        with open(stdin or os.devnull, "rb") as piped:
            self.process = subprocess.Popen(
                [sys.executable, "-c", _LAUNCHER, sys.executable, "-m", "tracefix_tui", *arguments],
                stdin=piped if stdin else slave,
                stdout=slave,
                stderr=slave,
                cwd=cwd,
                env=environment,
                start_new_session=True,
            )
        os.close(slave)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _set_size(self) -> None:
        columns, lines = self.size
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

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
            new, self._fed = self.raw[self._fed :], len(self.raw)
        if not new and self._seen is not None:
            return self._seen
        text = self._held + self._decoder.decode(new)
        start = text.rfind("\x1b")
        whole = start < 0 or _WHOLE.match(text, start)  # half a sequence waits for its rest
        text, self._held = (text, "") if whole else (text[:start], text[start:])
        self._emulator.feed(_UNKNOWN.sub("", text))
        self._seen = "\n".join(line.rstrip() for line in self._display.display)
        return self._seen

    def ground(self, column: int, line: int) -> str:
        """The background of a cell as it was seen last: a colour as six hexadecimal digits, or a name."""
        return self._display.buffer[line][column].bg

    @property
    def is_restored(self) -> bool:
        """Whether the terminal is as it was before the program ran: its own screen, cursor and line settings."""
        shown = self.raw.rpartition(b"\x1b[?1049h")[2]
        left = b"\x1b[?1049l" in shown and self.raw.rfind(b"\x1b[?25h") > self.raw.rfind(b"\x1b[?25l")
        return left and termios.tcgetattr(self._master)[:4] == self._settings[:4]

    def press(self, *keys: str, pause: float = 0.03) -> None:
        """Press named keys, or type text as it is."""
        for key in keys:
            os.write(self._master, KEYS.get(key, key).encode())
            time.sleep(pause)

    def resize(self, columns: int, lines: int) -> None:
        """Make the terminal another size, as dragging its window's corner does."""
        self.size = columns, lines
        self._display.resize(lines, columns)
        self._seen = None
        self._set_size()

    def wait_for(self, *texts: str, timeout: float = 30.0) -> str:
        """The screen, once all the texts are on it; fails with the screen if they never are."""
        return self.wait_until(lambda seen: all(t in seen for t in texts), f"{texts!r} on the screen", timeout)

    def wait_gone(self, text: str, timeout: float = 30.0) -> str:
        """The screen, once the text is no longer on it."""
        return self.wait_until(lambda seen: text not in seen, f"{text!r} gone from the screen", timeout)

    def wait_until(self, holds: Callable[[str], object], what: str = "it", timeout: float = 30.0) -> str:
        """The screen, once something holds of it."""
        end = time.monotonic() + timeout
        while True:
            ended = self.process.poll() is not None
            seen = self.screen
            if holds(seen):
                return seen
            if ended or time.monotonic() > end:
                why = f"the program ended with {self.process.returncode}" if ended else f"waited {timeout:g} s"
                raise AssertionError(f"not {what}: {why}:\n{seen}")
            time.sleep(0.03)

    def wait_end(self, timeout: float = 20.0) -> int:
        """The exit code, once the program has ended and all it wrote is read."""
        code = self.process.wait(timeout)
        self._reader.join(5)
        return code

    def kill(self) -> None:
        """End the program and what it started, at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.kill()
        self._reader.join(2)
        os.close(self._master)
