"""Messages, as the OpenAI chat-completions API shapes them, because that is what LiteLLM takes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TypeAlias, cast

from tracefix_tui.model.json_value import Json, JsonObject


@dataclass(frozen=True, slots=True)
class TextPart:
    """Text the model reads or wrote; `extra` keeps keys beside it (`cache_control`)."""

    text: str
    extra: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReasoningPart:
    """A model's own thinking; shown, never sent again."""

    text: str


@dataclass(frozen=True, slots=True)
class MediaPart:
    """An image, sound or file, held as the OpenAI part it is sent as (`{"type": "image_url", ...}`)."""

    kind: str
    raw: JsonObject


@dataclass(frozen=True, slots=True)
class UnknownPart:
    """A content part of a type we do not know, kept whole."""

    raw: JsonObject


Part: TypeAlias = TextPart | ReasoningPart | MediaPart | UnknownPart


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call a model asked for. `arguments` is the string as recorded, byte for byte."""

    id: str | None
    name: str
    arguments: str

    def to_openai(self) -> JsonObject:
        """`{"id", "type", "function": {"name", "arguments"}}`."""
        return {"id": self.id, "type": "function", "function": {"name": self.name, "arguments": self.arguments}}


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `listed` remembers that its content was a list of parts and not a string."""

    role: str
    parts: tuple[Part, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    name: str | None = None
    tool_call_id: str | None = None
    listed: bool = False
    extra: JsonObject = field(default_factory=dict)

    @classmethod
    def of(cls, role: str, text: str | None = None, **rest: object) -> Message:
        """A message with one text, or none."""
        made = cls(role, (TextPart(text),) if text is not None else ())
        return replace(made, **rest) if rest else made  # type: ignore[arg-type]

    @property
    def text(self) -> str:
        """All text parts joined by nothing; `""` when there are none."""
        texts = [part.text for part in self.parts if isinstance(part, TextPart)]
        return texts[0] if len(texts) == 1 else "".join(texts)

    @property
    def reasoning(self) -> str:
        """All reasoning parts, a line apart."""
        return "\n".join(part.text for part in self.parts if isinstance(part, ReasoningPart))

    def with_text(self, text: str) -> Message:
        """The same message with its text replaced: one text part where the first stood, other parts kept."""
        kept: list[Part] = []
        placed = False
        for part in self.parts:
            if not isinstance(part, TextPart):
                kept.append(part)
            elif not placed:
                kept.append(TextPart(text, part.extra))
                placed = True
        if not placed:
            kept.insert(0, TextPart(text))
        return replace(self, parts=tuple(kept))

    def to_openai(self) -> JsonObject:
        """The message as chat completions spell it. Reasoning is left out: providers refuse it as input."""
        out: JsonObject = {"role": self.role, "content": self._content()}
        if self.name is not None:
            out["name"] = self.name
        if self.tool_calls:
            out["tool_calls"] = [call.to_openai() for call in self.tool_calls]
        if self.tool_call_id is not None:
            out["tool_call_id"] = self.tool_call_id
        return out

    def to_public(self) -> JsonObject:
        """`to_openai` plus the reasoning, as `show --json` prints it."""
        out = self.to_openai()
        if self.reasoning:
            out["reasoning_content"] = self.reasoning
        return out

    def _content(self) -> Json:
        sent = [part for part in self.parts if not isinstance(part, ReasoningPart)]
        if not sent:
            return [] if self.listed and not self.tool_calls else None
        plain = all(isinstance(part, TextPart) and not part.extra for part in sent)
        if plain and not self.listed and len(sent) == 1:
            return self.text
        return [_part_to_openai(part) for part in sent]


def _part_to_openai(part: Part) -> JsonObject:
    if isinstance(part, TextPart):
        return {"type": "text", "text": part.text, **part.extra}
    if isinstance(part, ReasoningPart):
        return {"type": "text", "text": part.text}
    return part.raw


_MEDIA = {"image_url": "image", "input_audio": "audio", "file": "file"}
_KNOWN_KEYS = {"role", "content", "name", "tool_calls", "tool_call_id", "reasoning_content", "function_call"}


def part_from_openai(raw: Json) -> Part:
    """One content part of a chat-completions message."""
    if isinstance(raw, str):
        return TextPart(raw)
    if not isinstance(raw, dict):
        return UnknownPart({"type": "unknown", "value": raw})
    kind = raw.get("type")
    text = raw.get("text")
    if kind in ("text", "input_text", "output_text") and isinstance(text, str):
        extra: JsonObject = {k: v for k, v in raw.items() if k not in ("type", "text") and v is not None and v != []}
        return TextPart(text, extra)
    if isinstance(kind, str) and kind in _MEDIA:
        return MediaPart(_MEDIA[kind], raw)
    return UnknownPart(raw)


def message_from_openai(raw: JsonObject) -> Message:
    """A message from its chat-completions shape; unknown keys are kept in `extra`."""
    content = raw.get("content")
    parts: list[Part] = []
    if isinstance(raw.get("reasoning_content"), str) and raw["reasoning_content"]:
        parts.append(ReasoningPart(cast(str, raw["reasoning_content"])))
    if isinstance(content, list):
        parts.extend(part_from_openai(item) for item in content)
    elif isinstance(content, str):
        parts.append(TextPart(content))
    elif content is not None:
        parts.append(UnknownPart({"type": "unknown", "value": content}))
    name, call_id = raw.get("name"), raw.get("tool_call_id")
    return Message(
        role=str(raw.get("role") or "user"),
        parts=tuple(parts),
        tool_calls=tuple(_tool_calls(raw)),
        name=name if isinstance(name, str) else None,
        tool_call_id=call_id if isinstance(call_id, str) else None,
        listed=isinstance(content, list),
        extra={k: v for k, v in raw.items() if k not in _KNOWN_KEYS},
    )


def _tool_calls(raw: JsonObject) -> Iterable[ToolCall]:
    calls = raw.get("tool_calls")
    legacy = raw.get("function_call")
    if not calls and isinstance(legacy, dict):
        calls = [{"id": None, "function": legacy}]
    for call in calls if isinstance(calls, list) else []:
        if not isinstance(call, dict):
            continue
        function = call.get("function")
        function = function if isinstance(function, dict) else call
        ident = call.get("id")
        yield ToolCall(
            ident if isinstance(ident, str) else None,
            str(function.get("name") or ""),
            arguments_text(function.get("arguments")),
        )


def arguments_text(value: Json) -> str:
    """Tool arguments as the string that goes on the wire: a string stays byte-exact, a structure becomes JSON."""
    import json

    if isinstance(value, str):
        return value
    return json.dumps({} if value is None else value, ensure_ascii=False)
