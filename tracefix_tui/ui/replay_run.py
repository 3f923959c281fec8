"""One press of run: sends a draft as often as asked in a thread, and leaves what comes for the screen to collect."""

from __future__ import annotations

import queue
import threading
import time
from dataclasses import dataclass, field
from typing import TypeAlias

from tracefix_tui.model.attempt import Attempt
from tracefix_tui.model.errors import TracefixError
from tracefix_tui.model.text import money
from tracefix_tui.replay.caller import Event, Finished, ReasoningDelta, TextDelta, ToolCallDelta, Waiting
from tracefix_tui.replay.providers import is_offline
from tracefix_tui.workbench.draft import Draft
from tracefix_tui.workbench.session import Session

_CHARS_PER_TOKEN = 4
_PACE = 0.015


@dataclass(frozen=True, slots=True)
class Began:
    """The run with this number (from 0) is about to be sent."""

    number: int


News: TypeAlias = "Began | Event | Attempt"


@dataclass
class ReplayRun:
    """State of a press of run. The worker calls `work`; the screen reads `news` and the rest at any time."""

    session: Session
    draft: Draft
    repeats: int = 1
    guard: float = 0.05
    news: queue.SimpleQueue[News] = field(default_factory=queue.SimpleQueue)
    stop: threading.Event = field(default_factory=threading.Event)
    state: str = "starting"
    number: int = 0
    cost: float | None = None
    problem: str = ""
    over: bool = False
    attempts: list[Attempt] = field(default_factory=list)
    _started: float = field(default_factory=time.perf_counter)
    _first: float | None = None
    _ended: float | None = None
    _characters: int = 0

    def work(self) -> None:
        """Run to the end; called once, in a thread. Whatever goes wrong becomes `problem`."""
        try:
            self._work()
        except TracefixError as error:
            self.problem = str(error)
        except Exception as error:  # the top of a worker: an error nobody foresaw is told, not raised
            self.problem = f"the replay broke: {type(error).__name__}: {error}"
        if self.problem:
            self.state = "failed"
        self._ended = time.perf_counter()
        self.over = True

    def status(self) -> str:
        """`replay 2/3  streaming  00:02.1  ~87 tok  41 tok/s  $0.0012`."""
        parts = [
            f"replay {self.number + 1}/{self.repeats}" if self.repeats > 1 else "replay",
            self.state,
            _clock(self.elapsed),
        ]
        result = self.attempts[-1].result if self.over and self.attempts else None
        counted = result.usage.output if result else None
        count = counted if counted is not None else self._characters // _CHARS_PER_TOKEN
        if count:
            parts.append(f"{count:,} tok" if counted is not None else f"~{count:,} tok")
            seconds = (self._ended or time.perf_counter()) - (self._first or self._started)
            if seconds > 0.2:
                parts.append(f"{self._characters / _CHARS_PER_TOKEN / seconds:.0f} tok/s")
        if self.cost is not None:
            parts.append(money(self.cost))
        return "  ".join(parts)

    @property
    def elapsed(self) -> float:
        """Seconds since the press, until its end."""
        return (self._ended or time.perf_counter()) - self._started

    def _work(self) -> None:
        from tracefix_tui.replay.litellm_caller import caller_for

        if not is_offline(self.draft.model):
            from tracefix_tui.replay.loading import load_litellm

            self.state = "loading LiteLLM..."
            load_litellm()
        caller = caller_for(self.draft.model, pace=_PACE)
        for number in range(self.repeats):
            if self.stop.is_set():
                break
            self.number = number
            self.news.put(Began(number))
            self.state, self._first, self._characters = "waiting for the first token", None, 0
            attempt = self.session.run(self.draft, caller, self._tell, self.stop)
            self.attempts.append(attempt)
            self.news.put(attempt)
            if self._ends_with(attempt):
                return
        self.state = "stopped" if self.stop.is_set() else "done"

    def _ends_with(self, attempt: Attempt) -> bool:
        """Whether the press ends here: an error, a stop, or the cost guard."""
        result = attempt.result
        if result.cost is not None:
            self.cost = (self.cost or 0.0) + result.cost
        if result.error is not None:
            self.state = "failed"
        elif result.stopped:
            self.state = "stopped, what came is kept"
        elif self.cost is not None and self.cost > self.guard and self.number + 1 < self.repeats:
            self.state = f"stopped at the cost guard of {money(self.guard)}"
        else:
            return False
        return True

    def _tell(self, event: Event) -> None:
        if isinstance(event, Waiting):
            self.state = f"waiting {event.seconds:.0f} s: {event.why}"
        elif isinstance(event, Finished):
            self.state = "judging"
        else:
            self._count(event)
        self.news.put(event)

    def _count(self, event: TextDelta | ReasoningDelta | ToolCallDelta) -> None:
        if self._first is None:
            self._first = time.perf_counter()
        self.state = "streaming"
        self._characters += len(event.arguments if isinstance(event, ToolCallDelta) else event.text)


def expected_cost(session: Session, draft: Draft) -> float | None:
    """About what one run will cost: as the last run of this model did, else as the recording did; None when unknown."""
    if is_offline(draft.model):
        return 0.0
    known = [a.result.cost for a in session.attempts if a.request.model == draft.model and a.result.cost is not None]
    if known:
        return known[-1]
    return session.recording.call.cost if draft.model == session.recording.request.model else None


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60:02d}:{seconds % 60:04.1f}"
