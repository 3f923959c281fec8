"""Taking the text of the focused pane elsewhere: the clipboard, the pager, the editor."""

from __future__ import annotations

from textual import work
from textual.screen import Screen

from tracefix_tui.model.text import safe_line
from tracefix_tui.ui.widgets.pane import PaneView


class TakingScreen(Screen[None]):
    """A screen whose focused pane can be copied and opened outside."""

    @property
    def focused_pane(self) -> PaneView | None:
        """The pane with the focus."""
        return self.focused if isinstance(self.focused, PaneView) else None

    def action_copy(self) -> None:
        """Copy the selection, or the whole pane."""
        pane = self.focused_pane
        if pane is not None:
            self.copy_text(pane.selected_text or pane.text)

    @work(thread=True, group="copy")
    def copy_text(self, text: str) -> None:
        """Copy a text and say how."""
        from tracefix_tui.ui.clipboard import copy

        words = copy(text, lambda t: self.app.call_from_thread(self.app.copy_to_clipboard, t))
        self.app.notify(words, markup=False)

    def action_pager(self) -> None:
        """Open the pane in the pager."""
        from tracefix_tui.ui.external import pager_command

        self._view(pager_command())

    def action_editor(self) -> None:
        """Open a copy of the pane in the editor."""
        from tracefix_tui.ui.external import editor_command

        self._view(editor_command())

    def _view(self, command: str) -> None:
        from tracefix_tui.ui.external import view_outside

        pane = self.focused_pane
        problem = view_outside(self.app, command, pane.text) if pane is not None else ""
        if problem:
            self.app.notify(safe_line(problem), severity="error", markup=False)
