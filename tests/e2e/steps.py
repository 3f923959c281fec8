"""Steps that the tests share, each waiting for what a person would wait for."""

from __future__ import annotations

from tests.terminal import Terminal

WIDE, NARROW = (160, 48), (80, 24)
FINDING = "retrieval-cut: document 4"  # the first finding of the demo's refund trace


def edit(terminal: Terminal) -> None:
    """From the trace to the workbench of its call."""
    terminal.press("e")
    terminal.wait_for("REPLAY", "f4 editor", "unchanged", "{{context}}")  # the editor has the focus


def leave_editor(terminal: Terminal) -> None:
    """From the prompt's text to the panes, where letters are keys."""
    terminal.press("esc")
    terminal.wait_for("^z undo")


def quit_cleanly(terminal: Terminal) -> None:
    """Leave, and the terminal is as it was."""
    terminal.press("ctrl+q")
    assert terminal.wait_end() == 0
    assert terminal.is_restored
    assert b"Traceback" not in terminal.raw
