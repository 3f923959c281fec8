"""The offline model as a caller: streams its answer word by word, without LiteLLM."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from tracefix_tui.model.attempt import Request, Result
from tracefix_tui.model.call import Usage
from tracefix_tui.model.errors import ModelNotFound
from tracefix_tui.replay.caller import Event, Finished, TextDelta, ToolCallDelta
from tracefix_tui.replay.offline.model import Answer, OfflineModel
from tracefix_tui.replay.providers import OFFLINE_MODEL

_PIECE = re.compile(r"\s*\S+|\s+$")


@dataclass
class OfflineCaller:
    """Asks the offline model. `pace` is the pause after each word in seconds: none when nobody watches."""

    pace: float = 0.0
    model: OfflineModel = field(default_factory=OfflineModel)

    def stream(self, request: Request, stop: threading.Event, repeat: int = 0) -> Iterator[Event]:
        """The parts of the answer; see `Caller`. Costs nothing; tokens are estimated."""
        if request.model != OFFLINE_MODEL:
            raise ModelNotFound(
                f"there is no offline model {request.model!r}",
                where=request.model,
                hint=f"The one there is: {OFFLINE_MODEL}",
            )
        started, first = time.perf_counter(), None
        answer = self.model.answer(request, repeat)
        for event in deltas(answer):
            if stop.is_set():
                break
            first = first or time.perf_counter()
            yield event
            if self.pace:
                stop.wait(self.pace)
        now = time.perf_counter()
        yield Finished(
            Result(
                finish_reason=None if stop.is_set() else answer.finish_reason,
                usage=Usage(answer.input_tokens, answer.output_tokens, answer.input_tokens + answer.output_tokens),
                cost=0.0,
                latency_ms=(now - started) * 1000,
                ttft_ms=None if first is None else (first - started) * 1000,
                stopped=stop.is_set(),
                response_model=OFFLINE_MODEL,
            )
        )


def deltas(answer: Answer) -> Iterator[Event]:
    """An answer in the pieces a stream has: words of the text, a few characters of arguments."""
    for piece in _PIECE.findall(answer.text):
        yield TextDelta(piece)
    for index, call in enumerate(answer.tool_calls):
        yield ToolCallDelta(index, call.id, call.name)
        for start in range(0, len(call.arguments), 8):
            yield ToolCallDelta(index, arguments=call.arguments[start : start + 8])
