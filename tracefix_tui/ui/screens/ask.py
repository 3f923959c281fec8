"""Questions on top of a screen: one line, a longer text, yes or no."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tracefix_tui.model.text import safe, safe_line
from tracefix_tui.ui.keys import bind
from tracefix_tui.ui.widgets.safe_fields import SafeInput, SafeTextArea, is_editable
from tracefix_tui.ui.widgets.sections import Section
from tracefix_tui.ui.widgets.text_view import TextView

Check = Callable[[str], str]


class AskLine(ModalScreen[str | None]):
    """Gives the typed line, or None. `check` gives what is wrong with it, in words, or an empty text."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS = [bind("back", "dismiss(None)")]

    def __init__(
        self, title: str, value: str = "", *, words: str = "", placeholder: str = "", check: Check | None = None
    ) -> None:
        super().__init__()
        self._title, self._value, self._words, self._placeholder, self._check = title, value, words, placeholder, check

    def compose(self) -> ComposeResult:
        """The line, the words under it, what is wrong."""
        with Vertical(id="box") as box:
            box.border_title = Content(f" {safe_line(self._title)} ")
            box.border_subtitle = Content(" enter set   esc leave ")
            yield SafeInput(self._value, id="line", placeholder=self._placeholder)
            yield Static(safe(self._words), id="words", markup=False)
            yield Static("", id="wrong", markup=False)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        wrong = self._check(event.value) if self._check else ""
        if wrong:
            self.query_one("#wrong", Static).update(Content(safe(wrong)))
        else:
            self.dismiss(event.value)


class AskText(ModalScreen[str | None]):
    """Gives the edited text, or None. Long texts are edited in $EDITOR only."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS = [bind("back", "dismiss(None)"), bind("keep_text", "keep"), bind("edit_outside", "editor")]

    def __init__(
        self, title: str, text: str = "", *, words: str = "", check: Check | None = None, suffix: str = ".txt"
    ) -> None:
        super().__init__()
        self._title, self._text, self._words, self._check, self._suffix = title, text, words, check, suffix

    def compose(self) -> ComposeResult:
        """The text, the words under it, what is wrong."""
        with Vertical(id="box", classes="tall") as box:
            box.border_title = Content(f" {safe_line(self._title)} ")
            box.border_subtitle = Content(" ^s keep   F4 $EDITOR   esc leave ")
            if is_editable(self._text):
                yield SafeTextArea(self._text, id="area")
            else:
                yield TextView(id="long")
            yield Static(safe(self._words), id="words", markup=False)
            yield Static("", id="wrong", markup=False)

    def on_mount(self) -> None:
        """Focus the text."""
        if self.query("#long"):
            view = self.query_one("#long", TextView)
            view.show((Section("long", self._text),))
            self._say("too long to edit here: F4 opens $EDITOR")
            view.focus()
        else:
            self.query_one(SafeTextArea).focus()

    def _now(self) -> str:
        areas = self.query(SafeTextArea)
        return areas.first().original if areas else self._text

    def _say(self, words: str) -> None:
        self.query_one("#wrong", Static).update(Content(safe(words)))

    def action_next_pane(self, step: int) -> None:
        """There is no other pane here."""

    def action_keep(self) -> None:
        """Close with the text, if nothing is wrong with it."""
        wrong = self._check(self._now()) if self._check else ""
        if wrong:
            self._say(wrong)
        else:
            self.dismiss(self._now())

    def action_editor(self) -> None:
        """Edit in $EDITOR, then keep what came back if it is right."""
        from tracefix_tui.ui.edit_outside import edit_outside

        text, problem = edit_outside(self.app, self._now(), self._suffix)
        if problem:
            self._say(problem)
            return
        self._text = text
        areas = self.query(SafeTextArea)
        if areas and is_editable(text):
            areas.first().load(text)
        else:
            self.action_keep()


class Confirm(ModalScreen[bool]):
    """Gives True when the user agrees."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS = [bind("back", "dismiss(False)"), bind("agree", "dismiss(True)")]

    def __init__(self, title: str, lines: Sequence[str], yes: str) -> None:
        super().__init__()
        self._title, self._lines, self._yes = title, lines, yes

    def compose(self) -> ComposeResult:
        """The question."""
        with Vertical(id="box") as box:
            box.border_title = Content(f" {safe_line(self._title)} ")
            box.border_subtitle = Content(f" enter {safe_line(self._yes)}   esc no ")
            yield Static(safe("\n".join(self._lines)), id="words", markup=False)
