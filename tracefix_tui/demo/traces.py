"""The demo's two failing traces: a retrieval pipeline that cites what it never saw, and an agent in a loop."""

from __future__ import annotations

import json

from tracefix_tui.demo.otlp import TraceWriter
from tracefix_tui.model.json_value import Json, JsonObject

QUESTION = "I opened the box of my headphones 45 days ago. Can I still get my money back?"
PASSAGES: tuple[tuple[str, float, str], ...] = (
    (
        "policy/refund.md",
        0.83,
        "Unused items in their original packaging can be sent back within 30 days of delivery. "
        "You get your money back in 5 days.",
    ),
    (
        "policy/shipping.md",
        0.71,
        "Shipping fees are not refunded. A return label is sent by mail within one business day.",
    ),
    ("faq/gift-cards.md", 0.64, "Gift cards can be used for any order in the shop and do not expire."),
    (
        "faq/opened-items.md",
        0.61,
        "If you opened the box, you can not get your money back, but opened headphones are exchanged "
        "for store credit within 60 days.",
    ),
    ("policy/warranty.md", 0.58, "Headphones carry a warranty of two years against faults of manufacture."),
    (
        "blog/2019-founders.md",
        0.40,
        "Our founders began the shop in a garage and sold their first speaker to a neighbour.",
    ),
)
_IN_PROMPT = 3
_ANSWER = "Yes, you can get your money back within 60 days of delivery [4]."
_MODEL = "offline/extractive"
_ORDER_QUESTION = "Where is my order 8841? It should have been here on Monday."
_ORDER_TOOLS: list[JsonObject] = [
    {
        "type": "function",
        "function": {
            "name": "get_order",
            "description": "Look up an order by its number.",
            "parameters": {
                "type": "object",
                "properties": {"order_id": {"type": "integer", "description": "The number of the order."}},
                "required": ["order_id"],
                "additionalProperties": False,
            },
        },
    },
    {
        "type": "function",
        "function": {
            "name": "cancel_order",
            "description": "Cancel an order that was not sent yet.",
            "parameters": {
                "type": "object",
                "properties": {
                    "order_id": {"type": "integer"},
                    "reason": {"type": "string", "enum": ["late", "damaged", "changed mind"]},
                },
                "required": ["order_id", "reason"],
            },
        },
    },
]


def refund_trace(system_template: str) -> JsonObject:
    """The retrieval trace: six passages found, three in the prompt, the one that answers cut, and a citation of it."""
    writer = TraceWriter("7f3ac21e90b14d5fa2c86d7be4f01a35", "acme-support")
    context = "\n".join(f"[{i}] {text}" for i, (_, _, text) in enumerate(PASSAGES[:_IN_PROMPT], 1))
    messages: list[JsonObject] = [
        {"role": "system", "content": system_template.replace("{{context}}", context)},
        {"role": "user", "content": QUESTION},
    ]
    root = writer.span(
        None,
        "answer_question",
        "CHAIN",
        0,
        3310,
        {"input.value": QUESTION, "output.value": _ANSWER, "session.id": "chat-512"},
    )
    retrieve = writer.span(root, "retrieve", "CHAIN", 10, 320, {"input.value": QUESTION})
    writer.span(retrieve, "embed_query", "EMBEDDING", 12, 80, {"embedding.model_name": "demo-embed"})
    writer.span(retrieve, "search", "RETRIEVER", 95, 190, {"input.value": QUESTION, **_documents()})
    body: JsonObject = {"model": _MODEL, "messages": list(messages), "temperature": 0.2, "max_tokens": 200}
    writer.span(root, "generate", "LLM", 350, 2900, _llm(body, _ANSWER, (412, 18)))
    return writer.export()


def agent_trace(system: str) -> JsonObject:
    """The agent trace: a tool called three times with words where a number is due, then an answer made up."""
    writer = TraceWriter("b41d88c06e2f4a7795d3e1a6c90f7b12", "acme-orders")
    arguments = '{"order_id": "the order of last Monday"}'
    refused = "error: order_id must be an integer"
    answer = "Your order was delivered on Monday."
    messages: list[JsonObject] = [{"role": "system", "content": system}, {"role": "user", "content": _ORDER_QUESTION}]
    root = writer.span(None, "order_agent", "AGENT", 0, 4300, {"input.value": _ORDER_QUESTION, "output.value": answer})
    at = 20
    for turn in range(3):
        call: JsonObject = {
            "id": f"call_{turn + 1}",
            "type": "function",
            "function": {"name": "get_order", "arguments": arguments},
        }
        body: JsonObject = {"model": _MODEL, "messages": list(messages), "temperature": 0, "tools": list(_ORDER_TOOLS)}
        writer.span(root, "plan", "LLM", at, 900, _llm(body, None, (180 + 40 * turn, 22), call))
        tool = {
            "tool.name": "get_order",
            "tool_call.id": f"call_{turn + 1}",
            "input.value": arguments,
            "output.value": refused,
        }
        writer.span(
            root, "get_order", "TOOL", at + 910, 60, dict(tool), error="ValueError: order_id must be an integer"
        )
        messages.append({"role": "assistant", "content": None, "tool_calls": [call]})
        messages.append({"role": "tool", "tool_call_id": f"call_{turn + 1}", "content": refused})
        at += 1000
    last: JsonObject = {"model": _MODEL, "messages": list(messages), "temperature": 0, "tools": list(_ORDER_TOOLS)}
    writer.span(root, "answer", "LLM", at, 1100, _llm(last, answer, (310, 9)))
    return writer.export()


def _documents() -> JsonObject:
    out: JsonObject = {}
    for i, (ident, score, text) in enumerate(PASSAGES):
        out |= {
            f"retrieval.documents.{i}.document.id": ident,
            f"retrieval.documents.{i}.document.score": score,
            f"retrieval.documents.{i}.document.content": text,
        }
    return out


def _llm(body: JsonObject, answer: str | None, tokens: tuple[int, int], call: JsonObject | None = None) -> JsonObject:
    message: JsonObject = {"role": "assistant", "content": answer, **({"tool_calls": [call]} if call else {})}
    reason = "tool_calls" if call else "stop"
    choices: list[Json] = [{"index": 0, "finish_reason": reason, "message": message}]
    parameters = {k: v for k, v in body.items() if k not in ("messages", "tools")}
    out: JsonObject = {
        "llm.model_name": _MODEL,
        "llm.invocation_parameters": json.dumps(parameters),
        "input.value": json.dumps(body),
        "input.mime_type": "application/json",
        "output.value": json.dumps({"object": "chat.completion", "model": _MODEL, "choices": choices}),
        "output.mime_type": "application/json",
        "llm.output_messages.0.message.role": "assistant",
        "llm.token_count.prompt": tokens[0],
        "llm.token_count.completion": tokens[1],
        "llm.token_count.total": sum(tokens),
    }
    if answer is not None:
        out["llm.output_messages.0.message.content"] = answer
    if call is not None:
        out |= _call_attributes(call)
    messages = body["messages"]
    for i, m in enumerate(messages if isinstance(messages, list) else []):
        if isinstance(m, dict):
            out[f"llm.input_messages.{i}.message.role"] = m["role"]
            if m.get("content") is not None:
                out[f"llm.input_messages.{i}.message.content"] = m["content"]
    return out


def _call_attributes(call: JsonObject) -> JsonObject:
    function = call["function"]
    assert isinstance(function, dict)
    at = "llm.output_messages.0.message.tool_calls.0.tool_call"
    return {
        f"{at}.id": call["id"],
        f"{at}.function.name": function["name"],
        f"{at}.function.arguments": function["arguments"],
    }
