"""The part of the workbench that edits: what enter, +, x, F4 and the moving keys do in each list."""

from __future__ import annotations

import json
from collections.abc import Callable

from textual import on

from tracefix_tui.model.json_value import Json, JsonObject
from tracefix_tui.model.text import json_text, safe_line
from tracefix_tui.ui.content import draft_rows as content
from tracefix_tui.ui.content.values import json_problem, shown_value, tool_problem, typed_value
from tracefix_tui.ui.keys_workbench import bind
from tracefix_tui.ui.screens.ask import AskLine, AskText, Check
from tracefix_tui.ui.screens.choice import ChoiceScreen
from tracefix_tui.ui.screens.workbench_draft import DraftScreen
from tracefix_tui.ui.widgets.row_list import RowList
from tracefix_tui.workbench.draft import leading

_ROLES = (("system", "what the model is and does"), ("user", "what is asked"), ("developer", "instructions, in newer OpenAI models"))
_NEW_TOOL = '{\n  "name": "",\n  "description": "",\n  "parameters": {"type": "object", "properties": {}}\n}'
_SHORT = 200


class EditScreen(DraftScreen):
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
            "model": lambda _: self._pick_model(), "param": self._edit_param, "tool": self._edit_tool, "add": self._add_row,
            "tool_choice": lambda _: self._edit_json("tool_choice"), "response_format": lambda _: self._edit_json("response_format"),
            "run": self._edit_run, "var": self._edit_variable, "doc": self._edit_document, "cut": self._put_in,
        }  # fmt: skip
        if kind in openers and self.commit():
            openers[kind](name)

    def ask(self, title: str, value: str, done: Callable[[str], None], *, words: str = "", check: Check | None = None, suffix: str = ".txt") -> None:
        """Ask for a text: on a line where it fits one and can be shown as it is, else in an editor."""

        def answered(text: str | None) -> None:
            if text is not None and text != value:
                done(text)

        short = len(value) <= _SHORT and safe_line(value) == value and suffix == ".txt"
        screen = AskLine(title, value, words=words, check=check) if short else AskText(title, value, words=words, check=check, suffix=suffix)
        self.app.push_screen(screen, answered)

    # -- settings

    def _pick_model(self) -> None:
        from tracefix_tui.ui.screens.model_picker import ModelPicker

        def chosen(model: str | None) -> None:
            if model and model != self.draft.model:
                self.change({"edit": "model", "value": model})

        self.app.push_screen(ModelPicker(self.draft.model, self.draft.recording.request.model), chosen)

    def _edit_param(self, name: str) -> None:
        before = self.draft.recording.request.params.get(name)
        now = self.draft.params.get(name, before)
        words = f"recorded: {shown_value(before) or 'not sent'}. Empty leaves it out. Numbers, true, false, lists and objects are JSON."
        self._ask_value(name, now, words, lambda value: self.change({"edit": "param", "name": name, "value": value}))

    def _ask_value(self, title: str, now: Json, words: str, done: Callable[[Json], object]) -> None:
        def answered(text: str | None) -> None:
            if text is not None:
                done(typed_value(text))

        self.app.push_screen(AskLine(title, shown_value(now), words=words), answered)

    def _edit_json(self, name: str) -> None:
        now = self.draft.tool_choice if name == "tool_choice" else self.draft.response_format
        text = "" if now is None else json_text(now)

        def check(typed: str) -> str:
            return json_problem(typed) if typed.strip() and name == "response_format" else ""

        self.ask(name, text, lambda t: self.change({"edit": name, "value": typed_value(t)}) and None, words="Empty leaves it out.", check=check, suffix=".json")

    def _edit_tool(self, name: str) -> None:
        tools = {t.name: t for t in (*self.draft.recording.request.tools, *self.draft.tools)}
        text = json_text(tools[name].to_openai()["function"]) if name in tools else _NEW_TOOL

        def done(typed: str) -> None:
            definition = json.loads(typed)
            self.change({"edit": "tool", "name": name or str(definition["name"]), "definition": definition})

        words = "The tool as the model is offered it: name, description, parameters as a JSON schema."
        self.app.push_screen(AskText(f"tool {name}", text, words=words, check=tool_problem, suffix=".json"), lambda t: t is not None and done(t) and None)

    def _edit_run(self, name: str) -> None:
        def repeats(text: str) -> str:
            return "" if text.isdecimal() and 1 <= int(text) <= 100 else "a number from 1 to 100"

        def dollars(text: str) -> str:
            try:
                return "" if float(text.strip().lstrip("$")) >= 0 else "an amount in dollars"
            except ValueError:
                return "an amount in dollars"

        def done(text: str) -> None:
            value = text.strip().lstrip("$")
            plan = self.run_plan
            self.run_plan = plan._replace(repeats=int(value)) if name == "repeats" else plan._replace(guard=float(value))
            self.draw_draft()

        if name == "repeats":
            self.ask("repeat", str(self.run_plan.repeats), done, words="Runs per press of ^r. Four passes of four carry a verdict.", check=repeats)
        else:
            self.ask("cost guard in dollars", f"{self.run_plan.guard:g}", done, words="A press of ^r stops before the run that would go above it.", check=dollars)

    # -- variables and documents

    def _edit_variable(self, name: str) -> None:
        if name in self.draft.hydrated.blocks:
            self.app.notify("This variable is made of the documents below: edit, move or drop those.", markup=False)
            return
        value = self.draft.hydrated.variables.get(name, "")
        self.ask(f"{{{{{name}}}}}", value, lambda text: self.change({"edit": "variable", "name": name, "value": text}) and None)

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
        if 0 <= to < len(self.draft.hydrated.documents) and self.change({"edit": "move_document", "index": int(at), "to": to}):
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
            self._add_setting()

    def action_add(self) -> None:
        """Add what the focused list holds."""
        pane = self.focused_pane.id if self.focused_pane is not None else ""
        if not self.commit():
            return
        if pane == "prompt":
            self.app.push_screen(ChoiceScreen("Add a message", [(role, role, words) for role, words in _ROLES]), self._add_message)
        elif pane == "params":
            self._add_setting()
        elif pane == "vars":
            self._add_document()

    def _add_setting(self) -> None:
        choices = [
            ("param", "parameter", "temperature, seed, top_p, ..."), ("tool", "tool", "a function that the model may call"),
            ("response_format", "response format", "the JSON that the answer must be"), ("tool_choice", "tool choice", "auto, none, required or one tool"),
        ]  # fmt: skip

        def chosen(what: str | None) -> None:
            if what == "param":
                self.ask("new parameter", "", self._new_param, words="NAME=VALUE, for example seed=7", check=_new_param_problem)
            elif what == "tool":
                self._edit_tool("")
            elif what:
                self._edit_json(what)

        self.app.push_screen(ChoiceScreen("Add", choices), chosen)

    def _new_param(self, text: str) -> None:
        name, _, value = text.partition("=")
        if self.change({"edit": "param", "name": name.strip(), "value": typed_value(value)}):
            self.list_pane("params").select_key(f"param:{name.strip()}")

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
        if role and self._restructure(lambda messages, at: messages.insert(at + 1, {"role": role, "content": ""}), add=True):
            self.show_message(min(self.selected + 1, len(self.draft.hydrated.template_messages) - 1))
            self.list_pane("prompt").select_key(str(self.selected), tell=False)
            self.set_focus(self.editor)

    def action_role(self) -> None:
        """Choose another role for the message under the cursor."""

        def chosen(role: str | None) -> None:
            if role:
                self._restructure(lambda messages, at: messages[at].update(role=role))

        self.app.push_screen(ChoiceScreen("Role of this message", [(role, role, words) for role, words in _ROLES]), chosen)

    def _restructure(self, act: Callable[[list[JsonObject], int], object], *, add: bool = False) -> bool:
        """Change the list of the prompt's own messages; the turns after them stay as they were."""
        template = self.draft.hydrated.template_messages
        lead = leading(template)
        at = min(self.selected, lead - 1) if add else self.selected
        if at >= lead:
            self.app.notify("A turn of the conversation can be edited, not removed or given another role.", severity="warning", markup=False)
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


def _new_param_problem(text: str) -> str:
    name, equals, value = text.partition("=")
    return "" if name.strip().isidentifier() and equals and value.strip() else "write NAME=VALUE"
