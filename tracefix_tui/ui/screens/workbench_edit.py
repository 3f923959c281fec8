"""The part of the workbench that edits: what enter, +, x, F4 and the moving keys do in each list."""

from __future__ import annotations

from collections.abc import Callable

from textual import on

from tracefix_tui.model.json_value import JsonObject
from tracefix_tui.model.text import safe_line
from tracefix_tui.ui.content import draft_rows as content
from tracefix_tui.ui.keys import bind
from tracefix_tui.ui.screens.ask import AskText
from tracefix_tui.ui.screens.choice import ChoiceScreen
from tracefix_tui.ui.screens.workbench_settings import SettingsScreen
from tracefix_tui.ui.widgets.row_list import RowList

_ROLES = (
    ("system", "what the model is and does"),
    ("user", "what is asked"),
    ("developer", "instructions, in newer OpenAI models"),
)
_NEW_TOOL = '{\n  "name": "",\n  "description": "",\n  "parameters": {"type": "object", "properties": {}}\n}'
_SHORT = 200


class EditScreen(SettingsScreen):
    """Edits of the draft. Each row's key says what it is: `param:NAME`, `var:NAME`, `doc:I`, `cut:I`, `tool:NAME`."""

    BINDINGS = [
        bind("add", "add"), bind("remove", "remove"), bind("role", "role", show=False),
        bind("move_up", "move_document(-1)"), bind("move_down", "move_document(1)"),
    ]  # fmt: skip

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys work where there is something for them."""
        pane = self.focused_pane.id if self.focused_pane is not None else ""
        if action in ("add", "remove", "role", "move_document") and self.steps is None:
            return False
        if action == "add":
            return pane in ("prompt", "params", "vars", "findings")
        if action == "remove":
            return pane in ("prompt", "params", "vars")
        if action in ("role", "move_document"):
            return pane == ("prompt" if action == "role" else "vars")
        return super().check_action(action, parameters)

    # -- opening a row

    @on(RowList.Highlighted, "#prompt")
    def _message_highlighted(self, event: RowList.Highlighted) -> None:
        if self.steps is not None and event.row.key.isdigit() and int(event.row.key) != self.selected:
            self.show_message(int(event.row.key))

    @on(RowList.Chosen, "#prompt")
    def _message_chosen(self, event: RowList.Chosen) -> None:
        if self._editable:
            self.set_focus(self.editor)
        else:
            self.action_editor()

    @on(RowList.Chosen, "#params")
    @on(RowList.Chosen, "#vars")
    def _row_chosen(self, event: RowList.Chosen) -> None:
        kind, _, name = event.row.key.partition(":")
        openers: dict[str, Callable[[str], None]] = {
            "model": lambda _: self.action_pick_model(), "param": self.edit_param, "tool": self.edit_tool,
            "tool_choice": lambda _: self.edit_json("tool_choice"), "add": self._add_row,
            "response_format": lambda _: self.edit_json("response_format"),
            "run": self.edit_run, "var": self._edit_variable, "doc": self._edit_document, "cut": self._put_in,
        }  # fmt: skip
        if kind in openers and self.commit():
            openers[kind](name)

    # -- variables and documents

    def _edit_variable(self, name: str) -> None:
        if name in self.draft.hydrated.blocks:
            self.app.notify("This variable is made of the documents below: edit, move or drop those.", markup=False)
            return
        value = self.draft.hydrated.variables.get(name, "")

        def done(text: str) -> None:
            self.change({"edit": "variable", "name": name, "value": text})

        self.ask(f"{{{{{name}}}}}", value, done)

    def _edit_document(self, number: str) -> None:
        at = int(number)
        text = self.draft.hydrated.documents[at].text

        def done(typed: str | None) -> None:
            if typed is not None and typed != text:
                self.change({"edit": "edit_document", "index": at, "text": typed})

        self.app.push_screen(AskText(f"document {at + 1}", text), done)

    def _put_in(self, number: str) -> None:
        """Put a document that was cut into the prompt, at its rank."""
        source = int(number)
        text = self.draft.recording.context.retrieved[source].content or ""
        placed = self.draft.hydrated.documents
        at = next((i for i, d in enumerate(placed) if d.source is not None and d.source > source), len(placed))
        self.change({"edit": "add_document", "text": text, "at": at})

    def _add_document(self) -> None:
        at = len(self.draft.hydrated.documents)
        words = "A passage that retrieval should have found. It is put after the others; shift+up moves it."

        def done(text: str | None) -> None:
            if text:
                self.change({"edit": "add_document", "text": text, "at": at})

        self.app.push_screen(AskText("new document", "", words=words), done)

    def action_move_document(self, step: int) -> None:
        """Move the document under the cursor."""
        kind, at = self._here("vars")
        to = int(at) + step if kind == "doc" else -1
        if 0 <= to < len(self.draft.hydrated.documents) and self.change(
            {"edit": "move_document", "index": int(at), "to": to}
        ):
            self.list_pane("vars").select_key(f"doc:{to}")

    # -- adding and removing

    def _here(self, pane: str) -> tuple[str, str]:
        row = self.list_pane(pane).current if len(self.list_pane(pane).rows) else None
        kind, _, name = row.key.partition(":") if row else ("", "", "")
        return kind, name

    def _add_row(self, what: str) -> None:
        if what == "document":
            self._add_document()
        else:
            self.add_setting()

    def action_add(self) -> None:
        """Add what the focused list holds."""
        pane = self.focused_pane.id if self.focused_pane is not None else ""
        if not self.commit():
            return
        if pane == "prompt":
            self.app.push_screen(
                ChoiceScreen("Add a message", [(role, role, words) for role, words in _ROLES]), self._add_message
            )
        elif pane == "params":
            self.add_setting()
        elif pane == "vars":
            self._add_document()

    def action_remove(self) -> None:
        """Take out what is under the cursor."""
        pane = self.focused_pane.id if self.focused_pane is not None else ""
        if not self.commit():
            return
        if pane == "prompt":
            self._restructure(lambda messages, at: messages.pop(at))
            return
        kind, name = self._here(pane or "")
        if kind in ("param", "tool"):
            empty: JsonObject = {"value": None} if kind == "param" else {"definition": None}
            self.change({"edit": kind, "name": name, **empty})
        elif kind in ("tool_choice", "response_format"):
            self.change({"edit": kind, "value": None})
        elif kind == "doc":
            self.change({"edit": "drop_document", "index": int(name)})

    def _add_message(self, role: str | None) -> None:
        if role and self._restructure(
            lambda messages, at: messages.insert(at + 1, {"role": role, "content": ""}), add=True
        ):
            self.show_message(min(self.selected + 1, len(self.draft.hydrated.template_messages) - 1))
            self.list_pane("prompt").select_key(str(self.selected), tell=False)
            self.set_focus(self.editor)

    def action_role(self) -> None:
        """Choose another role for the message under the cursor."""

        def chosen(role: str | None) -> None:
            if role:
                self._restructure(lambda messages, at: messages[at].update(role=role))

        self.app.push_screen(
            ChoiceScreen("Role of this message", [(role, role, words) for role, words in _ROLES]), chosen
        )

    def _restructure(self, act: Callable[[list[JsonObject], int], object], *, add: bool = False) -> bool:
        """Change the list of the prompt's own messages; the turns after them stay as they were."""
        template = self.draft.hydrated.template_messages
        lead = self.draft.hydrated.lead
        at = min(self.selected, lead - 1) if add else self.selected
        if at >= lead:
            self.app.notify(
                "A turn of the conversation can be edited, not removed or given another role.",
                severity="warning",
                markup=False,
            )
            return False
        messages: list[JsonObject] = [{"role": m.role, "content": m.text} for m in template[:lead]]
        act(messages, at)
        return self.change({"edit": "template_messages", "messages": list(messages)})

    # -- $EDITOR

    def action_editor(self) -> None:
        """Edit the message in $EDITOR; elsewhere a copy of the pane, to read."""
        pane = self.focused_pane
        if pane is not None and pane.id not in ("prompt", None):
            super().action_editor()
            return
        if self.steps is None or not self.draft.hydrated.template_messages or not self.commit():
            return
        from tracefix_tui.ui.edit_outside import edit_outside

        before = content.message_text(self.draft, self.selected)
        text, problem = edit_outside(self.app, before)
        if problem:
            self.app.notify(safe_line(problem), severity="error", markup=False)
        elif text != before:
            self.change(self.edit_of(self.selected, text))
