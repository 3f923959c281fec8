"""Calls with documents in their prompts, and what must hold of every proposal made from them."""

from __future__ import annotations

from collections.abc import Sequence

from tracefix_tui.model.call import LLMCall, PromptRef
from tracefix_tui.model.check import CallContext, Step
from tracefix_tui.model.message import Message
from tracefix_tui.model.trace import Document, Span
from tracefix_tui.prompts.hydrated import Hydrated

DOCUMENTS = [
    Document("kb-1", "Unused items may be returned within 30 days.", 0.83, 0, {"source": "policy/refund.md"}),
    Document("kb-7", 'Shipping fees are "not" refundable.\nNever.', 0.71, 1, {"source": "policy/shipping.md"}),
    Document("kb-9", "返品は三十日以内に限ります。詳しくは規約をご覧くださいませ。", 0.64, 2, {"source": "faq/ja.md"}),
]
SPARE = Document("kb-4", "Opened items get store credit only.", 0.61, 3, {"source": "faq/opened.md"})
QUESTION = "Can I return an opened box?"


def context(
    messages: Sequence[Message],
    documents: Sequence[Document] = (),
    *,
    prompt: PromptRef | None = None,
    asked: tuple[str, ...] = (),
    steps: tuple[Step, ...] = (),
) -> CallContext:
    users = [m.text for m in messages if m.role == "user"]
    call = LLMCall(messages=tuple(messages), prompt=prompt)
    return CallContext(
        Span("s", "call", "llm"),
        call,
        retrieved=tuple(documents),
        question=users[-1] if users else "",
        asked=asked,
        steps=steps,
    )


def chat(system: str, user: str = QUESTION) -> list[Message]:
    return [Message.of("system", system), Message.of("user", user)]


def holds(hydrated: Hydrated, messages: Sequence[Message]) -> None:
    """What must hold of every proposal: the recorded messages, and regions that tile them."""
    assert hydrated.render() == tuple(messages)
    tiles(hydrated)


def tiles(hydrated: Hydrated) -> None:
    for i, message in enumerate(hydrated.render()):
        at = 0
        for region in (r for r in hydrated.regions() if r.message == i):
            assert region.start == at
            assert region.end > at
            at = region.end
            if region.kind == "document":
                assert region.index is not None
                assert message.text[region.start : at] == hydrated.documents[region.index].printed
        assert at == len(message.text)
