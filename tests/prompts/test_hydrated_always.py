"""What holds of every hydrated prompt, and how long making one may take."""

from __future__ import annotations

import json
import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.prompts.prompt_calls import chat, context, holds, tiles
from tracefix_tui.model.call import PromptRef
from tracefix_tui.model.check import CallContext
from tracefix_tui.model.message import Message
from tracefix_tui.model.trace import Document
from tracefix_tui.prompts.hydrated import dehydrate

WORDS = st.sampled_from(
    [*'é \n"\\{', "refund", "thirty days", "返品", "\n\n", "{{x}}", "{{context}}", "[1]", "1.", "- ", "<d>", '": "']
)
TEXTS = st.lists(WORDS, max_size=8).map("".join)
LONG = st.lists(WORDS, min_size=3, max_size=12).map("".join)


@st.composite
def contexts(draw: st.DrawFn) -> CallContext:
    """Calls whose messages hold documents whole, cut, escaped, repeated, overlapping, and in between anything."""
    contents = draw(st.lists(LONG, max_size=4))
    contents += [c[: len(c) // 2 + 1] + draw(TEXTS) for c in contents[:1]]
    shown = [
        *contents,
        *[json.dumps(c)[1:-1] for c in contents],
        *[json.dumps(c, ensure_ascii=False) for c in contents],
        *[c[: len(c) * 2 // 3] for c in contents],
        *[" ".join(c.split()) for c in contents],
    ]
    piece = st.sampled_from(shown) | TEXTS if shown else TEXTS
    bodies = draw(st.lists(st.lists(piece, max_size=5).map("".join), min_size=1, max_size=3))
    roles = draw(st.lists(st.sampled_from(["system", "user", "assistant", "tool"]), min_size=3, max_size=3))
    messages = [Message.of(role, body) for role, body in zip(roles, bodies, strict=False)]
    documents = [Document(draw(st.sampled_from(["1", "kb-2", None])), c) for c in contents]
    ref = draw(st.none() | st.builds(PromptRef, template=TEXTS, variables=st.just({"x": "y", "context": bodies[0]})))
    return context(messages, documents, prompt=ref, asked=tuple(draw(st.lists(TEXTS, max_size=2))))


@settings(max_examples=300, deadline=None)
@given(contexts(), st.data())
def test_the_recording_is_given_back_and_every_edit_is_sound(recorded: CallContext, data: st.DataObject) -> None:
    hydrated = dehydrate(recorded)
    holds(hydrated, recorded.call.messages)
    for i, document in enumerate(hydrated.documents):
        dropped = hydrated.drop_document(i)
        tiles(dropped)
        assert len(dropped.documents) == len(hydrated.documents) - 1
        same = hydrated.edit_document(i, document.text)
        assert [d.text for d in same.documents] == [d.text for d in hydrated.documents]
        to = data.draw(st.integers(0, len(hydrated.documents) - 1))
        moved = hydrated.move_document(i, to)
        tiles(moved)
        assert sorted(d.text for d in moved.documents) == sorted(d.text for d in hydrated.documents)
        assert moved.documents[to].text == document.text
    at = data.draw(st.integers(0, len(hydrated.documents)))
    added = hydrated.add_document("NEW", at)
    tiles(added)
    assert added.documents[at].text == "NEW"
    assert hydrated.render() == recorded.call.messages


@settings(max_examples=300, deadline=None)
@given(contexts(), TEXTS, st.data())
def test_a_message_can_be_made_to_read_anything(recorded: CallContext, text: str, data: st.DataObject) -> None:
    hydrated = dehydrate(recorded)
    i = data.draw(st.integers(0, len(hydrated.template_messages) - 1))
    old = hydrated.render()[i].text
    start = data.draw(st.integers(0, len(old)))
    end = data.draw(st.integers(start, len(old)))
    for wanted in (text, old[:start] + text + old[end:]):
        edited = hydrated.with_message(i, wanted)
        tiles(edited)
        assert edited.render()[i].text == wanted
        for k, message in enumerate(hydrated.render()):
            assert k == i or edited.render()[k] == message


def paragraphs(count: int, seed: int) -> str:
    chosen = random.Random(seed)
    vocabulary = ["".join(chosen.choice("abcdefghij") for _ in range(chosen.randint(2, 9))) for _ in range(2000)]
    return "\n\n".join(" ".join(chosen.choice(vocabulary) for _ in range(600)) for _ in range(count))


@pytest.mark.parametrize("shape", ["whole", "json", "cut", "rewrapped", "absent"])
def test_a_megabyte_with_fifty_documents_is_quick(shape: str) -> None:
    documents = [Document(f"d{i}", paragraphs(5, i)) for i in range(50)]
    bodies = {
        "whole": [str(d.content) for d in documents],
        "json": [json.dumps(d.content) for d in documents],
        "cut": [str(d.content)[:15_000] for d in documents],
        "rewrapped": [" ".join(str(d.content).split()) for d in documents],
        "absent": [paragraphs(5, 100 + i) for i in range(50)],
    }[shape]
    recorded = chat("Answer.\n\n" + "\n\n".join(f"[{i}] {body}" for i, body in enumerate(bodies, 1)))
    took = []
    for _ in range(3):
        began = time.perf_counter()
        hydrated = dehydrate(context(recorded, documents))
        took.append(time.perf_counter() - began)
    assert hydrated.render() == tuple(recorded)
    assert len(hydrated.documents) == (0 if shape == "absent" else 50)
    assert min(took) < 0.4  # under 0.15 s alone; room for a busy machine


@pytest.mark.parametrize(
    ("text", "document"),
    [
        ("a" * 1_000_000, "a" * 5_000),
        ("ab" * 500_000, "ab" * 2_000 + "c"),
        ("{{x}}" * 200_000, "{{x}} and more text here"),
    ],
)
def test_repetitive_text_is_not_quadratic(text: str, document: str) -> None:
    documents = [Document(str(i), document + str(i)) for i in range(25)] + [Document("w", document)]
    began = time.perf_counter()
    hydrated = dehydrate(context(chat(text), documents))
    assert time.perf_counter() - began < 5.0
    assert hydrated.render()[0].text == text
