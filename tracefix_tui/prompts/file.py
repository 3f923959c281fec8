"""Prompt files: `prompts/NAME.prompt.yml`, in the format GitHub defines for prompts stored in repositories.

Keys: `name, description, model, modelParameters, messages, responseFormat, jsonSchema, testData, evaluators`, and our
own `tools` (OpenAI schema) and `templateFormat` (`variables`, the default, or `none`: messages hold no placeholders).
Format: https://docs.github.com/en/github-models/use-github-models/storing-prompts-in-github-repositories
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TypeAlias

from tracefix_tui.model.call import ToolDef
from tracefix_tui.model.errors import PromptInvalid
from tracefix_tui.model.json_value import Json, JsonObject
from tracefix_tui.model.message import Message
from tracefix_tui.prompts.checking import check, validate
from tracefix_tui.prompts.names import SUFFIX, find_prompt, list_prompts, prompt_path
from tracefix_tui.prompts.schema import (
    parameters_from_file,
    parameters_to_file,
    response_format_from_file,
    response_format_to_file,
)
from tracefix_tui.prompts.template import placeholders, render_text
from tracefix_tui.prompts.yaml_edit import edit_yaml
from tracefix_tui.prompts.yaml_read import Source, read_yaml
from tracefix_tui.prompts.yaml_write import write_document

__all__ = ["KEEP", "PromptFile", "check", "find_prompt", "list_prompts", "prompt_path"]


class _Keep:
    """The type of `KEEP`."""


KEEP: Final = _Keep()
Messages: TypeAlias = Sequence[Message] | Sequence[JsonObject]
Tools: TypeAlias = Sequence[ToolDef] | Sequence[JsonObject]


@dataclass(frozen=True)
class PromptFile:
    """A prompt file, its text and what it says. Values given out are copies; `edited` makes a new one."""

    source: Source
    where: str = ""
    fallback_name: str = ""

    @classmethod
    def parse(cls, text: str, where: str = "", name: str = "") -> PromptFile:
        """A prompt from the text of its file; `name` is used where the text does not say one.

        Raises:
            PromptInvalid: not YAML, or not a prompt; with the line and a hint.
        """
        source = read_yaml(text, where)
        validate(source, where)
        return cls(source, where, name)

    @classmethod
    def read(cls, path: Path, name: str = "") -> PromptFile:
        """The prompt in this file; raises `PromptInvalid` where it is missing or broken."""
        try:
            text = path.read_bytes().decode("utf-8")
        except OSError as error:
            missing = isinstance(error, FileNotFoundError)
            what = "there is no such prompt file" if missing else f"cannot be read: {error.strerror or error}"
            raise PromptInvalid(what, where=str(path), hint="Check the name and the folder") from None
        except UnicodeDecodeError as error:
            raise PromptInvalid(f"not UTF-8 at byte {error.start}", where=str(path), hint="Save it as UTF-8") from None
        return cls.parse(text, str(path), name or path.name.split(".prompt.")[0])

    @classmethod
    def new(
        cls,
        name: str,
        messages: Messages,
        *,
        model: str | None = None,
        model_parameters: Mapping[str, Json] | None = None,
        tools: Tools = (),
        response_format: Json = None,
        description: str | None = None,
    ) -> PromptFile:
        """A new prompt; message contents are templates (`template.escape` makes a literal text one)."""
        data: JsonObject = {"name": name}
        if description:
            data["description"] = description
        if model:
            data["model"] = model
        if model_parameters:
            data["modelParameters"] = parameters_to_file(model_parameters, {})
        data["messages"] = _plain_messages(messages)
        if tools:
            data["tools"] = _plain_tools(tools)
        data.update({k: v for k, v in response_format_to_file(response_format, {}).items() if v is not None})
        return cls.parse(write_document(data), name + SUFFIX, name)

    def edited(
        self,
        *,
        messages: Messages | None = None,
        model: str | _Keep | None = KEEP,
        model_parameters: Mapping[str, Json] | _Keep | None = KEEP,
        tools: Tools | _Keep = KEEP,
        response_format: Json | _Keep = KEEP,
        name: str | _Keep = KEEP,
        description: str | _Keep | None = KEEP,
    ) -> PromptFile:
        """This prompt with something changed, everything else of the text as it was; None takes a key out."""
        data: JsonObject = deepcopy(self.source.data)
        changes: dict[str, Json] = {}
        if messages is not None:
            changes["messages"] = _plain_messages(messages)
        for key, value in (("model", model), ("name", name), ("description", description)):
            if not isinstance(value, _Keep):
                changes[key] = value
        if not isinstance(model_parameters, _Keep):
            changes["modelParameters"] = (
                parameters_to_file(model_parameters or {}, self._mapping("modelParameters")) or None
            )
        if not isinstance(tools, _Keep):
            changes["tools"] = _plain_tools(tools) or None
        if not isinstance(response_format, _Keep):
            changes.update(response_format_to_file(response_format, data))
        data.update(changes)
        wanted = {k: v for k, v in data.items() if v is not None or k not in changes}
        source = edit_yaml(self.source, wanted, self.where)
        validate(source, self.where)
        return replace(self, source=source)

    def text(self) -> str:
        """The text of the file, to be written as UTF-8 without changing line ends."""
        return self.source.text

    @property
    def name(self) -> str:
        """The name the file says, else the one it was found under."""
        return self._string("name") or self.fallback_name

    @property
    def description(self) -> str | None:
        """What the prompt is for."""
        return self._string("description")

    @property
    def model(self) -> str | None:
        """The model as LiteLLM names it."""
        return self._string("model")

    @property
    def model_parameters(self) -> JsonObject:
        """Parameters under LiteLLM's names (`maxTokens` is `max_tokens` here)."""
        return parameters_from_file(self._mapping("modelParameters"), self.where)

    @property
    def messages(self) -> list[JsonObject]:
        """The messages, contents as templates."""
        return [deepcopy(m) for m in self._list("messages") if isinstance(m, dict)]

    @property
    def tools(self) -> list[JsonObject]:
        """Tools in the OpenAI schema."""
        return [deepcopy(t) for t in self._list("tools") if isinstance(t, dict)]

    @property
    def response_format(self) -> Json:
        """`response_format` as LiteLLM takes it, or None for plain text."""
        return response_format_from_file(self.source.data, self.name, self.where)

    @property
    def test_data(self) -> list[JsonObject]:
        """Rows of `testData`: variables, and what the evaluators compare with."""
        return [deepcopy(row) for row in self._list("testData") if isinstance(row, dict)]

    @property
    def has_placeholders(self) -> bool:
        """False where `templateFormat: none` makes every text literal."""
        return self._string("templateFormat") != "none"

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables the messages name, in order of appearance."""
        if not self.has_placeholders:
            return ()
        return tuple(dict.fromkeys(name for m in self.messages for text in _texts(m) for name in placeholders(text)))

    def render(self, /, **variables: Json) -> JsonObject:
        """The keyword arguments of `litellm.completion`, messages filled in.

        Values that are not text are put in as JSON. A value can hold anything: it is never read as a template and can
        never become a message of its own. Variables that the prompt does not name are left alone.

        Raises:
            PromptInvalid: a variable has no value.
        """
        out: JsonObject = {"model": self.model} if self.model else {}
        out["messages"] = [self._rendered(m, _strings(variables)) for m in self.messages]
        out.update(self.model_parameters)
        if tools := self.tools:
            out["tools"] = list(tools)
        if (response_format := self.response_format) is not None:
            out["response_format"] = response_format
        return out

    def _rendered(self, message: JsonObject, variables: Mapping[str, str]) -> JsonObject:
        if not self.has_placeholders:
            return message
        content = message.get("content")
        if isinstance(content, str):
            message["content"] = render_text(content, variables, self.where)
        for part in content if isinstance(content, list) else []:
            if isinstance(part, dict) and isinstance(text := part.get("text"), str):
                part["text"] = render_text(text, variables, self.where)
        return message

    def _string(self, key: str) -> str | None:
        value = self.source.data.get(key)
        return None if value is None else str(value)

    def _list(self, key: str) -> list[Json]:
        value = self.source.data.get(key)
        return value if isinstance(value, list) else []

    def _mapping(self, key: str) -> JsonObject:
        value = self.source.data.get(key)
        return value if isinstance(value, dict) else {}


def _texts(message: JsonObject) -> list[str]:
    content = message.get("content")
    if isinstance(content, str):
        return [content]
    parts = content if isinstance(content, list) else []
    return [text for part in parts if isinstance(part, dict) and isinstance(text := part.get("text"), str)]


def _strings(variables: Mapping[str, Json]) -> dict[str, str]:
    """Values as text; None is no value."""
    import json

    given = {name: value for name, value in variables.items() if value is not None}
    return {n: v if isinstance(v, str) else json.dumps(v, ensure_ascii=False, default=str) for n, v in given.items()}


def _plain_messages(messages: Messages) -> list[Json]:
    return [deepcopy(m.to_openai() if isinstance(m, Message) else m) for m in messages]


def _plain_tools(tools: Tools) -> list[Json]:
    return [deepcopy(t.to_openai() if isinstance(t, ToolDef) else t) for t in tools]
