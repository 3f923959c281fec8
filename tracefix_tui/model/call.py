"""An LLM call: what was asked, with which parameters and tools, what came back, and what it cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from tracefix_tui.model.json_value import Json, JsonObject
from tracefix_tui.model.message import Message

Replay = Literal["exact", "approximate", "impossible"]
RequestSource = Literal["raw request body", "structured messages", "reconstructed text", "none"]


@dataclass(frozen=True, slots=True)
class ToolDef:
    """A tool offered to the model; `parameters` is its JSON schema, None where the trace does not hold it."""

    name: str
    description: str | None = None
    parameters: JsonObject | None = None
    strict: bool | None = None

    def to_openai(self) -> JsonObject:
        """`{"type": "function", "function": {...}}`, without the keys that were not recorded."""
        function: JsonObject = {"name": self.name}
        if self.description is not None:
            function["description"] = self.description
        if self.parameters is not None:
            function["parameters"] = self.parameters
        if self.strict is not None:
            function["strict"] = self.strict
        return {"type": "function", "function": function}


@dataclass(frozen=True, slots=True)
class Usage:
    """Token counts as recorded; None where the trace says nothing.

    `input` contains cached tokens with OpenAI's counting and leaves them out with Anthropic's;
    `input_includes_cached` says which, where it is known.
    """

    input: int | None = None
    output: int | None = None
    total: int | None = None
    cache_read: int | None = None
    cache_write: int | None = None
    reasoning: int | None = None
    input_includes_cached: bool | None = None

    def to_public(self) -> JsonObject:
        """The counts of the `show --json` contract."""
        return {
            "input": self.input,
            "output": self.output,
            "total": self.total if self.total is not None else self._sum(),
            "cache_read": self.cache_read,
            "cache_write": self.cache_write,
            "reasoning": self.reasoning,
        }

    def _sum(self) -> int | None:
        return None if self.input is None or self.output is None else self.input + self.output


@dataclass(frozen=True, slots=True)
class PromptRef:
    """What the trace records of the prompt template. `template` is a text, or messages in the OpenAI shape.

    `syntax` says how placeholders are written: fstring `{x}`, mustache `{{x}}`, jinja, unknown.
    """

    name: str | None = None
    version: str | None = None
    template: Json = None
    variables: JsonObject = field(default_factory=dict)
    syntax: Literal["fstring", "mustache", "jinja", "unknown"] = "unknown"

    def to_public(self) -> JsonObject:
        """`{"name", "version", "template", "variables"}`."""
        return {"name": self.name, "version": self.version, "template": self.template, "variables": self.variables}


@dataclass(frozen=True, slots=True)
class LLMCall:
    """One call of a model, in the vocabulary of chat completions.

    `params` are the recorded parameters that can be sent; `params_raw` everything the trace called a parameter,
    so that a fidelity report can name what was left out. `raw_request` is the recorded request body where the
    trace holds one: the best source for a replay. `request_source` says what `messages` were built from, `beside` which
    parts of the request (messages, tools, tool_choice) were recorded apart from the rest, and where.
    """

    request_model: str | None = None
    response_model: str | None = None
    provider: str | None = None
    api: Literal["chat", "responses", "messages", "completion", "generate_content", "unknown"] = "unknown"
    messages: tuple[Message, ...] = ()
    output: tuple[Message, ...] = ()
    params: JsonObject = field(default_factory=dict)
    params_raw: JsonObject = field(default_factory=dict)
    tools: tuple[ToolDef, ...] = ()
    tool_choice: Json = None
    response_format: Json = None
    usage: Usage = field(default_factory=Usage)
    cost: float | None = None
    prompt: PromptRef | None = None
    finish_reason: str | None = None
    stream: bool | None = None
    raw_request: JsonObject | None = None
    request_source: RequestSource = "structured messages"
    beside: dict[str, str] = field(default_factory=dict)
    replay: Replay = "exact"
    replay_notes: tuple[str, ...] = ()

    @property
    def answer(self) -> Message | None:
        """The first choice, or None where the output was not captured."""
        return self.output[0] if self.output else None

    def to_public(self) -> JsonObject:
        """The `llm` object of the `show --json` contract."""
        return {
            "provider": self.provider,
            "request_model": self.request_model,
            "response_model": self.response_model,
            "messages": [message.to_public() for message in self.messages],
            "output": [message.to_public() for message in self.output],
            "params": self.params,
            "tools": [tool.to_openai() for tool in self.tools],
            "tool_choice": self.tool_choice,
            "response_format": self.response_format,
            "usage": self.usage.to_public(),
            "cost": self.cost,
            "prompt": self.prompt.to_public() if self.prompt else None,
            "finish_reason": self.finish_reason,
            "replay": self.replay,
            "replay_notes": list(self.replay_notes),
        }
