"""A prompt file laid over a recorded call: its messages, model, parameters, tools and response format as edits."""

from __future__ import annotations

from tracefix_tui.model.json_value import JsonObject
from tracefix_tui.prompts.file import PromptFile
from tracefix_tui.prompts.template import escape
from tracefix_tui.workbench.draft import Draft


def with_prompt_file(draft: Draft, file: PromptFile) -> Draft:
    """The draft with all that the file says; what it does not say stays as it was recorded."""
    edits: list[JsonObject] = [{"edit": "template_messages", "messages": list(_templates(file))}]
    edits += [{"edit": "param", "name": name, "value": value} for name, value in file.model_parameters.items()]
    if file.tools:
        edits += [{"edit": "tool", "name": tool.name, "definition": None} for tool in draft.tools]
        edits += [{"edit": "tool", "name": _tool_name(tool), "definition": tool} for tool in file.tools]
    if file.response_format is not None:
        edits.append({"edit": "response_format", "value": file.response_format})
    if file.model:
        edits.append({"edit": "model", "value": file.model})
    for edit in edits:
        draft = draft.apply(edit)
    return draft


def _templates(file: PromptFile) -> list[JsonObject]:
    """The messages as templates, also of a file whose texts are literal."""
    return file.messages if file.has_placeholders else [_literal(message) for message in file.messages]


def _literal(message: JsonObject) -> JsonObject:
    content = message.get("content")
    if isinstance(content, str):
        return {**message, "content": escape(content)}
    parts = content if isinstance(content, list) else []
    return {
        **message,
        "content": [
            {**p, "text": escape(text)} if isinstance(p, dict) and isinstance(text := p.get("text"), str) else p
            for p in parts
        ],
    }


def _tool_name(tool: JsonObject) -> str:
    function = tool.get("function")
    return str((function if isinstance(function, dict) else tool).get("name"))
