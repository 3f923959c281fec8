"""Every key of the app in one table: its id (for the user's `[keys]`), what it does, and the words for it."""

from __future__ import annotations

from typing import NamedTuple

from textual.binding import Binding

from tracefix_tui.model.json_value import Json


class Key(NamedTuple):
    """A binding's default keys (comma separated), the word in the footer and the sentence in the help."""

    keys: str
    label: str
    help: str


KEYS: dict[str, Key] = {
    # moving in a pane
    "up": Key("up,k", "", "one row up"),
    "down": Key("down,j", "", "one row down"),
    "page_up": Key("pageup,ctrl+u", "", "a page up"),
    "page_down": Key("pagedown,ctrl+d", "", "a page down"),
    "top": Key("home,g", "", "to the top"),
    "bottom": Key("end,G", "", "to the end"),
    "left": Key("left,h", "", "left: scroll a line that is not wrapped, fold a branch"),
    "right": Key("right,l", "", "right: scroll a line that is not wrapped, unfold a branch"),
    "select_up": Key("shift+up,K", "", "select upwards"),
    "select_down": Key("shift+down,J", "", "select downwards"),
    "open": Key("enter", "open", "open what is under the cursor"),
    "fold": Key("space", "fold", "fold or unfold what is under the cursor"),
    "wrap": Key("w", "wrap", "wrap long lines, or scroll them sideways"),
    "find_next": Key("n", "", "next match"),
    "find_previous": Key("N", "", "previous match"),
    # the trace screen
    "find": Key("slash", "find", "find text in this pane"),
    "filter": Key("ampersand", "filter", "show only the rows that hold a text"),
    "evidence": Key("1", "evidence", "jump to the evidence of finding 1 to 9; again: its next evidence"),
    "zoom": Key("z", "zoom", "give this pane the whole screen, or give it back"),
    "copy": Key("y", "copy", "copy the selection, or the whole pane"),
    "copy_as": Key("Y", "copy as", "copy the call as a LiteLLM snippet, as JSON or as curl"),
    "pager": Key("f3", "pager", "open this pane in the pager"),
    "editor": Key("f4", "editor", "open a copy of this pane in $EDITOR"),
    "next_trace": Key("right_square_bracket", "next trace", "the next trace"),
    "previous_trace": Key("left_square_bracket", "", "the previous trace"),
    "narrower": Key("less_than_sign", "", "make the left panes narrower"),
    "wider": Key("greater_than_sign", "", "make the left panes wider"),
    # from the trace to the workbench, and on from there
    "edit": Key("e", "edit+replay", "edit this call, replay it, compare and accept"),
    "replay": Key("r", "replay as is", "send this call again: as it was recorded, or as its kept draft says"),
    "run": Key("ctrl+r,ctrl+j", "run", "send the draft"),
    "diff": Key("d,f7", "diff", "compare a run with the recording, or with the run marked with space"),
    "accept": Key("a,ctrl+s", "accept...", "what accepting a run would write; nothing is written before you agree"),
    # the workbench
    "attempts": Key("f8,H", "", "go to the list of the runs so far"),
    "undo": Key("ctrl+z,u", "undo", "take the last edit back"),
    "redo": Key("ctrl+y,U", "", "make the edit again that was taken back"),
    "add": Key("plus_sign", "add", "add a message, a parameter, a tool, a document or an expectation"),
    "remove": Key("x,delete", "remove", "take out what is under the cursor"),
    "move_up": Key("shift+up,K", "", "move the document up"),
    "move_down": Key("shift+down,J", "", "move the document down"),
    "role": Key("R", "", "change the role of this message"),
    "branch": Key("b", "branch", "start a new draft from this run"),
    "mark": Key("space", "mark", "mark this run, to compare it with another"),
    "keep_check": Key(
        "1", "keep check", "keep the check with this number, 1 to 9, for the runs and the case; again: not"
    ),
    "edit_outside": Key("f4", "$EDITOR", "edit this text in $EDITOR"),
    "keep_text": Key("ctrl+s", "keep", "keep the text"),
    "agree": Key("enter,y", "agree", "agree"),
    # the diff and the accept dialog
    "view_mode": Key("v", "split/inline", "two columns, or one with the changes in the lines"),
    "next_change": Key("n", "next change", "the next change"),
    "previous_change": Key("N", "", "the change before"),
    "swap": Key("x", "swap", "compare the other way round"),
    "copy_patch": Key("y", "copy patch", "copy the comparison as a patch"),
    "unfold_same": Key("space", "all lines", "show the lines that are the same, or fold them"),
    "choose": Key("space,enter", "choose", "choose, or no longer"),
    "accept_now": Key("ctrl+s", "accept", "write what is listed"),
    # everywhere
    "next_pane": Key("tab,f6", "", "the next pane"),
    "previous_pane": Key("shift+tab,shift+f6", "", "the previous pane"),
    "jump": Key("ctrl+o", "jump", "jump to a pane by its letter"),
    "theme": Key("ctrl+t", "", "light or dark"),
    "commands": Key("ctrl+p", "commands", "all commands"),
    "help": Key("question_mark,f1", "help", "help for this pane"),
    "back": Key("escape", "back", "close what is open, or go back"),
    "quit": Key("ctrl+q", "quit", "quit; drafts are kept"),
}

FOOTER = (
    "run", "edit", "replay", "evidence", "accept", "diff", "edit_outside", "undo", "add", "remove", "branch", "mark",
    "view_mode", "next_change", "swap", "copy_patch", "unfold_same", "fold", "open", "find", "filter", "zoom", "copy",
    "next_trace", "wrap", "pager", "editor", "back",
)  # fmt: skip


def bind(key_id: str, action: str, *, show: bool = True, priority: bool = False) -> Binding:
    """The binding of a key of the table to an action."""
    key = KEYS[key_id]
    return Binding(
        key.keys, action, key.label, show=show and bool(key.label), priority=priority, tooltip=key.help, id=key_id
    )


def keymap(section: Json) -> tuple[dict[str, str], list[str]]:
    """The user's `[keys]` as {binding id: keys}, and what is wrong with it in words."""
    if not isinstance(section, dict):
        return {}, ["[keys] is not a table"] if section is not None else []
    problems = [f"[keys] {name}: unknown; press ? for the names" for name in section if name not in KEYS]
    problems += [f"[keys] {name}: not a text" for name, v in section.items() if name in KEYS and not isinstance(v, str)]
    return {name: v for name, v in section.items() if name in KEYS and isinstance(v, str) and v}, problems
