"""Keeps a draft on disk while it is edited: half a second after the last edit, in a thread, the newest state only."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from tracefix_tui.model.errors import TracefixError
from tracefix_tui.model.text import safe
from tracefix_tui.workbench.kept import forget, keep
from tracefix_tui.workbench.session import Session
from tracefix_tui.workbench.undo import Steps

if TYPE_CHECKING:
    from textual.screen import Screen
    from textual.timer import Timer

KEEP_SECONDS = 0.5


class DraftKeeper:
    """Writes the draft of a session; `kept` is called in the app's thread when it was written."""

    def __init__(self, screen: Screen[None], session: Session, steps: Steps, kept: Callable[[], None]) -> None:
        self._screen, self._session, self._steps, self._tell = screen, session, steps, kept
        self._lock = threading.Lock()
        self._timer: Timer | None = None
        self._written = self._state()

    @property
    def is_kept(self) -> bool:
        """What is on the screen is what is on the disk."""
        return self._written == self._state()

    def later(self) -> None:
        """Write once half a second has passed without another edit."""
        if self._timer is not None:
            self._timer.stop()
        self._timer = self._screen.set_timer(KEEP_SECONDS, self._in_thread)

    def now(self) -> None:
        """Write the draft as it is now, unless it is written already; raises `StoreError`."""
        with self._lock:
            state = self._state()
            if self._written != state:
                keep(self._session.workspace, self._steps.now, self._session.specs)
                self._written = state

    def forget(self) -> None:
        """Take the draft off the disk: it was accepted. Raises `StoreError`."""
        with self._lock:
            forget(self._session.workspace, self._session.recording)
            self._written = self._state()

    def _state(self) -> tuple[object, ...]:
        return self._steps.now.edits, self._steps.now.parent, self._session.specs

    def _in_thread(self) -> None:
        self._screen.run_worker(self._write, thread=True, group="keep")

    def _write(self) -> None:
        try:
            self.now()
        except TracefixError as error:
            self._screen.app.notify(safe(str(error)), severity="error", markup=False)
        self._screen.app.call_from_thread(self._tell)
