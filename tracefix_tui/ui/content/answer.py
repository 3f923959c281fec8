"""An answer as it streams in, and as it stands at the end."""

from __future__ import annotations

from tracefix_tui.model.attempt import Attempt
from tracefix_tui.model.text import money
from tracefix_tui.replay.caller import Assembly, Event
from tracefix_tui.ui.content.prompt import message_sections
from tracefix_tui.ui.widgets.sections import Section
from tracefix_tui.ui.widgets.text_view import TextView


class Stream:
    """Feeds the events of one run into a view: text is appended, anything new gets its own section."""

    def __init__(self, view: TextView) -> None:
        self._view = view
        self._assembly = Assembly()
        self._shape: list[str] = []
        self._length = 0
        view.show((Section("output.content", ""),))

    def add(self, events: list[Event]) -> None:
        """Take in what came since the last time."""
        if not [event for event in events if self._assembly.add(event)]:
            return
        message = self._assembly.message()
        if message is None:
            return
        if message.tool_calls or message.reasoning:
            self._view.show(message_sections("output", message, role=""), keep=True)
            return
        self._view.append(message.text[self._length :])
        self._length = len(message.text)


def attempt_sections(attempt: Attempt) -> list[Section]:
    """What a run gave: its error in words if it failed, then what came."""
    out: list[Section] = []
    result = attempt.result
    if result.error is not None:
        out.append(Section("error", result.error, title="ERROR", rule=False, style="fail"))
    if result.stopped:
        out.append(Section("stopped", "Stopped: this is what came.", style="warn"))
    if result.output is not None:
        empty = not (result.output.text or result.output.tool_calls or result.output.reasoning)
        out += (
            [Section("empty", "(an empty answer)", style="note")]
            if empty
            else message_sections("output", result.output, role="")
        )
    elif result.error is None and not result.stopped:
        out.append(Section("empty", "(no answer)", style="note"))
    return out


def attempt_note(attempt: Attempt) -> str:
    """`offline/extractive  finish=stop  0.21s  first 0.05s  18 tok  $0`."""
    result = attempt.result
    parts = [result.response_model or attempt.request.model]
    parts += [f"finish={result.finish_reason}"] if result.finish_reason else []
    parts.append(f"{result.latency_ms / 1000:.2f}s")
    parts += [f"first {result.ttft_ms / 1000:.2f}s"] if result.ttft_ms is not None else []
    parts += [f"{result.usage.output:,} tok"] if result.usage.output is not None else []
    parts += [money(result.cost)] if result.cost is not None else []
    return "  ".join(parts)
