"""The offline model as a LiteLLM provider: `litellm.completion(model="offline/extractive")` works in this process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

from tracefix_tui.model.attempt import Request
from tracefix_tui.model.message import message_from_openai
from tracefix_tui.readers.shapes.tools import read_tools
from tracefix_tui.replay.caller import Event, TextDelta, ToolCallDelta
from tracefix_tui.replay.offline.caller import deltas
from tracefix_tui.replay.offline.model import Answer, OfflineModel
from tracefix_tui.replay.providers import OFFLINE_MODEL

_REQUEST_KEYS = ("tools", "tool_choice", "response_format", "stream", "stream_options")


def register(litellm: Any) -> None:
    """Make `offline/...` known to LiteLLM, once, at no cost per token."""
    handler = _handler(litellm)
    known = [item for item in litellm.custom_provider_map if item["provider"] != "offline"]
    litellm.custom_provider_map = [*known, {"provider": "offline", "custom_handler": handler}]
    if "offline" not in litellm.provider_list:
        litellm.provider_list.append("offline")
    litellm._custom_providers.append("offline")
    free = {"litellm_provider": "offline", "mode": "chat", "input_cost_per_token": 0.0, "output_cost_per_token": 0.0}
    litellm.model_cost.setdefault(OFFLINE_MODEL, free)


def _handler(litellm: Any) -> Any:
    """An instance of LiteLLM's provider class; made here because its base class comes with the loaded module."""

    class Offline(litellm.CustomLLM):  # type: ignore[misc]
        """LiteLLM's calls, answered by `OfflineModel`."""

        def completion(
            self, *_: Any, model: str, messages: list[Any], optional_params: dict[str, Any], **__: Any
        ) -> Any:
            answer = OfflineModel().answer(_request(messages, optional_params))
            message: dict[str, Any] = {"role": "assistant", "content": answer.text or None}
            if answer.tool_calls:
                message["tool_calls"] = [call.to_openai() for call in answer.tool_calls]
            choice = {"index": 0, "message": message, "finish_reason": answer.finish_reason}
            return litellm.ModelResponse(model=OFFLINE_MODEL, choices=[choice], usage=litellm.Usage(**_usage(answer)))

        async def acompletion(self, *args: Any, **kwargs: Any) -> Any:
            return self.completion(*args, **kwargs)

        def streaming(
            self, *_: Any, model: str, messages: list[Any], optional_params: dict[str, Any], **__: Any
        ) -> Iterator[Any]:
            answer = OfflineModel().answer(_request(messages, optional_params))
            for event in deltas(answer):
                yield _chunk(event)
            yield {**_EMPTY, "is_finished": True, "finish_reason": answer.finish_reason, "usage": _usage(answer)}

        async def astreaming(self, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
            for chunk in self.streaming(*args, **kwargs):
                yield chunk

    return Offline()


_EMPTY: dict[str, Any] = {
    "text": "",
    "is_finished": False,
    "finish_reason": "",
    "index": 0,
    "tool_use": None,
    "usage": None,
}


def _chunk(event: Event) -> dict[str, Any]:
    """One event as LiteLLM's generic streaming chunk."""
    if isinstance(event, TextDelta):
        return {**_EMPTY, "text": event.text}
    assert isinstance(event, ToolCallDelta)
    function = {"name": event.name, "arguments": event.arguments}
    return {**_EMPTY, "tool_use": {"id": event.id, "type": "function", "function": function, "index": event.index}}


def _request(messages: list[Any], params: dict[str, Any]) -> Request:
    return Request(
        model=OFFLINE_MODEL,
        messages=tuple(message_from_openai(m if isinstance(m, dict) else m.model_dump()) for m in messages),
        params={k: v for k, v in params.items() if k not in _REQUEST_KEYS},
        tools=read_tools(params.get("tools") or []),
        tool_choice=params.get("tool_choice"),
        response_format=params.get("response_format"),
    )


def _usage(answer: Answer) -> dict[str, int]:
    return {
        "prompt_tokens": answer.input_tokens,
        "completion_tokens": answer.output_tokens,
        "total_tokens": answer.input_tokens + answer.output_tokens,
    }
