"""The demo's quiet line: what a first-time user may do next, from what is on the screen."""

from __future__ import annotations

from typing import Any

from textual.screen import Screen

from tracefix_tui.ui.screens.panes import PaneScreen
from tracefix_tui.ui.widgets.bars import Bar

RULE = "Check that the conditions of a passage fit the question before you answer."
_STEPS = 5


def step_of(screen: Screen[Any], *, accepted: bool) -> str:
    """The line for this screen as it stands; empty where there is nothing to say."""
    name = type(screen).__name__
    if name == "TraceScreen" and accepted:
        return "Done: one commit, one golden case. Press ] for the agent's trace, or ctrl+q to leave."
    if name == "TraceScreen":
        return _said(1, "The answer cites [4], which the prompt never held. Press 4 to see it, then e to edit.")
    if name == "WorkbenchScreen":
        return _at_work(screen, accepted=accepted)
    if name == "DiffScreen":
        return _said(4, "What the change did to the prompt and to the answer. Press esc, then ctrl+s to accept.")
    return ""


def _at_work(screen: Screen[Any], *, accepted: bool) -> str:
    from tracefix_tui.ui.screens.workbench import WorkbenchScreen

    assert isinstance(screen, WorkbenchScreen)
    if screen.session is None:
        return ""
    if accepted:
        return "Done: one commit, one golden case. Press esc to go back to the trace."
    changes = screen.draft.changes
    if not changes and not screen.session.attempts:
        return _said(2, "Is it the prompt, or was it chance? Press ctrl+r to send the call as it was recorded.")
    if not changes:
        return _said(3, f'Now change one thing. Write before "Answer in one": {RULE} Then ctrl+r.')
    if not screen.session.repeats(screen.draft.request):
        return _said(3, "Press ctrl+r to try the changed prompt.")
    return _said(5, "The checks of the trace judged it. Press f7 for the diff, then ctrl+s to accept.")


def draw(screen: Screen[Any], *, accepted: bool) -> None:
    """Show the line on a screen that has a place for it."""
    if not isinstance(screen, PaneScreen) or not screen.query("#footer"):
        return
    if not screen.query("#hint"):
        screen.mount(Bar(id="hint"), before="#footer")
        return  # it is drawn the next time round
    screen.draw_hint(step_of(screen, accepted=accepted))


def _said(step: int, words: str) -> str:
    return f"demo {step}/{_STEPS}   {words}"
