"""The command palette: every action as `group: Verb` with a line that explains it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from tracefix_tui.ui.keys import KEYS

if TYPE_CHECKING:
    from tracefix_tui.ui.screens.panes import PaneScreen


class Command(NamedTuple):
    """A line of the palette."""

    name: str
    help: str
    run: Callable[[], object]


_ACTIONS = (
    ("view: Zoom pane", "give the focused pane the whole screen, or give it back", "zoom"),
    ("view: Find", "find text in the focused pane", "find"),
    ("view: Filter", "show only matching rows of the focused list", "filter"),
    ("view: Pager", "open the focused pane in the pager", "pager"),
    ("view: Editor", "open a copy of the focused pane in $EDITOR", "editor"),
    ("copy: Pane or selection", "copy the selection, or the whole pane", "copy"),
    ("copy: Call as ...", "copy the call as a LiteLLM snippet, JSON or curl", "copy_as"),
    ("trace: Next", "the next trace", "step_trace(1)"),
    ("trace: Previous", "the previous trace", "step_trace(-1)"),
    ("replay: Run the draft", "send the draft as often as `repeat` says", "run"),
    ("replay: Compare", "the recording, or the marked run, with this run", "diff"),
    ("replay: Accept ...", "what accepting this run would write", "accept"),
    ("edit: Undo", "take the last edit back", "undo(-1)"),
    ("edit: Redo", "make it again", "undo(1)"),
    ("edit: Choose model", "offline, keys found, local servers, or any name", "pick_model"),
    ("edit: Expect ...", "add a check of your own: contains, regex, equals, ...", "expect"),
    ("diff: Split or inline", "two columns, or one", "view_mode"),
    ("diff: Swap sides", "compare the other way round", "swap"),
    ("file: Show warnings", "what was skipped or missing in the opened files", "warnings"),
    ("help: This pane", "what the focused pane shows, and its keys", "help"),
    ("theme: Light or dark", "switch between the light and the dark theme", "app.toggle_theme"),
    ("theme: Choose", "preview and choose among all themes", "app.change_theme"),
    ("app: Quit", "leave; drafts are kept", "app.quit"),
)


class Commands(Provider):
    """Actions of the screen and the app that work now, and a jump to each pane."""

    def _commands(self) -> Iterator[Command]:
        from tracefix_tui.ui.screens import OPENERS

        screen = cast("PaneScreen", self.screen)
        if not hasattr(screen, "SPECS"):
            return
        for opener in OPENERS:
            if screen.check_action("open_screen", (opener.id,)):
                yield self._action(opener.command, KEYS[opener.id].help, f"open_screen('{opener.id}')")
        for name, words, action in _ACTIONS:
            verb = action.split("(")[0]
            if action.startswith("app.") or (hasattr(screen, f"action_{verb}") and screen.check_action(verb, ())):
                yield self._action(name, words, action)
        for spec in screen.SPECS:
            yield self._action(f"pane: {spec.title}", "go to this pane", f"open_pane('{spec.id}')")

    def _action(self, name: str, words: str, action: str) -> Command:
        return Command(name, words, lambda: self.app.call_later(self.app.run_action, action, self.screen))

    async def discover(self) -> Hits:
        """All commands."""
        for command in self._commands():
            yield DiscoveryHit(Content(command.name), command.run, command.name, command.help)

    async def search(self, query: str) -> Hits:
        """Commands that match."""
        matcher = self.matcher(query)
        for command in self._commands():
            score = matcher.match(command.name)
            if score > 0:
                yield Hit(score, matcher.highlight(command.name), command.run, command.name, command.help)
