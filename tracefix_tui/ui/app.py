"""The terminal app: opens files, starts at the trace screen, and holds what all screens share."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from textual.binding import Binding
from textual.command import Provider
from textual.dom import DOMNode
from textual.screen import Screen

from tracefix_tui.model.errors import EXIT_BAD_INPUT, TracefixError
from tracefix_tui.model.text import safe, safe_line
from tracefix_tui.ui import library as files
from tracefix_tui.ui.ink import InkApp
from tracefix_tui.ui.keys import bind, keymap
from tracefix_tui.ui.library import Library
from tracefix_tui.ui.screens.trace import TraceScreen

DARK, LIGHT = "textual-dark", "textual-light"


def _commands() -> type[Provider]:
    from tracefix_tui.ui.commands import Commands

    return Commands


class TracefixApp(InkApp):
    """`library` holds what was read before; paths still waiting in it are read once the first paint is done."""

    TITLE = "tracefix"
    CSS_PATH = [*InkApp.CSS_PATH, Path(__file__).parent / "screens" / "trace.tcss"]
    COMMANDS = {_commands}
    BINDINGS = [
        bind("quit", "quit", priority=True), bind("theme", "toggle_theme", show=False),
        bind("commands", "command_palette", priority=True),
    ]  # fmt: skip
    ENABLE_COMMAND_PALETTE = True

    def __init__(self, library: Library, *, tour: bool = False, root: Path | None = None) -> None:
        super().__init__()
        self.animation_level = "none"
        self.library, self.root, self.tour = library, root, tour
        self.trace_screen = TraceScreen(library, root)
        self.said_at_exit = ""

    def get_default_screen(self) -> Screen[object]:
        """The trace screen."""
        return self.trace_screen  # type: ignore[return-value]

    def on_mount(self) -> None:
        """Everything that is not needed for the first paint comes after it."""
        self.call_after_refresh(self._settle_in)

    def _settle_in(self) -> None:
        gc.freeze()
        gc.enable()
        self._read_config()
        for line in [*self.library.failed, *self.library.notes][:5]:
            self.notify(safe_line(line), severity="warning", timeout=10, markup=False)
        if self.tour:
            self._draw_tour()
            self.set_interval(0.5, self._draw_tour)
        if self.library.waiting:
            self.run_worker(self._read_waiting, thread=True, group="read")
        self.run_worker(self._recover, thread=True, group="recover")

    def _recover(self) -> None:
        """Finish or undo what an interrupted accept left, in a thread."""
        from tracefix_tui.store.accept import recover
        from tracefix_tui.store.workspace import Workspace

        try:
            lines = recover(Workspace.find(self.root or Path.cwd()))
        except TracefixError as error:
            lines = [str(error)]
        for line in lines:
            self.call_from_thread(self.notify, safe_line(line), timeout=10, markup=False)

    def _draw_tour(self) -> None:
        """The demo's line; an accept shows in the workspace, so it is looked for there."""
        from tracefix_tui.ui.tour import draw

        accepted = self.root is not None and (self.root / "prompts" / "golden").is_dir()
        draw(self.screen, accepted=accepted)

    def _read_config(self) -> None:
        from tracefix_tui.store.config import read_config

        try:
            config = read_config()
        except TracefixError as error:
            self.notify(safe_line(str(error)), severity="error", timeout=10, markup=False)
            return
        chosen, problems = keymap(config.get("keys"))
        if chosen:
            self.set_keymap(chosen)
        if config.get("theme") in self.available_themes:
            self.theme = str(config["theme"])
        for line in problems:
            self.notify(safe_line(line), severity="warning", timeout=10, markup=False)

    def _read_waiting(self) -> None:
        """Read the big files, in a thread."""
        while self.library.waiting:
            path = self.library.waiting[0]
            self.call_from_thread(self.trace_screen.draw_reading, f"reading {path} ({files.size_words(path)})")
            try:
                file, problem = files.read(path), ""
            except TracefixError as error:
                file, problem = None, str(error)
            self.library.waiting.pop(0)
            self.call_from_thread(self._took, file, problem)

    def _took(self, file: object, problem: str) -> None:
        first = not self.library.entries
        if problem:
            self.library.failed.append(problem)
            self.notify(safe_line(problem), severity="error", timeout=10, markup=False)
        else:
            self.library.add(file)  # type: ignore[arg-type]
        if first and self.library.entries:
            self.trace_screen.show_trace(0)
        elif not self.library.entries and not self.library.waiting:
            self.said_at_exit = problem
            self.exit(EXIT_BAD_INPUT, EXIT_BAD_INPUT)
        self.trace_screen.draw_header()

    def handle_bindings_clash(self, clashed_bindings: set[Binding], node: DOMNode) -> None:
        """Say once which keys were given twice."""
        names = ", ".join(sorted(b.id or b.key for b in clashed_bindings))
        words = f"[keys] two bindings share a key: {names}"
        if words not in self.library.notes:
            self.library.notes.append(words)
            self.notify(words, severity="warning", timeout=10, markup=False)

    def action_toggle_theme(self) -> None:
        """Light or dark."""
        self.theme = LIGHT if self.theme == DARK else DARK


def run(paths: Sequence[str], *, tour: bool = False, root: Path | None = None) -> int:
    """Open files in the app and give the exit code; raises the error of a single file that cannot be read.

    `root` is the folder of the workspace (default: the current one); `tour` leads through the loop, for the demo.
    """
    gc.disable()  # collecting while widgets are made was a third of the first paint; on again right after it
    gc.freeze()
    library = Library.of(paths)
    if library.failed and not library.entries and not library.waiting:
        raise TracefixError("; ".join(library.failed))
    if "-" in paths:
        _keyboard_again()
    app = TracefixApp(library, tour=tour, root=root)
    code = app.run()
    if app.said_at_exit:
        sys.stderr.write(f"tracefix-tui: {safe(app.said_at_exit)}\n")
    return code or app.return_code or 0


def _keyboard_again() -> None:
    """Standard input was the trace: take the keyboard from the terminal itself."""
    try:
        terminal = os.open("CONIN$" if os.name == "nt" else "/dev/tty", os.O_RDWR)
    except OSError as error:
        raise TracefixError(
            "there is no terminal to read keys from", hint="Save the trace to a file and open that"
        ) from error
    os.dup2(terminal, 0)
