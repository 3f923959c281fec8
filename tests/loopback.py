"""A loopback server that speaks the OpenAI chat API as a test scripts it, and remembers what it was asked.

    with Loopback(Reply("Refunds take 30 days.")) as server:
        ...                             # point OPENAI_BASE_URL at server.url
        assert server.requests[0].body["temperature"] == 0.2

Replies are given in order, one a request; the last one answers all further requests.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Reply:
    """What the server does with one request.

    With `status` other than 200 it fails with `error` as its message. `cut_after` drops the connection after so many
    pieces of a stream; `ends` False leaves out the finish reason; `hang` never answers; `garbage` adds broken lines.
    """

    text: str | None = None
    tool_calls: tuple[tuple[str, str], ...] = ()
    reasoning: str | None = None
    finish_reason: str | None = None
    status: int = 200
    error: str = "scripted failure"
    code: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    first_delay: float = 0.0
    delay: float = 0.0
    cut_after: int | None = None
    hang: bool = False
    garbage: bool = False
    ends: bool = True
    prompt_tokens: int = 11
    completion_tokens: int = 7
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    model: str | None = None

    @property
    def reason(self) -> str:
        return self.finish_reason or ("tool_calls" if self.tool_calls else "stop")

    @property
    def usage(self) -> dict[str, Any]:
        return {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "total_tokens": self.prompt_tokens + self.completion_tokens,
            "prompt_tokens_details": {"cached_tokens": self.cached_tokens},
            "completion_tokens_details": {"reasoning_tokens": self.reasoning_tokens},
        }

    def calls(self) -> list[dict[str, Any]]:
        return [
            {"id": f"call_{i}", "type": "function", "function": {"name": name, "arguments": arguments}}
            for i, (name, arguments) in enumerate(self.tool_calls)
        ]

    def deltas(self) -> Iterator[dict[str, Any]]:
        """The pieces a stream is made of: words of the text, four characters of arguments at a time."""
        yield {"role": "assistant", "content": None if self.tool_calls else ""}
        if self.reasoning:
            yield {"reasoning_content": self.reasoning}
        for word in pieces(self.text or ""):
            yield {"content": word}
        for index, call in enumerate(self.calls()):
            arguments = call["function"]["arguments"]
            head = {**call, "index": index, "function": {"name": call["function"]["name"], "arguments": ""}}
            yield {"tool_calls": [head]}
            for start in range(0, len(arguments), 4):
                piece = arguments[start : start + 4]
                yield {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}


def pieces(text: str) -> list[str]:
    """A text as words that keep the space after them."""
    words = text.split(" ")
    return [word + " " for word in words[:-1]] + ([words[-1]] if words[-1] else [])


@dataclass(frozen=True)
class Seen:
    """One request as it came over the wire; header names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any
    raw: str

    def everything(self) -> str:
        """All the server was told, as one text to look for a secret in."""
        return "\n".join([self.method, self.path, *(f"{k}: {v}" for k, v in self.headers.items()), self.raw])


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:
        """The console belongs to the tests."""

    def do_GET(self) -> None:
        self._remember("")
        models = [{"id": name, "object": "model", "owned_by": "loopback"} for name in self.server.owner.models]
        tags = [{"name": name, "model": name} for name in self.server.owner.models]
        self._json(200, {"models": tags} if self.path == "/api/tags" else {"object": "list", "data": models})

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        seen = self._remember(raw)
        reply = self.server.owner.next_reply()
        if reply.hang:
            self.server.owner.closing.wait(30)
            self.close_connection = True
        elif reply.status != 200:
            kind = "server_error" if reply.status >= 500 else "invalid_request_error"
            error = {"message": reply.error, "type": kind, "code": reply.code}
            self._json(reply.status, {"error": error}, reply.headers)
        elif isinstance(seen.body, dict) and seen.body.get("stream"):
            with contextlib.suppress(ConnectionError):
                self._stream(seen.body, reply)
        else:
            time.sleep(reply.first_delay)
            self._json(200, self._whole(seen.body, reply), reply.headers)

    def _remember(self, raw: str) -> Seen:
        try:
            body = json.loads(raw) if raw else None
        except ValueError:
            body = None
        seen = Seen(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body, raw)
        self.server.owner.requests.append(seen)
        return seen

    def _whole(self, body: dict[str, Any], reply: Reply) -> dict[str, Any]:
        message: dict[str, Any] = {"role": "assistant", "content": reply.text}
        if reply.tool_calls:
            message["tool_calls"] = reply.calls()
        if reply.reasoning:
            message["reasoning_content"] = reply.reasoning
        choice = {"message": message, "finish_reason": reply.reason, "logprobs": None}
        choices = [{"index": i, **choice} for i in range(body.get("n") or 1)]
        return {**self._head(body, reply), "object": "chat.completion", "choices": choices, "usage": reply.usage}

    def _head(self, body: dict[str, Any], reply: Reply) -> dict[str, Any]:
        return {"id": "chatcmpl-loopback", "created": 1_795_228_350, "model": reply.model or body.get("model")}

    def _json(self, status: int, value: Any, headers: dict[str, str] | None = None) -> None:
        data = json.dumps(value).encode()
        self.send_response(status)
        for name, text in {
            "Content-Type": "application/json",
            "Content-Length": str(len(data)),
            **(headers or {}),
        }.items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(data)

    def _stream(self, body: dict[str, Any], reply: Reply) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.server.owner.closing.wait(reply.first_delay)
        base = {**self._head(body, reply), "object": "chat.completion.chunk"}
        for count, delta in enumerate(reply.deltas()):
            if reply.cut_after is not None and count > reply.cut_after:
                self.close_connection = True
                return
            self._event({**base, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
            if reply.garbage:
                self._chunk(b"data: {not json\n\n")
            self.server.owner.closing.wait(reply.delay)
        if reply.ends:
            self._event({**base, "choices": [{"index": 0, "delta": {}, "finish_reason": reply.reason}]})
        if (body.get("stream_options") or {}).get("include_usage"):
            self._event({**base, "choices": [], "usage": reply.usage})
        self._chunk(b"data: [DONE]\n\n")
        self._chunk(b"")

    def _event(self, value: Any) -> None:
        self._chunk(b"data: " + json.dumps(value).encode() + b"\n\n")

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    owner: Loopback

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is not an error here."""


class Loopback:
    """The server. `url` ends in `/v1`; `requests` holds all that came, in order; `models` is what `/models` lists."""

    def __init__(self, *replies: Reply, models: tuple[str, ...] = ("loopback-model",)) -> None:
        self.replies = list(replies) or [Reply("Hello from the loopback model.")]
        self.models = models
        self.requests: list[Seen] = []
        self.closing = threading.Event()
        self._given = 0
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.owner = self
        self.port = int(self._server.server_address[1])
        self.url = f"http://127.0.0.1:{self.port}/v1"

    def __enter__(self) -> Loopback:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()

    def next_reply(self) -> Reply:
        with self._lock:
            reply = self.replies[min(self._given, len(self.replies) - 1)]
            self._given += 1
            return reply

    def script(self, *replies: Reply) -> None:
        """Give these replies from now on."""
        with self._lock:
            self.replies, self._given = list(replies), 0

    def environment(self) -> dict[str, str]:
        """The variables under which an `openai/...` model of LiteLLM is asked here."""
        return {"OPENAI_API_KEY": "test-key", "OPENAI_BASE_URL": self.url, "OPENAI_API_BASE": self.url, "NO_PROXY": "*"}

    @property
    def posts(self) -> list[Seen]:
        """The requests that asked for an answer."""
        return [seen for seen in self.requests if seen.method == "POST"]
