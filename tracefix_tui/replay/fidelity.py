"""The fidelity report: each recorded field of a call, and whether the request sends it, changes it or leaves it out."""

from __future__ import annotations

from collections.abc import Iterator

from tracefix_tui.model.attempt import FidelityEntry, FidelityStatus, Request
from tracefix_tui.model.call import LLMCall
from tracefix_tui.model.json_value import Json, JsonObject
from tracefix_tui.model.message import MediaPart, Message, ReasoningPart, UnknownPart
from tracefix_tui.model.text import clip
from tracefix_tui.readers.shapes.params import SENDABLE, clean_params, param_name
from tracefix_tui.readers.shapes.secrets import REMOVED, is_secret_key, without_secrets

_KEYS = "endpoints, keys and headers come from your own environment, never from a trace"
LOOKS_SECRET = "it looks like a key; keys come from your own environment"
_SHOWN = 60
_OURS = "how a call is made is up to the replay, not to the trace"
_FIRST = "as the first system message"
_MESSAGE_KEYS = {
    "messages": "",
    "input": "as chat messages",
    "contents": "as chat messages",
    "prompt": "as one user message",
    "instructions": _FIRST,
    "system": _FIRST,
    "systemInstruction": _FIRST,
    "system_instruction": _FIRST,
}
_GROUPS = frozenset(
    {
        "generationConfig",
        "generation_config",
        "config",
        "options",
        "inferenceConfig",
        "reasoning",
        "text",
        "model_parameters",
    }
)
_REASONS = {
    "stream_options": "token counts are asked for in every replay",
    "store": "nothing is stored at the provider by a replay",
    "metadata": "labels for the provider's own pages; the model does not see them",
    "previous_response_id": "the earlier turns are kept at the provider and are not in this trace",
    "conversation": "the earlier turns are kept at the provider and are not in this trace",
    "summary": "summaries of reasoning are not part of chat completions",
    "include": "chooses what the answer holds, not what the model reads",
}
_CALL_KEYS = frozenset(
    {
        "timeout", "request_timeout", "stream_timeout", "max_retries", "num_retries", "retries", "fallbacks",
        "client", "callbacks", "cache", "caching", "mock_response", "custom_llm_provider", "model_list",
        "deployment_id", "streaming", "webhook", "webhook_url", "callback_url", "url", "extra_body", "extra_query",
        "drop_params", "api_type", "azure", "project",
    }
)  # fmt: skip
_REBUILT = "rebuilt_from"  # the readers' own mark; their note on it is among the call's replay notes
_MESSAGE_REASONS = {
    "reasoning_content": "providers do not take a model's reasoning as input",
    "refusal": "a refusal is output, not input",
    "annotations": "annotations are output, not input",
}


class Notes:
    """Entries in the order they were found, one for a field. `explain` overrules what is found later for its field."""

    def __init__(self) -> None:
        self._entries: dict[str, FidelityEntry] = {}
        self._known: dict[str, FidelityEntry] = {}

    def add(self, field: str, status: FidelityStatus, reason: str = "") -> None:
        """Note a field, unless it is noted already."""
        known = self._known.get(param_name(field.rpartition(".")[2]))
        entry = FidelityEntry(field, known.status, known.reason) if known else FidelityEntry(field, status, reason)
        self._entries.setdefault(field, entry)

    def explain(self, name: str, status: FidelityStatus, reason: str) -> None:
        """What to say of a parameter when the trace turns out to hold it, whatever it calls it."""
        self._known[name] = FidelityEntry(name, status, reason)

    def has(self, field: str) -> bool:
        """True when exactly this field is noted."""
        return field in self._entries

    def drop(self, field: str) -> None:
        """Forget what was noted of a field."""
        self._entries.pop(field, None)

    def holds(self, name: str) -> bool:
        """True when a field of this name, or one that means the same, is noted."""
        return any(param_name(field.rpartition(".")[2]) == name for field in self._entries)

    @property
    def entries(self) -> tuple[FidelityEntry, ...]:
        """All that was noted."""
        return tuple(self._entries.values())


def report_raw(raw: JsonObject, request: Request, notes: Notes) -> None:
    """Note every key of a recorded request body."""
    for key, value in raw.items():
        if key in _MESSAGE_KEYS:
            how = _MESSAGE_KEYS[key]
            notes.add(key, "changed" if how else "sent", how)
        elif key in ("tools", "functions"):
            _report_tools(key, value, request, notes)
        elif key in ("tool_choice", "function_call", "toolConfig", "tool_config"):
            _report_value(key, value, request.tool_choice, notes)
        elif key == "response_format":
            _report_value(key, value, request.response_format, notes)
        elif key == "stream" and not isinstance(value, bool):
            notes.add(key, "left out", f"{_show(value)} means that it was not set")
        elif key not in ("model", "stream"):
            _report_param(key, value, request, notes)


def report_params(call: LLMCall, request: Request, notes: Notes, *, whole: bool) -> None:
    """Note what the trace calls a parameter, and what a request without a raw body is made of."""
    for key, value in call.params_raw.items():
        name = param_name(key)
        if name in ("model", "messages", "stream", "tools", "functions") or notes.has(key) or notes.holds(name):
            continue
        if whole and name in SENDABLE and name not in request.params and clean_params({key: value}):
            notes.add(key, "left out", "the recorded request body does not hold it")
        else:
            _report_param(key, value, request, notes)
    for name in request.params:
        if not notes.holds(name):
            notes.add(name, "sent")
    if request.tools and not notes.holds("tools") and not notes.holds("functions"):
        notes.add("tools", "sent")
    _report_schemas(request, notes)
    for field, recorded, sent in (
        ("tool_choice", call.tool_choice, request.tool_choice),
        ("response_format", call.response_format, request.response_format),
    ):
        if recorded is not None and not notes.holds(field):
            _report_value(field, recorded, sent, notes)


def report_messages(request: Request, source: str, api: str, raw: JsonObject | None, notes: Notes) -> None:
    """Note the messages, and each part of one that is not sent as it was recorded."""
    if raw is None or "messages" in raw:
        blocks = raw is not None and api == "messages"
        notes.add(
            "messages",
            "changed" if blocks else "sent",
            "Anthropic's blocks as chat messages" if blocks else f"from the {source}",
        )
    for i, message in enumerate(request.messages):
        for field, reason in _unsent(message):
            notes.add(f"messages[{i}].{field}", "left out", reason)
        for j, part in enumerate(message.parts):
            if isinstance(part, MediaPart) and _address(part.raw).startswith(("http://", "https://")):
                notes.add(
                    f"messages[{i}].content[{j}]", "sent", "an address; a provider may fetch it, this machine does not"
                )
            if isinstance(part, UnknownPart):
                kind = str(part.raw.get("type") or "without a type")
                notes.add(f"messages[{i}].content[{j}]", "sent", f"content of an unknown kind ({kind}), as recorded")
    recorded = raw.get("messages") if raw is not None else None
    if isinstance(recorded, list) and len(recorded) == len(request.messages):
        for i, (before, after) in enumerate(zip(recorded, request.messages, strict=True)):
            _compare_message(f"messages[{i}]", before, after.to_openai(), notes)


def _address(part: JsonObject) -> str:
    image = part.get("image_url")
    url = image.get("url") if isinstance(image, dict) else image
    return url if isinstance(url, str) else ""


def _unsent(message: Message) -> Iterator[tuple[str, str]]:
    if any(isinstance(part, ReasoningPart) for part in message.parts):
        yield "reasoning_content", _MESSAGE_REASONS["reasoning_content"]
    for key, value in message.extra.items():
        if value not in (None, "", [], {}) and key != _REBUILT:
            yield key, _MESSAGE_REASONS.get(key, "not a field of a chat message that is sent")


def _compare_message(at: str, before: Json, after: JsonObject, notes: Notes) -> None:
    """Note what a chat message on its way through the model lost; the belt to `_unsent`."""
    if not isinstance(before, dict):
        notes.add(at, "changed", "read as a chat message")
        return
    if before.get("role") != after["role"]:
        notes.add(f"{at}.role", "changed", f"sent as {after['role']}")
    for key in ("content", "name", "tool_call_id"):
        old, new = before.get(key), after.get(key)
        if old != new and (old or new) and not notes.has(f"{at}.{key}"):
            notes.add(
                f"{at}.{key}",
                "changed",
                _content_reason(old, new) if key == "content" else "as chat completions spell it",
            )
    if before.get("function_call"):
        notes.add(f"{at}.function_call", "changed", "as a tool call, which is what replaced it")
    elif (before.get("tool_calls") or []) != after.get("tool_calls", []):
        notes.add(f"{at}.tool_calls", "changed", "as chat completions spell them")


def _content_reason(old: Json, new: Json) -> str:
    kinds = {str(part.get("type")) for part in old if isinstance(part, dict)} if isinstance(old, list) else set()
    gone = sorted(kinds & {"thinking", "redacted_thinking", "reasoning", "tool_use", "tool_result"})
    return f"{', '.join(gone)} moved out of the content" if gone else "as chat completions spell it"


def _report_tools(key: str, value: Json, request: Request, notes: Notes) -> None:
    from tracefix_tui.readers.shapes.tools import hosted_tools

    sent = [tool.to_openai() for tool in request.tools]
    if sent:
        notes.add(
            key, "sent" if value == sent else "changed", "" if value == sent else "as chat completions spell them"
        )
    else:
        notes.add(key, "left out", "no function definition in it")
    for name in hosted_tools(value):
        notes.add(f"{key}.{name}", "left out", "it runs at the provider; chat completions has no such tool")


def _report_schemas(request: Request, notes: Notes) -> None:
    for i, tool in enumerate(request.tools):
        if tool.parameters is None:
            notes.add(f"tools[{i}].parameters", "left out", f"the schema of {tool.name} was not recorded")


def _report_value(key: str, recorded: Json, sent: Json, notes: Notes) -> None:
    if recorded == sent:
        notes.add(key, "sent")
    elif sent is None:
        notes.add(key, "left out", "it says nothing that can be sent" if recorded else "not set")
    else:
        notes.add(key, "changed", "as chat completions spell it")


def _report_param(key: str, value: Json, request: Request, notes: Notes) -> None:
    name = param_name(key)
    leaf = key.rpartition(".")[2]
    if leaf in _GROUPS and isinstance(value, dict) and value:
        for inner, item in value.items():
            _report_inner(f"{key}.{inner}", inner, item, request, notes)
    elif is_secret_key(leaf) or value == REMOVED:
        notes.add(key, "left out", _KEYS)
    elif leaf in _CALL_KEYS:
        notes.add(key, "left out", _OURS)
    elif name in SENDABLE and without_secrets(value) != value:
        notes.add(key, "left out", LOOKS_SECRET)
    elif name in request.params:
        _report_sent(key, name, value, request.params[name], notes)
    elif name in SENDABLE and not clean_params({leaf: value}):
        notes.add(key, "left out", f"{_show(value)} means that it was not set")
    else:
        notes.add(key, "left out", _REASONS.get(name, "no such parameter in chat completions"))


def _show(value: Json) -> str:
    """A value in few characters, without anything that looks like a key."""
    return clip(repr(without_secrets(value)), _SHOWN)


def _report_inner(field: str, key: str, value: Json, request: Request, notes: Notes) -> None:
    """A parameter within a group: `reasoning.effort`, `text.format`, `generationConfig.temperature`."""
    if key in ("format", "responseSchema", "response_schema", "responseMimeType", "response_mime_type"):
        _report_value(field, value, request.response_format, notes)
    elif key == "effort" and "reasoning_effort" in request.params:
        notes.add(field, "changed", "named reasoning_effort in chat completions")
    elif key in ("thinkingConfig", "thinking_config"):
        notes.add(field, "left out", "no such parameter in chat completions")
    else:
        _report_param(field, value, request, notes)


def _report_sent(key: str, name: str, value: Json, sent: Json, notes: Notes) -> None:
    if value == sent and type(value) is type(sent):
        leaf = key.rpartition(".")[2]
        notes.add(
            key, "sent" if leaf == name else "changed", "" if leaf == name else f"named {name} in chat completions"
        )
    elif isinstance(value, str) and not isinstance(sent, str):
        notes.add(key, "changed", f"{_show(value)} was recorded as text; sent as {_show(sent)}")
    else:
        notes.add(key, "changed", f"recorded as {_show(value)}; sent as {_show(sent)}")
