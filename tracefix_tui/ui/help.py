"""Help for the pane that has the focus, and other texts to read on top of a screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.app import ComposeResult
from textual.binding import ActiveBinding
from textual.content import Content
from textual.screen import ModalScreen

from tracefix_tui.model.text import safe_line
from tracefix_tui.ui.keys import KEYS, bind
from tracefix_tui.ui.widgets.sections import Section
from tracefix_tui.ui.widgets.text_view import TextView

_MOUSE = "The wheel scrolls, a click focuses, a double click opens. Hold shift to select with the terminal."


class TextScreen(ModalScreen[None]):
    """A text to read: escape closes, y copies."""

    BINDINGS = [bind("back", "dismiss"), bind("copy", "copy"), bind("help", "dismiss", show=False)]

    def __init__(self, title: str, sections: Sequence[Section]) -> None:
        super().__init__()
        self._title, self._sections = title, sections

    def compose(self) -> ComposeResult:
        """One view in the middle."""
        view = TextView(id="text")
        view.border_title = Content(safe_line(self._title))
        view.border_subtitle = Content("esc close   y copy")
        yield view

    def on_mount(self) -> None:
        """Show it."""
        view = self.query_one(TextView)
        view.focus()
        view.show(self._sections)

    def action_copy(self) -> None:
        """Copy the text."""
        from tracefix_tui.ui.clipboard import copy

        self.app.notify(copy(self.query_one(TextView).text, self.app.copy_to_clipboard), markup=False)


class HelpScreen(TextScreen):
    """What the pane shows, then the keys that work in it now, with the names for `[keys]` in the configuration."""

    def __init__(self, title: str, words: str, active: Mapping[str, ActiveBinding]) -> None:
        found: dict[str, list[str]] = {}
        for key, item in active.items():
            if item.enabled and item.binding.id in KEYS:
                found.setdefault(item.binding.id or "", []).append(_display(key))
        lines = [f"{' '.join(keys):<18} {KEYS[name].help}  ({name})" for name, keys in _ordered(found)]
        intro = f"{words}\n\n{_MOUSE}"
        about = "[keys] in the configuration changes keys by the names in parentheses; see `tracefix-tui config`."
        sections = [
            Section("about", intro),
            Section("keys", "\n".join(lines), title="keys here"),
            Section("config", about, style="note"),
        ]
        super().__init__(f"Help: {title}", sections)


def _ordered(found: Mapping[str, list[str]]) -> list[tuple[str, list[str]]]:
    return [(name, found[name]) for name in KEYS if name in found]


def _display(key: str) -> str:
    from textual.keys import format_key

    *modifiers, last = key.split("+")
    shown = format_key(last)
    return "^" + shown if modifiers == ["ctrl"] else "+".join([*modifiers, shown])
