"""Measuring: a program in a pseudo-terminal whose every output is stamped, a child process, turns, and medians."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import signal
import statistics
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

RUNS = 7
# What Textual asks a terminal, and what one that keeps frames together answers.
_ANSWERS = {b"\x1b[c": b"\x1b[?62;22c", b"\x1b[6n": b"\x1b[1;1R", b"\x1b[?2026$p": b"\x1b[?2026;2$y"}
KEYS = {"down": "\x1b[B", "pagedown": "\x1b[6~", "pageup": "\x1b[5~", "tab": "\t"}


class Stamped:
    """A command in a terminal of 120 by 40. `first` tells when a text came; `key` how long an answer to a key took."""

    def __init__(self, command: Sequence[str], cwd: Path) -> None:
        self._came: list[tuple[float, bytes]] = []
        self._master, slave = pty.openpty()
        termios.tcsetwinsize(slave, (40, 120))
        environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        environment.pop("COLUMNS", None)
        environment.pop("LINES", None)
        self._began = time.perf_counter()
        self._process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, cwd=cwd, env=environment, start_new_session=True
        )
        os.close(slave)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        with contextlib.suppress(OSError):
            while data := os.read(self._master, 65536):
                self._came.append((time.perf_counter(), data))
                for asked, answer in _ANSWERS.items():
                    if asked in data:
                        os.write(self._master, answer)

    def first(self, text: str, seconds: float = 120.0) -> float:
        """Milliseconds from the start of the process to the output that completes this text."""
        wanted, seen, at = text.encode(), b"", 0
        while time.perf_counter() - self._began < seconds:
            while at < len(self._came):
                when, data = self._came[at]
                seen, at = seen[-len(wanted) :] + data, at + 1
                if wanted in seen:
                    return (when - self._began) * 1000
            time.sleep(0.001)
        raise TimeoutError(f"{text!r} did not come; last was {b''.join(d for _, d in self._came)[-2000:]!r}")

    def key(self, name: str, seconds: float = 5.0) -> float:
        """Milliseconds from a key to the first output after it, then waits a moment for the rest of it."""
        before, sent = len(self._came), time.perf_counter()
        os.write(self._master, KEYS.get(name, name).encode())
        while len(self._came) == before:
            if time.perf_counter() - sent > seconds:
                raise TimeoutError(f"no answer to {name}")
            time.sleep(0.0005)
        self.quiet(0.1, 0.5)
        return (self._came[before][0] - sent) * 1000

    def quiet(self, seconds: float, limit: float = 10.0) -> bool:
        """Wait until nothing came for so long; False if that did not come about within the limit."""
        end = time.perf_counter() + limit
        while time.perf_counter() - (self._came[-1][0] if self._came else self._began) < seconds:
            if time.perf_counter() > end:
                return False
            time.sleep(0.01)
        return True

    def __enter__(self) -> Stamped:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._reader.join(2)
        os.close(self._master)


def app(*arguments: str | Path) -> list[str]:
    """The command line of the app."""
    return [sys.executable, "-m", "tracefix_tui", *map(str, arguments)]


def child(code: str, *arguments: str | Path) -> dict[str, float]:
    """Run `work()` as the code defines it, in a process of its own: milliseconds, and the peak MiB of the process."""
    script = f"""
import json, sys, time
from tests.benchmarks.measuring import peak_mib
{code}
began = time.perf_counter()
kept = work()
print(json.dumps({{"ms": (time.perf_counter() - began) * 1000, "peak_mib": peak_mib()}}))
"""
    command = [sys.executable, "-c", script, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def peak_mib() -> float:
    """The most memory that this process ever held."""
    status = Path("/proc/self/status")
    if status.exists():  # what getrusage says there begins with the size of the parent
        return int(status.read_text(encoding="ascii").partition("VmHWM:")[2].split()[0]) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def timed(work: Callable[[], Any]) -> float:
    """Milliseconds that a call takes."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def by_turns(*works: Callable[[], float], runs: int = RUNS) -> list[list[float]]:
    """What each gives, measured by turns so that all meet the same load; a first turn warms caches and is left out."""
    found: list[list[float]] = [[] for _ in works]
    for turn in range(runs + 1):
        for work, values in zip(works, found, strict=True):
            value = work()
            if turn:
                values.append(value)
    return found


def spread(values: Sequence[float]) -> str:
    """`28.0 ms (22.1 to 40.3)`: the median and the ends."""
    return f"{statistics.median(values):,.1f} ms ({min(values):,.1f} to {max(values):,.1f})"


def report(what: str, words: str) -> None:
    """A line of the table."""
    print(f"\n  {what:<34} {words}", end="")
