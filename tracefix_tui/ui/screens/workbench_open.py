"""The ways into the workbench from the trace screen, and making a session of a call in the background."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from textual.message import Message

from tracefix_tui.model.errors import TracefixError
from tracefix_tui.model.trace import Span
from tracefix_tui.ui.library import Entry

if TYPE_CHECKING:
    from tracefix_tui.ui.screens.trace import TraceScreen
    from tracefix_tui.workbench.draft import Draft
    from tracefix_tui.workbench.recording import Recording
    from tracefix_tui.workbench.session import Session


class Opened(Message):
    """A call is ready to be worked on; or `problem` says why it is not. `notice` is to be told to the user."""

    def __init__(self, session: Session | None, draft: Draft | None, notice: str = "", problem: str = "") -> None:
        super().__init__()
        self.session, self.draft, self.notice, self.problem = session, draft, notice, problem


def open_session(entry: Entry, span: Span, root: Path | None, recording: Recording | None) -> Opened:
    """The session of a call with its earlier runs, and the draft that was left; for a thread. Never raises."""
    from tracefix_tui.store.workspace import Workspace
    from tracefix_tui.workbench.draft import Draft
    from tracefix_tui.workbench.kept import restore
    from tracefix_tui.workbench.recording import record
    from tracefix_tui.workbench.session import Session

    try:
        workspace = Workspace.find(root or Path.cwd())
        source = entry.file.source
        made = recording or record(
            entry.trace, span, path=source.path, source_format=source.format, prompts_dir=workspace.prompts_dir
        )
        session = Session(made, workspace)
        session.load()
        try:
            draft, session.specs, notice = restore(workspace, made)
        except TracefixError as error:
            draft, notice = Draft.of(made), str(error)
        return Opened(session, draft, notice)
    except TracefixError as error:
        return Opened(None, None, problem=str(error))
    except Exception as error:  # the top of a worker: an error nobody foresaw is told, not raised
        return Opened(None, None, problem=f"this call could not be opened: {type(error).__name__}: {error}")


def edit(screen: TraceScreen) -> None:
    """Open the workbench on the call shown."""
    _open(screen, "edit")


def replay(screen: TraceScreen) -> None:
    """Open the workbench and send the call as it is there."""
    _open(screen, "replay")


def diff(screen: TraceScreen) -> None:
    """Open the workbench and compare its last run with the recording."""
    _open(screen, "diff")


def accept(screen: TraceScreen) -> None:
    """Open the workbench and the accept dialog of its last run."""
    _open(screen, "accept")


def _open(screen: TraceScreen, then: str) -> None:
    from tracefix_tui.ui.screens.workbench import WorkbenchScreen

    entry, shown = screen.entry, screen.shown
    if entry is not None and shown is not None and shown.span.llm is not None:
        screen.app.push_screen(WorkbenchScreen(entry, shown.span, screen.root, shown.recording, then))
