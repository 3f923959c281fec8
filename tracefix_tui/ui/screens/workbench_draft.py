"""The part of the workbench that holds the draft: showing it, the editor, undo, and keeping it on disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.geometry import Region, Size
from textual.timer import Timer
from textual.widgets import TextArea

from tracefix_tui.model.errors import TracefixError
from tracefix_tui.model.json_value import JsonObject
from tracefix_tui.model.text import safe, safe_line
from tracefix_tui.model.trace import Span
from tracefix_tui.ui.content import draft_rows as content
from tracefix_tui.ui.draft_keeper import DraftKeeper
from tracefix_tui.ui.keys import bind
from tracefix_tui.ui.library import Entry
from tracefix_tui.ui.screens import workbench_plan
from tracefix_tui.ui.screens.panes import Pane, PaneScreen
from tracefix_tui.ui.widgets.bars import Bar, KeyFooter, Piece, shortened, titled
from tracefix_tui.ui.widgets.row_list import RowList
from tracefix_tui.ui.widgets.rows import Column, ListRows
from tracefix_tui.ui.widgets.safe_fields import SafeTextArea, is_editable
from tracefix_tui.ui.widgets.text_view import TextView
from tracefix_tui.workbench.draft import Draft
from tracefix_tui.workbench.session import Session
from tracefix_tui.workbench.undo import Steps

TYPING_SECONDS = 0.25
_SHOWN_WHEN_LONG = 20_000


class RunList(RowList):
    """The list of runs: space marks one."""

    BINDINGS = [bind("mark", "screen.mark")]


class DraftScreen(PaneScreen):
    """The panes of one call under work. `session` and `steps` are there once the call is open."""

    SPECS = workbench_plan.SPECS
    CSS_PATH = "workbench.tcss"
    BINDINGS = [bind("undo", "undo(-1)"), bind("redo", "undo(1)")]

    def __init__(self, entry: Entry, span: Span, root: Path | None) -> None:
        super().__init__()
        self.entry, self.span, self.root = entry, span, root
        self.session: Session | None = None
        self.steps: Steps | None = None
        self.run_plan = content.RunPlan()
        self.editor = SafeTextArea(id="editor")
        self.selected = 0
        self._editable = True
        self._wrong = ""
        self._typing: Timer | None = None
        self.keeper: DraftKeeper | None = None

    # -- panes

    def compose(self) -> ComposeResult:
        """Header, tabs, panes with the editor among them, footer."""
        yield Bar(id="header")
        yield Bar(id="tabs")
        yield workbench_plan.WorkBoard(*self.make_panes(), self.editor, plan=self.plan, alone=self._alone, id="board")
        yield Bar(id="summary")
        yield KeyFooter(id="footer")

    def make_panes(self) -> Sequence[Pane]:
        """Five lists, two texts, the runs."""
        self._panes: dict[str, Pane] = {
            "prompt": RowList(id="prompt", empty="The recording holds no messages."),
            "params": RowList(id="params"),
            "vars": RowList(id="vars"),
            "changes": RowList(id="changes", empty="None: this is the call as it was recorded."),
            "findings": RowList(
                id="findings", empty="No check failed on the recording.\nPress + to say what you expect."
            ),
            "output": TextView(id="output"),
            "recorded": TextView(id="recorded"),
            "runs": RunList(id="runs", empty="No runs yet: ^r sends the draft."),
        }
        return tuple(self._panes.values())

    def plan(self, size: Size) -> Mapping[str, Region]:
        """Where the panes are on a wide screen."""
        wants = {name: len(pane.rows) for name, pane in self._panes.items() if isinstance(pane, RowList)}
        return workbench_plan.plan(size, wants)

    def _alone(self, size: Size, pane: str) -> Mapping[str, Region]:
        return workbench_plan.alone(size, pane, len(self.list_pane("prompt").rows), self.narrow)

    def pane(self, pane_id: str) -> Pane:
        """A pane by its id."""
        return self._panes[pane_id]

    def list_pane(self, pane_id: str) -> RowList:
        """A pane of rows by its id."""
        pane = self._panes[pane_id]
        assert isinstance(pane, RowList)
        return pane

    @property
    def draft(self) -> Draft:
        """The draft worked on."""
        assert self.steps is not None
        return self.steps.now

    # -- changing the draft

    def change(self, edit: JsonObject) -> bool:
        """Make an edit; says why not when it does not fit."""
        try:
            draft = self.draft.apply(edit)
            self._go_to(draft)
        except TracefixError as error:
            self._wrong = str(error)
            self.app.notify(safe_line(str(error)), severity="error", markup=False)
            return False
        self._wrong = ""
        return True

    def _go_to(self, draft: Draft) -> None:
        assert self.steps is not None
        self.steps.to(draft)
        self.draw_draft()
        self.keep_later()

    def action_undo(self, step: int) -> None:
        """Take the last edit back, or make it again."""
        if self.steps is None:
            return
        self.commit()
        if self.steps.step(step):
            self.draw_draft()
            self.keep_later()
        else:
            self.app.notify("nothing to undo" if step < 0 else "nothing to make again", markup=False)

    @on(SafeTextArea.Stepped)
    def _stepped(self, event: SafeTextArea.Stepped) -> None:
        if event.area.id == "editor":
            self.action_undo(event.step)

    # -- the editor

    def show_message(self, index: int) -> None:
        """Put a message into the editor."""
        self.commit()
        self.selected = index
        self._load_editor()

    def _load_editor(self) -> None:
        messages = self.draft.hydrated.template_messages
        self.selected = max(0, min(self.selected, len(messages) - 1))
        text = content.message_text(self.draft, self.selected) if messages else ""
        self._editable = bool(messages) and is_editable(text)
        self.editor.read_only = not self._editable
        self.editor.load(text if is_editable(text) else text[:_SHOWN_WHEN_LONG])
        role = messages[self.selected].role if messages else "no message"
        media = content.media_words(messages[self.selected]) if messages else ""
        held = f"   + {media}, sent as recorded" if media else ""
        self.editor.border_title = Content(f" {self.selected + 1} {safe_line(role + held)} ")
        self._note_cursor()

    def _note_cursor(self) -> None:
        editor = self.editor
        if not self._editable and editor.original:
            text = content.message_text(self.draft, self.selected)
            words = f"{len(text):,} characters, the first {_SHOWN_WHEN_LONG:,} shown: F4 edits it in $EDITOR"
        else:
            row, column = editor.cursor_location
            words = f"Ln {row + 1}, Col {column + 1}   {content.tokens(editor.text)}   F4 $EDITOR   esc leave"
        editor.border_subtitle = Content(f" {words} ")

    @on(TextArea.SelectionChanged, "#editor")
    def _cursor_moved(self) -> None:
        if self.steps is not None:
            self._note_cursor()

    @on(TextArea.Changed, "#editor")
    def _typed(self) -> None:
        if self.steps is None or not self._editable:
            return
        if self._typing is not None:
            self._typing.stop()
        self._typing = self.set_timer(TYPING_SECONDS, self.commit)

    def commit(self) -> bool:
        """Take what was typed into the draft; False when it does not fit."""
        if self._typing is not None:
            self._typing.stop()
            self._typing = None
        edit = self._typed_edit()
        return edit is None or self.change(edit)

    def _typed_edit(self) -> JsonObject | None:
        if self.steps is None or not self._editable:
            return None
        text = self.editor.original
        return None if text == content.message_text(self.draft, self.selected) else self.edit_of(self.selected, text)

    def edit_of(self, index: int, text: str) -> JsonObject:
        """The edit that gives a message this text."""
        name = "message" if self.draft.hydrated.template_messages[index].role == "tool" else "template"
        return {"edit": name, "index": index, "text": text}

    # -- showing the draft

    def show_rows(self, pane_id: str, rows: ListRows, columns: Sequence[Column] | None = None) -> None:
        """Show rows, the cursor on the row with the same key if it is still there."""
        pane = self.list_pane(pane_id)
        key = pane.current.key if len(pane.rows) and pane.current else None
        at = rows.find_key(key) if key is not None else None
        pane.show(rows, columns, cursor=max(0, pane.cursor) if at is None else at)

    def draw_draft(self) -> None:
        """Show the draft in its panes."""
        draft = self.draft
        self.show_rows("prompt", content.message_rows(draft), content.MESSAGES)
        self.show_rows("params", content.param_rows(draft, self.run_plan), content.PARAMS)
        self.show_rows("vars", content.var_rows(draft), content.VARS)
        self.show_rows("changes", content.change_rows(draft), content.CHANGES)
        self._load_editor()
        self.call_after_refresh(self._note_messages)
        self.title_pane("params", "Params", "enter change   x leave out   + add")
        self.title_pane("vars", "Vars  and documents", self._placeholder_words())
        count = len(draft.changes)
        self.title_pane("changes", f"Changes {count}", content.change_words(draft) if count > 1 else "")
        self.query_one("#changes").set_class(count > 1, "-several")
        self.query_one("#board").refresh(layout=True)
        self.draw_results()
        self.draw_header()
        self.refresh_bindings()

    def _note_messages(self) -> None:
        """Tokens, and how many messages the list has room for when it is not all; known once it is laid out."""
        hydrated, pane = self.draft.hydrated, self.list_pane("prompt")
        room, count = pane.scrollable_content_region.height, len(pane.rows)
        words = [f"{room} shown of {count:,}"] if 0 < room < count else []
        name = " ".join(part for part in (hydrated.name, hydrated.version) if part) or "template"
        self.title_pane("prompt", f"Prompt  {name}", "   ".join([*words, content.draft_tokens(self.draft)]))

    def resized(self) -> None:
        """Another size has room for other numbers of messages."""
        if self.steps is not None:
            self.draw_header()
            self.call_after_refresh(self._note_messages)

    def _placeholder_words(self) -> str:
        missing, idle = self.draft.missing, self.draft.hydrated.unused()
        words = [f"missing: {', '.join(missing)}"] if missing else ["missing: none"]
        return "   ".join([*words, f"unused: {', '.join(idle)}"] if idle else words)

    def draw_results(self) -> None:
        """Show what came back; the runs' part of the screen does it."""

    def draw_header(self) -> None:
        """Trace, draft, changes."""
        bar = self.query_one("#header", Bar)
        trace = self.entry.trace
        left = [Piece(f" {trace.id[:8]}  ") if self.narrow else Piece(f"{trace.id[:8]}   ", "dim")]
        left.append(Piece("REPLAY", "strong"))
        if self.steps is None:
            bar.show([*self._trace_name(left), *left, Piece("   opening...", "dim")])
            return
        name = shortened(self.draft.hydrated.name or "this call", 20 if self.narrow else 32)
        left.append(Piece(f"  {name}" if self.narrow else f"   draft of {name}"))
        words = content.change_words(self.draft)
        if len(self.draft.changes) == 1:
            words = self.draft.changes[0].summary
        left.append(Piece(f"   {safe_line(words)}", "warn" if len(self.draft.changes) > 1 else "dim"))
        kept = Piece("draft kept  " if self.keeper and self.keeper.is_kept else "unsaved  ", "dim")
        right = [kept] if self.draft.edits else []
        bar.show([*self._trace_name([*left, *right]), *left], right)

    def _trace_name(self, rest: Sequence[Piece]) -> list[Piece]:
        return [] if self.narrow else titled(self.entry.trace.name or "trace", rest, self.size.width)

    # -- keeping the draft

    def begin(self, session: Session, draft: Draft) -> None:
        """Take up the work on a call."""
        self.session, self.steps = session, Steps(draft)
        self.keeper = DraftKeeper(self, session, self.steps, self.draw_header)

    def keep_later(self) -> None:
        """Keep the draft soon."""
        if self.keeper is not None:
            self.keeper.later()

    def on_unmount(self) -> None:
        """Keep what was typed last."""
        try:
            edit = self._typed_edit()
            if edit is not None and self.steps is not None:
                self.steps.to(self.draft.apply(edit))
            if self.keeper is not None:
                self.keeper.now()
        except TracefixError as error:
            self.app.notify(safe(str(error)), severity="error", markup=False)
