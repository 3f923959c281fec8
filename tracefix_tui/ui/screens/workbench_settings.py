"""The part of the workbench that changes settings: model, parameters, tools, the answer's format, how a run goes."""

from __future__ import annotations

import json
from collections.abc import Callable

from tracefix_tui.model.json_value import Json
from tracefix_tui.model.text import json_text, safe_line
from tracefix_tui.ui.content.values import json_problem, shown_value, tool_problem, typed_value
from tracefix_tui.ui.screens.ask import AskLine, AskText, Check
from tracefix_tui.ui.screens.choice import ChoiceScreen
from tracefix_tui.ui.screens.workbench_draft import DraftScreen

_NEW_TOOL = '{\n  "name": "",\n  "description": "",\n  "parameters": {"type": "object", "properties": {}}\n}'
_SHORT = 200


class SettingsScreen(DraftScreen):
    """Questions about one setting each; the answers become edits of the draft."""

    def ask(
        self,
        title: str,
        value: str,
        done: Callable[[str], None],
        *,
        words: str = "",
        check: Check | None = None,
        suffix: str = ".txt",
    ) -> None:
        """Ask for a text: on a line where it fits one and can be shown as it is, else in an editor."""

        def answered(text: str | None) -> None:
            if text is not None and text != value:
                done(text)

        short = len(value) <= _SHORT and safe_line(value) == value and suffix == ".txt"
        screen = (
            AskLine(title, value, words=words, check=check)
            if short
            else AskText(title, value, words=words, check=check, suffix=suffix)
        )
        self.app.push_screen(screen, answered)

    # -- settings

    def action_pick_model(self) -> None:
        """Choose a model."""
        from tracefix_tui.ui.screens.model_picker import ModelPicker

        def chosen(model: str | None) -> None:
            if model and model != self.draft.model:
                self.change({"edit": "model", "value": model})

        self.app.push_screen(ModelPicker(self.draft.model, self.draft.recording.request.model), chosen)

    def edit_param(self, name: str) -> None:
        """Change a parameter."""
        before = self.draft.recording.request.params.get(name)
        now = self.draft.params.get(name, before)
        was = shown_value(before) or "not sent"
        words = f"recorded: {was}. Empty leaves it out. Numbers, true, false, lists and objects are JSON."
        self._ask_value(name, now, words, lambda value: self.change({"edit": "param", "name": name, "value": value}))

    def _ask_value(self, title: str, now: Json, words: str, done: Callable[[Json], object]) -> None:
        def answered(text: str | None) -> None:
            if text is not None:
                done(typed_value(text))

        self.app.push_screen(AskLine(title, shown_value(now), words=words), answered)

    def edit_json(self, name: str) -> None:
        """Change the tool choice or the response format."""
        now = self.draft.tool_choice if name == "tool_choice" else self.draft.response_format
        text = "" if now is None else json_text(now)

        def check(typed: str) -> str:
            return json_problem(typed) if typed.strip() and name == "response_format" else ""

        def done(typed: str) -> None:
            self.change({"edit": name, "value": typed_value(typed)})

        self.ask(name, text, done, words="Empty leaves it out.", check=check, suffix=".json")

    def edit_tool(self, name: str) -> None:
        """Change a tool, or write a new one where there is no name."""
        tools = {t.name: t for t in (*self.draft.recording.request.tools, *self.draft.tools)}
        text = json_text(tools[name].to_openai()["function"]) if name in tools else _NEW_TOOL

        def done(typed: str | None) -> None:
            if typed is None:
                return
            definition = json.loads(typed)
            self.change({"edit": "tool", "name": name or str(definition["name"]), "definition": definition})

        words = "The tool as the model is offered it: name, description, parameters as a JSON schema."
        self.app.push_screen(AskText(f"tool {name}", text, words=words, check=tool_problem, suffix=".json"), done)

    def edit_run(self, name: str) -> None:
        """Change the repeats or the cost guard."""

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
            self.run_plan = (
                plan._replace(repeats=int(value)) if name == "repeats" else plan._replace(guard=float(value))
            )
            self.draw_draft()

        if name == "repeats":
            self.ask(
                "repeat",
                str(self.run_plan.repeats),
                done,
                words="Runs per press of ^r. Four passes of four carry a verdict.",
                check=repeats,
            )
        else:
            self.ask(
                "cost guard in dollars",
                f"{self.run_plan.guard:g}",
                done,
                words="A press of ^r stops before the run that would go above it.",
                check=dollars,
            )

    def add_setting(self) -> None:
        """Choose what to add."""
        choices = [
            ("param", "parameter", "temperature, seed, top_p, ..."),
            ("tool", "tool", "a function that the model may call"),
            ("response_format", "response format", "the JSON that the answer must be"),
            ("tool_choice", "tool choice", "auto, none, required or one tool"),
        ]

        def chosen(what: str | None) -> None:
            if what == "param":
                self.ask(
                    "new parameter",
                    "",
                    self._new_param,
                    words="NAME=VALUE, for example seed=7",
                    check=_new_param_problem,
                )
            elif what == "tool":
                self.edit_tool("")
            elif what:
                self.edit_json(what)

        self.app.push_screen(ChoiceScreen("Add", choices), chosen)

    def _new_param(self, text: str) -> None:
        name, _, value = text.partition("=")
        if self.change({"edit": "param", "name": name.strip(), "value": typed_value(value)}):
            self.list_pane("params").select_key(f"param:{name.strip()}")


def _new_param_problem(text: str) -> str:
    name, equals, value = text.partition("=")
    return "" if name.strip().isidentifier() and equals and value.strip() else "write NAME=VALUE"
