"""Hydrated prompts: edits that change exactly what they say."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.prompts.prompt_calls import DOCUMENTS, QUESTION, SPARE, chat, context, holds, tiles
from tracefix_tui.model.message import Message
from tracefix_tui.model.trace import Document
from tracefix_tui.prompts.hydrated import Region, dehydrate

Form = Callable[[list[Document]], str]
FORMS: dict[str, Form] = {
    "brackets": lambda ds: "\n".join(f"[{i}] {d.content}" for i, d in enumerate(ds, 1)),
    "from zero": lambda ds: "\n".join(f"[{i}] {d.content}" for i, d in enumerate(ds)),
    "header line": lambda ds: "\n\n".join(
        f"[{i}] {d.metadata['source']}  {d.score}\n{d.content}" for i, d in enumerate(ds, 1)
    ),
    "ids": lambda ds: "\n".join(f"[{d.id}] {d.content}" for d in ds),
    "blank lines": lambda ds: "\n\n".join(str(d.content) for d in ds),
    "rules": lambda ds: "\n---\n".join(str(d.content) for d in ds),
    "document n": lambda ds: "\n\n".join(f"Document {i}:\n{d.content}" for i, d in enumerate(ds, 1)),
    "numbers": lambda ds: "\n".join(f"{i}. {d.content}" for i, d in enumerate(ds, 1)),
    "bullets": lambda ds: "\n".join(f"- {d.content}" for d in ds),
    "xml": lambda ds: "\n".join(f'<doc id="{d.id}">\n{d.content}\n</doc>' for d in ds),
    "xml index": lambda ds: "\n".join(
        f'<document index="{i}">\n<source>{d.metadata["source"]}</source>\n{d.content}\n</document>'
        for i, d in enumerate(ds, 1)
    ),
    "labels": lambda ds: "\n\n".join(f"Title: {d.metadata['source']}\nContent: {d.content}" for d in ds),
    "fences": lambda ds: "\n".join(f"```\n{d.content}\n```" for d in ds),
    "titles": lambda ds: "\n\n".join(f"{d.metadata['source']}\n{d.content}" for d in ds),
    "inline": lambda ds: " ".join(f"({i}) {d.content}" for i, d in enumerate(ds, 1)),
    "json": lambda ds: ", ".join(json.dumps({"id": d.id, "text": d.content}) for d in ds),
    "json unicode": lambda ds: ", ".join(json.dumps({"text": d.content}, ensure_ascii=False) for d in ds),
    "json indented": lambda ds: ",\n".join(json.dumps({"id": d.id, "text": d.content}, indent=1) for d in ds),
}
TEMPLATE = 'You answer {{briefly}}, as {{"json": 1}} or {x}.\n\nContext:\n@\n\nAnswer with [n].'


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("count", [2, 3])
def test_editing_documents_is_what_the_application_would_have_done(form: Form, count: int) -> None:
    documents = DOCUMENTS[:count]

    def messages(chosen: list[Document]) -> list[Message]:
        return chat(TEMPLATE.replace("@", form(chosen)))

    recorded = messages(documents)
    hydrated = dehydrate(context(recorded, [*documents, SPARE]))
    holds(hydrated, recorded)
    assert hydrated.origin == "aligned"
    assert hydrated.variables == {"context": form(documents), "question": QUESTION}
    assert [m.text for m in hydrated.template_messages] == [
        TEMPLATE.replace("@", "{{context}}").replace("{{briefly}}", r"\{{briefly}}"),
        "{{question}}",
    ]
    assert [d.source for d in hydrated.documents] == list(range(count))
    for i in range(count):
        dropped = hydrated.drop_document(i)
        assert dropped.render() == tuple(messages(documents[:i] + documents[i + 1 :]))
        tiles(dropped)
        edited = hydrated.edit_document(i, 'Text with "quotes"\nand a new line.')
        changed = replace(documents[i], content='Text with "quotes"\nand a new line.')
        assert edited.render() == tuple(messages([*documents[:i], changed, *documents[i + 1 :]]))
        tiles(edited)
    for at in range(count + 1):
        added = hydrated.add_document(str(SPARE.content), at)
        assert added.render() == tuple(messages([*documents[:at], SPARE, *documents[at:]]))
        assert added.documents[at].source == count
    moved = hydrated.move_document(count - 1, 0)
    assert moved.render() == tuple(messages([documents[-1], *documents[:-1]]))
    assert moved.move_document(0, count - 1).render() == tuple(recorded)
    assert hydrated.render() == tuple(recorded)


def test_regions_name_their_source() -> None:
    recorded = chat("Context:\n[1] " + str(DOCUMENTS[0].content) + "\n[2] " + str(DOCUMENTS[1].content))
    hydrated = dehydrate(context(recorded, DOCUMENTS))
    first = len("[1] ") + len(str(DOCUMENTS[0].content))
    assert hydrated.regions() == (
        Region(0, 0, 9, "template"),
        Region(0, 9, 9 + first, "document", "context", 0),
        Region(0, 9 + first, 10 + first, "variable", "context"),
        Region(0, 10 + first, len(recorded[0].text), "document", "context", 1),
        Region(1, 0, len(QUESTION), "variable", "question"),
    )


def test_all_documents_can_be_dropped_and_others_added() -> None:
    recorded = chat(f"Context:\n[1] {DOCUMENTS[0].content}\n[2] {DOCUMENTS[1].content}\nEnd.")
    empty = dehydrate(context(recorded, DOCUMENTS)).drop_document(0).drop_document(0)
    assert empty.render()[0].text == "Context:\n\nEnd."
    assert empty.documents == ()
    assert empty.add_document("A").add_document("B").render()[0].text == "Context:\n[1] A\n[2] B\nEnd."


def test_a_lone_document_keeps_its_wrapper() -> None:
    recorded = chat(f"Context:\n[1] {DOCUMENTS[0].content}\n\nAnswer.")
    hydrated = dehydrate(context(recorded, DOCUMENTS))
    assert hydrated.documents[0].before == "[1] "
    assert hydrated.add_document("More.").render()[0].text.endswith("30 days.\n[2] More.\n\nAnswer.")
    assert hydrated.drop_document(0).render()[0].text == "Context:\n\n\nAnswer."


def test_a_document_is_added_where_there_was_none() -> None:
    hydrated = dehydrate(context(chat("Be brief."))).add_document("A fact.")
    assert hydrated.render()[1].text == "A fact.\n\n" + QUESTION
    assert [m.text for m in hydrated.template_messages] == ["Be brief.", "{{context}}\n\n{{question}}"]
    tiles(hydrated)


def test_documents_apart_have_a_variable_each() -> None:
    text = f"First think of this: {DOCUMENTS[0].content} Then, and only then, of that: {DOCUMENTS[2].content} Go."
    hydrated = dehydrate(context(chat(text), DOCUMENTS))
    holds(hydrated, chat(text))
    assert hydrated.template_messages[0].text == (
        "First think of this: {{document_1}} Then, and only then, of that: {{document_2}} Go."
    )
    assert hydrated.drop_document(0).render()[0].text == text.replace(str(DOCUMENTS[0].content), "")
    swapped = hydrated.move_document(0, 1)
    assert sorted(d.text for d in swapped.documents) == sorted(d.text for d in hydrated.documents)
    tiles(swapped)


def test_nothing_known_is_all_template() -> None:
    messages = [Message.of("system", r"Use {{x}} and \{{y}}."), Message("assistant")]
    hydrated = dehydrate(context(messages))
    holds(hydrated, messages)
    assert hydrated.origin == "literal"
    assert hydrated.variables == {}
    assert dehydrate(context([])).render() == ()


def test_another_template_keeps_variables_and_documents() -> None:
    hydrated = dehydrate(context(chat(f"Context:\n[1] {DOCUMENTS[0].content}"), DOCUMENTS))
    template = [Message.of("user", "{{question}} / {{ context }} / {{locale}} / {{question}}")]
    edited = hydrated.with_template(template)
    assert edited.render()[0].text == f"{QUESTION} / [1] {DOCUMENTS[0].content} / {{{{locale}}}} / {QUESTION}"
    assert edited.missing() == ("locale",)
    assert edited.with_variable("locale", "de").missing() == ()
    assert edited.with_template([Message.of("user", "{{context}}")]).unused() == ("question",)
    tiles(edited)


def test_a_context_written_by_hand_has_no_documents() -> None:
    hydrated = dehydrate(context(chat(f"Context:\n[1] {DOCUMENTS[0].content}"), DOCUMENTS))
    written = hydrated.with_variable("context", "nothing")
    assert (written.documents, written.by_hand) == ((), frozenset({"context"}))
    assert written.render()[0].text == "Context:\nnothing"
    assert written.add_document("again").documents[0].text == "again"


@pytest.mark.parametrize("i", [-1, 1, 99])
def test_there_is_no_such_document(i: int) -> None:
    hydrated = dehydrate(context(chat(f"[1] {DOCUMENTS[0].content}"), DOCUMENTS))
    with pytest.raises(IndexError):
        hydrated.drop_document(i)
    with pytest.raises(IndexError):
        hydrated.edit_document(i, "")
    with pytest.raises(IndexError):
        hydrated.move_document(i, 0)


def test_an_edit_of_the_filled_in_text_changes_what_it_is_in() -> None:
    documents = [Document("a", 'Say "no" always and ever.'), Document("b", "Say yes now and then.")]
    text = f"Be kind.\n{json.dumps([{'t': d.content} for d in documents])}\nBye."
    hydrated = dehydrate(context(chat(text), documents))
    in_document = hydrated.with_message(0, text.replace("always", "often"))
    assert [d.text for d in in_document.documents] == ['Say "no" often and ever.', "Say yes now and then."]
    assert in_document.template_messages == hydrated.template_messages
    in_template = hydrated.with_message(0, text.replace("kind", "{{kind}}"))
    assert in_template.template_messages[0].text == "Be \\{{kind}}.\n[{{context}}]\nBye."
    in_variable = hydrated.with_message(1, "Why?")
    assert in_variable.variables["question"] == "Why?"
    across = hydrated.with_message(0, text.replace('ever."}, {"t": "Say', "X"))
    assert across.render()[0].text == text.replace('ever."}, {"t": "Say', "X")
    for edited in (in_document, in_template, in_variable, across):
        tiles(edited)
