"""The named styles of the line widgets, kept once by the app.

Component classes of each widget would be matched against the style sheet for every pane: with eight panes that alone
was a third of the time to the first paint.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, cast

from rich.style import Style
from textual.app import App
from textual.widget import Widget

INKS = (
    "strong", "dim", "note", "fail", "warn", "ok", "accent", "rule", "cursor", "selection", "find", "evidence",
    "document", "variable", "tool", "added", "removed", "changed", "bar-llm", "bar-tool", "bar-retriever", "badge",
)  # fmt: skip


class InkApp(App[int]):
    """An app whose widgets can ask for `ink`."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"ink--{name}" for name in INKS}
    CSS_PATH = [Path(__file__).with_name("theme.tcss")]

    def __init__(self) -> None:
        super().__init__()
        self._inks: dict[str, Style] = {}

    def ink(self, name: str) -> Style:
        """The style of a name, holding only what its rule sets, so that it can be laid over others.

        Textual's own partial style leaves colours with transparency unblended, which paints them white.
        """
        found = self._inks.get(name)
        if found is None:
            styles = self.get_component_styles(f"ink--{name}")
            whole = styles.rich_style
            color = whole.color if styles.has_any_rules("color", "auto_color") else None
            found = (
                Style(color=color, bgcolor=whole.bgcolor if styles.has_rule("background") else None) + styles.text_style
            )
            self._inks[name] = found
        return found

    def notify_style_update(self) -> None:
        """Forget the styles of the theme before."""
        super().notify_style_update()
        self._inks = {}


def ink(widget: Widget, name: str) -> Style:
    """A named style in the app of a widget."""
    return cast(InkApp, widget.app).ink(name)
