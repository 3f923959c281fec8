"""The keys of the workbench, the diff and the accept dialog."""

from __future__ import annotations

from tracefix_tui.ui.keys import KEYS, Key, bind

__all__ = ["bind"]

KEYS.update({
    "edit": Key("e", "edit+replay", "edit this call, replay it, compare and accept"),
    "replay": Key("r", "replay as is", "open the workbench and send the call as it is there"),
    "run": Key("ctrl+r,ctrl+j", "run", "send the draft; again while it runs: nothing"),
    "diff": Key("d,f7", "diff", "compare: the recording with a run, or two runs (mark one with space)"),
    "accept": Key("a,ctrl+s", "accept...", "what accepting this run would write; nothing is written before you agree"),
    "attempts": Key("h,f8", "", "the runs so far"),
    "undo": Key("ctrl+z,u", "undo", "take the last edit back"),
    "redo": Key("ctrl+y,U", "", "make the edit again that was taken back"),
    "add": Key("plus_sign", "add", "add here: a message, a parameter, a document, an expectation"),
    "remove": Key("x,delete", "remove", "remove what is under the cursor"),
    "move_up": Key("shift+up,K", "", "move the document up"),
    "move_down": Key("shift+down,J", "", "move the document down"),
    "role": Key("R", "", "change the role of this message"),
    "branch": Key("b", "branch", "start a new draft from this run"),
    "mark": Key("space", "mark", "mark this run, to compare it with another"),
    "keep_check": Key("1", "keep check", "add the check with this number, 1 to 9, to the runs and the case; again: not"),
    "editor_edit": Key("f4", "$EDITOR", "edit this text in $EDITOR"),
    "choose": Key("space,enter", "choose", "choose, or no longer"),
    "accept_now": Key("ctrl+s", "accept", "write what is listed"),
    "keep_text": Key("ctrl+s", "keep", "keep the text"),
    "agree": Key("enter,y", "agree", "agree"),
    "view_mode": Key("v", "split/inline", "two columns, or one with the changes in the lines"),
    "next_change": Key("n", "next change", "the next change"),
    "previous_change": Key("N", "", "the change before"),
    "swap": Key("x", "swap", "compare the other way round"),
    "copy_patch": Key("y", "copy patch", "copy the comparison as a patch"),
    "unfold_same": Key("space", "all lines", "show the lines that are the same, or fold them"),
})  # fmt: skip
