"""Alignment: documents, questions and tool results found in a prompt."""

from __future__ import annotations

import json
from dataclasses import replace

from tests.prompts.prompt_calls import DOCUMENTS, QUESTION, SPARE, chat, context, holds
from tracefix_tui.model.check import Step
from tracefix_tui.model.json_value import JsonObject
from tracefix_tui.model.message import MediaPart, Message, TextPart, ToolCall
from tracefix_tui.model.trace import Document, ToolRun
from tracefix_tui.prompts.hydrated import dehydrate


def test_equal_documents_are_told_apart_by_order() -> None:
    same = str(DOCUMENTS[0].content)
    documents = [Document(None, same, rank=0), Document(None, "Another text altogether.", rank=1), Document(None, same)]
    recorded = chat("\n".join(f"[{i}] {d.content}" for i, d in enumerate(documents, 1)))
    hydrated = dehydrate(context(recorded, documents))
    assert [d.source for d in hydrated.documents] == [0, 1, 2]
    assert hydrated.drop_document(2).render()[0].text == f"[1] {same}\n[2] Another text altogether."


def test_a_document_inside_another_is_placed_where_it_stands_alone() -> None:
    outer = Document("o", "Before. Opened items get store credit only. After.")
    recorded = chat(f"{outer.content}\n\n{SPARE.content}")
    hydrated = dehydrate(context(recorded, [SPARE, outer]))
    assert [(d.source, d.text) for d in hydrated.documents] == [(1, outer.content), (0, SPARE.content)]


def test_overlapping_documents_share_the_text_between_them() -> None:
    first, second = "The first part of it, and the shared middle part", "the shared middle part, and then the last part"
    merged = "The first part of it, and the shared middle part, and then the last part"
    hydrated = dehydrate(context(chat(merged), [Document("a", first), Document("b", second)]))
    holds(hydrated, chat(merged))
    assert [(d.text, d.partial) for d in hydrated.documents] == [(first, False), (", and then the last part", True)]


def test_cut_and_rewrapped_documents_are_found() -> None:
    long = " ".join(f"word{i}" for i in range(80))
    wrapped = Document("w", "One line\nand   another line\tof the same document here.")
    text = f"[1] {long[:200]}...\n[2] {' '.join(str(wrapped.content).split())}\nEnd."
    hydrated = dehydrate(context(chat(text), [Document("l", long), wrapped]))
    holds(hydrated, chat(text))
    assert [(d.text, d.partial) for d in hydrated.documents] == [
        (long[:200], True),
        ("One line and another line of the same document here.", False),
    ]


def test_short_documents_are_found_as_items_and_not_as_words() -> None:
    documents = [Document("1", "Paris"), Document("2", "Rome")]
    text = "Paris is not meant, nor Rome.\n[1] Paris\n[2] Rome\nEnd"
    hydrated = dehydrate(context(chat(text), documents))
    assert hydrated.drop_document(0).render()[0].text == "Paris is not meant, nor Rome.\n[1] Rome\nEnd"


def test_the_question_is_found_inside_the_last_user_message() -> None:
    user = f"Question: {QUESTION}\nContext: {DOCUMENTS[0].content}\nQuestion again: {QUESTION}\nAnswer:"
    hydrated = dehydrate(context([Message.of("user", user)], DOCUMENTS, asked=("id-1", QUESTION)))
    assert hydrated.template_messages[0].text == (
        "Question: {{question}}\nContext: {{context}}\nQuestion again: {{question}}\nAnswer:"
    )
    assert hydrated.with_variable("question", "Why?").render()[0].text.startswith("Question: Why?\nContext: Unused")


def test_tool_messages_and_repeated_tool_results() -> None:
    result: JsonObject = {"status": "opened", "age_days": 45}
    messages = [
        Message.of("system", f"Known so far: {json.dumps(result)}"),
        Message.of("user", QUESTION),
        Message("assistant", tool_calls=(ToolCall("c1", "get_order", '{"id": 8841}'),)),
        Message.of("tool", "{{literal}} result", tool_call_id="c1"),
    ]
    hydrated = dehydrate(context(messages, steps=(Step("t", ToolRun("get_order", "c1", result=result)),)))
    holds(hydrated, messages)
    kinds = [(r.message, r.kind, r.name, r.index) for r in hydrated.regions()]
    assert kinds == [
        (0, "template", "", None),
        (0, "tool_result", "tool_result_1", 0),
        (1, "variable", "question", None),
        (3, "tool_result", "get_order", None),
    ]
    assert hydrated.with_message(3, "another {{result}}").render()[3].text == "another {{result}}"


def test_content_parts_keep_their_places() -> None:
    image = MediaPart("image", {"type": "image_url", "image_url": {"url": "data:"}})
    parts = (TextPart("Look at {{x}}:", {"cache_control": {"type": "ephemeral"}}), image, TextPart(QUESTION))
    messages = [Message("user", parts, listed=True)]
    hydrated = dehydrate(context(messages, asked=(QUESTION,)))
    holds(hydrated, messages)
    assert hydrated.variables == {"question": QUESTION}
    edited = hydrated.with_message(0, "Look twice at {{x}}:" + QUESTION)
    assert edited.render()[0].parts == (replace(parts[0], text="Look twice at {{x}}:"), image, parts[2])
    whole = hydrated.with_message(0, "new")
    assert whole.render()[0].text == "new"
