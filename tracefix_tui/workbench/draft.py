"""A draft: the recorded call with a list of edits over it. Immutable, so undo is keeping the one before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import cast

from tracefix_tui.model.attempt import Change, Request
from tracefix_tui.model.call import ToolDef
from tracefix_tui.model.errors import BadInput
from tracefix_tui.model.json_value import Json, JsonObject
from tracefix_tui.model.message import Message, message_from_openai
from tracefix_tui.prompts.hydrated import Hydrated
from tracefix_tui.workbench.changes import list_changes
from tracefix_tui.workbench.recording import Recording

_COALESCED = {
    "template",
    "message",
    "variable",
    "edit_document",
    "param",
    "model",
    "tool",
    "tool_choice",
    "response_format",
}


@dataclass(frozen=True)
class Draft:
    """A recording with edits. `edits` replayed over the recording give the draft again, which is how it is stored.

    Each edit is `{"edit": NAME, ...}`:
    `template` (index, text: one message of the template), `template_messages` (messages: the whole template),
    `message` (index, text: one hydrated message, or a tool's result), `variable` (name, value),
    `drop_document` (index), `add_document` (text, at), `edit_document` (index, text), `move_document` (index, to),
    `param` (name, value; null removes), `model` (value), `tool` (name, definition; null removes),
    `tool_choice` (value), `response_format` (value).
    """

    recording: Recording
    hydrated: Hydrated
    model: str
    params: JsonObject
    tools: tuple[ToolDef, ...]
    tool_choice: Json
    response_format: Json
    edits: tuple[JsonObject, ...] = ()
    parent: str | None = None

    @classmethod
    def of(cls, recording: Recording, edits: Sequence[JsonObject] = (), parent: str | None = None) -> Draft:
        """The recording as it was, with edits applied in order; raises `BadInput` for an edit that does not fit."""
        r = recording.request
        draft = cls(
            recording, recording.hydrated, r.model, r.params, r.tools, r.tool_choice, r.response_format, parent=parent
        )
        for edit in edits:
            draft = draft.apply(edit)
        return draft

    def apply(self, edit: JsonObject) -> Draft:
        """The draft with one more edit; an edit of what the last one edited takes its place."""
        name = edit.get("edit")
        changed = self._applied(str(name), edit)
        before = self.edits
        if before and name in _COALESCED and _target(before[-1]) == _target(edit):
            before = before[:-1]
        return replace(changed, edits=(*before, edit))

    @cached_property
    def messages(self) -> tuple[Message, ...]:
        """The messages as they would be sent; what was not edited is exactly what the recording would send."""
        rendered = self.hydrated.render()
        recorded, sent = self.recording.call.messages, self.recording.request.messages
        if rendered == recorded or len(recorded) != len(sent):
            return sent if rendered == recorded else rendered
        same = [
            s if i < len(recorded) and m == recorded[i] else m
            for i, (m, s) in enumerate(zip(rendered, sent, strict=False))
        ]
        return (*same, *rendered[len(same) :])

    @cached_property
    def request(self) -> Request:
        """What would be sent now."""
        return Request(self.model, self.messages, self.params, self.tools, self.tool_choice, self.response_format)

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """Every difference from the recording; empty for an untouched draft."""
        r = self.recording
        return list_changes(r.hydrated, self.hydrated, r.request, self.request)

    @property
    def missing(self) -> tuple[str, ...]:
        """Placeholders of the template that no variable fills."""
        return self.hydrated.missing()

    def _applied(self, name: str, edit: JsonObject) -> Draft:
        try:
            if name in _HYDRATED:
                return replace(self, hydrated=_HYDRATED[name](self.hydrated, edit))
            if name == "param":
                return replace(self, params=_with_param(self.params, str(edit["name"]), edit.get("value")))
            if name == "tool":
                return replace(self, tools=_with_tool(self.tools, str(edit["name"]), edit.get("definition")))
            if name == "model":
                return replace(self, model=str(edit["value"]))
            if name == "tool_choice":
                return replace(self, tool_choice=edit["value"])
            if name == "response_format":
                return replace(self, response_format=edit["value"])
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise BadInput(
                f"the edit {name!r} does not fit this call: {error}",
                hint="Look at the call with `tracefix-tui show FILE`",
            ) from error
        raise BadInput(f"unknown edit {name!r}", hint="The stored draft comes from another version; discard it")


def _target(edit: JsonObject) -> tuple[Json, ...]:
    return (edit.get("edit"), edit.get("index"), edit.get("name"))


def _index(edit: JsonObject, key: str = "index") -> int:
    value = edit[key]
    if not isinstance(value, int) or value < 0:
        raise IndexError(f"{key} {value!r} is not a position")
    return value


def _template(hydrated: Hydrated, edit: JsonObject) -> Hydrated:
    messages = list(hydrated.template_messages)
    index = _index(edit)
    messages[index] = messages[index].with_text(str(edit["text"]))
    return hydrated.with_template(tuple(messages))


def _template_messages(hydrated: Hydrated, edit: JsonObject) -> Hydrated:
    """A whole new template; messages of the recording after it (the turns of a conversation) stay."""
    given = cast("list[JsonObject]", edit["messages"])
    before = hydrated.template_messages
    lead = hydrated.lead
    fresh = []
    for i, item in enumerate(given):
        made = message_from_openai(item)
        stays = i < lead and before[i].role == made.role and isinstance(item.get("content"), str)
        fresh.append(before[i].with_text(made.text) if stays else made)
    return hydrated.with_template((*fresh, *before[lead:]), own=len(fresh))


def _moved(hydrated: Hydrated, edit: JsonObject) -> Hydrated:
    return hydrated.move_document(_index(edit), _index(edit, "to"))


_HYDRATED = {
    "template": _template,
    "template_messages": _template_messages,
    "message": lambda h, e: h.with_message(_index(e), str(e["text"])),
    "variable": lambda h, e: h.with_variable(str(e["name"]), str(e["value"])),
    "drop_document": lambda h, e: h.drop_document(_index(e)),
    "add_document": lambda h, e: h.add_document(str(e["text"]), _index(e, "at")),
    "edit_document": lambda h, e: h.edit_document(_index(e), str(e["text"])),
    "move_document": _moved,
}


def _with_param(params: JsonObject, name: str, value: Json) -> JsonObject:
    rest = {k: v for k, v in params.items() if k != name}
    if value is None:
        return rest
    return {k: (value if k == name else v) for k, v in params.items()} if name in params else {**rest, name: value}


def _with_tool(tools: tuple[ToolDef, ...], name: str, definition: Json) -> tuple[ToolDef, ...]:
    if definition is None:
        return tuple(t for t in tools if t.name != name)
    if not isinstance(definition, dict):
        raise TypeError("a tool definition is an object")
    function = definition.get("function")
    raw = function if isinstance(function, dict) else definition
    parameters, description, strict = raw.get("parameters"), raw.get("description"), raw.get("strict")
    made = ToolDef(
        str(raw.get("name") or name),
        description if isinstance(description, str) else None,
        parameters if isinstance(parameters, dict) else None,
        strict if isinstance(strict, bool) else None,
    )
    known = any(t.name == name for t in tools)
    return tuple(made if t.name == name else t for t in tools) if known else (*tools, made)
