"""Fields for untrusted text: control characters are shown as pictures, and are kept where they are not edited."""

from __future__ import annotations

from textual.document._document import EditResult
from textual.document._edit import Edit
from textual.message import Message
from textual.widgets import Input, TextArea

from tracefix_tui.model.text import safe, safe_line
from tracefix_tui.ui.keys import bind

MAX_EDITABLE = 100_000
MAX_LINE = 20_000


def is_editable(text: str) -> bool:
    """Short enough for a text area; longer texts and lines take seconds per key there."""
    return len(text) <= MAX_EDITABLE and (len(text) <= MAX_LINE or max(map(len, text.split("\n"))) <= MAX_LINE)


class SafeTextArea(TextArea):
    """A text area that shows `safe(original)`. One character is shown as one, so each edit is made in both texts.

    Undo and redo are the screen's: they are posted as `Stepped`.
    """

    # the text area's own F6 and F7 select
    BINDINGS = [
        bind("next_pane", "screen.next_pane(1)"),
        bind("previous_pane", "screen.next_pane(-1)"),
        bind("diff", "screen.diff"),
    ]

    class Stepped(Message):
        """Undo (-1) or redo (1) was asked for."""

        def __init__(self, area: SafeTextArea, step: int) -> None:
            super().__init__()
            self.area, self.step = area, step

    def __init__(self, text: str = "", *, id: str | None = None, read_only: bool = False) -> None:
        self._original = text
        super().__init__(safe(text), id=id, soft_wrap=True, show_line_numbers=False, read_only=read_only, compact=True)

    @property
    def original(self) -> str:
        """The text with its control characters."""
        return self._original

    def load(self, text: str) -> None:
        """Put a text in, keeping the cursor at the first difference from the text before."""
        before = self.text
        shown = safe(text)
        self._original = text
        if shown == before:
            return
        at = _first_difference(before, shown) if before else 0
        self.load_text(shown)
        self.move_cursor(self.document.get_location_from_index(min(at, len(shown))))  # type: ignore[attr-defined]

    def edit(self, edit: Edit) -> EditResult:
        """Make an edit in the text shown and in the original."""
        raw = edit.text.replace("\r\n", "\n").replace("\r", "\n")
        begin, end = (self._index(location) for location in (edit.top, edit.bottom))
        self._original = self._original[:begin] + raw + self._original[end:]
        edit.text = safe(raw)
        return super().edit(edit)

    def action_undo(self) -> None:
        """Ask the screen to undo."""
        self.post_message(self.Stepped(self, -1))

    def action_redo(self) -> None:
        """Ask the screen to redo."""
        self.post_message(self.Stepped(self, 1))

    def action_copy(self) -> None:
        """Copy the selection as it was recorded."""
        begin, end = sorted(self._index(place) for place in self.selection)
        if begin < end:
            self.app.copy_to_clipboard(self._original[begin:end])

    def action_cut(self) -> None:
        """Copy the selection and take it out."""
        if not self.read_only and not self.selection.is_empty:
            self.action_copy()
            self.delete(*self.selection)

    def _index(self, location: tuple[int, int]) -> int:
        index: int = self.document.get_index_from_location(location)  # type: ignore[attr-defined]
        return index


class SafeInput(Input):
    """An input line whose value, also what is pasted into it, can be shown."""

    def __init__(self, value: str = "", *, id: str | None = None, placeholder: str = "", select: bool = True) -> None:
        super().__init__(safe_line(value), id=id, placeholder=placeholder, compact=True, select_on_focus=select)
        if not select:
            self.cursor_position = 0

    def replace(self, text: str, start: int, end: int) -> None:
        """Replace a range by a text made safe."""
        super().replace(safe_line(text), start, end)


def _first_difference(a: str, b: str) -> int:
    low, high = 0, min(len(a), len(b))
    while low < high:
        middle = (low + high + 1) // 2
        if a[:middle] == b[:middle]:
            low = middle
        else:
            high = middle - 1
    return low
