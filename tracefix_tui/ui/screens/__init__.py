"""The screens, and what the trace screen can open: each opener is a key, a command and a function imported on use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tracefix_tui.ui.screens.trace import TraceScreen


@dataclass(frozen=True)
class Opener:
    """A way on from the trace screen. `id` is in `keys.KEYS`; `target` is `module:function`, called with that screen.

    `needs_call` opens only while an LLM call is shown. `command` is its line in the palette (`group: Verb`).
    """

    id: str
    target: str
    command: str
    needs_call: bool = True

    def open(self, screen: TraceScreen) -> None:
        """Import the target and call it."""
        module, name = self.target.split(":")
        function: Callable[[TraceScreen], None] = getattr(import_module(module), name)
        function(screen)


_WORKBENCH = "tracefix_tui.ui.screens.workbench_open"
OPENERS: tuple[Opener, ...] = (
    Opener("edit", f"{_WORKBENCH}:edit", "replay: Edit and replay"),
    Opener("replay", f"{_WORKBENCH}:replay", "replay: Replay as it is"),
    Opener("diff", f"{_WORKBENCH}:diff", "replay: Compare the last run"),
    Opener("accept", f"{_WORKBENCH}:accept", "replay: Accept the last run"),
)
