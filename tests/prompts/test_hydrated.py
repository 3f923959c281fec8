"""Hydrated prompts: the way back to a template, and edits that change exactly what they say."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracefix_tui.model.call import LLMCall, PromptRef
from tracefix_tui.model.check import CallContext, Step
from tracefix_tui.model.json_value import JsonObject
from tracefix_tui.model.message import MediaPart, Message, TextPart, ToolCall
from tracefix_tui.model.trace import Document, Span, ToolRun
from tracefix_tui.prompts.file import PromptFile
from tracefix_tui.prompts.hydrated import Hydrated, Region, dehydrate

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


F_TEMPLATE = 'Answer {{"json": 1}} from:\n{context}\n\nQuestion: {question}'
JOINED = "[kb-1] " + str(DOCUMENTS[0].content) + "\n[kb-7] " + str(DOCUMENTS[1].content)
FILLED = f'Answer {{"json": 1}} from:\n{JOINED}\n\nQuestion: {QUESTION}'


@pytest.mark.parametrize(
    "ref",
    [
        PromptRef("p", "3", F_TEMPLATE, {"context": JOINED, "question": QUESTION}, "fstring"),
        PromptRef("p", "3", F_TEMPLATE, {}, "unknown"),
        PromptRef(
            "p",
            "3",
            [{"role": "system", "content": "other {x}"}, {"role": "user", "content": F_TEMPLATE}],
            {"context": JOINED, "question": "not what was sent"},
        ),
        PromptRef(
            "p",
            "3",
            'Answer {"json": 1} from:\n{{ context }}\n\nQuestion: {{{question}}}',
            {"context": JOINED, "question": QUESTION},
            "mustache",
        ),
        PromptRef("p", "3", '\n  Answer {"json": 1} from:\n{{ context }}\n\nQuestion: {{ question }}\n', {}, "jinja"),
        PromptRef("p", "3", json.dumps([{"role": "user", "content": F_TEMPLATE}]), {}, "fstring"),
    ],
    ids=["fstring", "no values", "messages", "mustache", "jinja trimmed", "json text"],
)
def test_recorded_templates(ref: PromptRef) -> None:
    messages = [Message.of("system", "Be kind."), Message.of("user", FILLED)]
    hydrated = dehydrate(context(messages, DOCUMENTS, prompt=ref))
    holds(hydrated, messages)
    assert (hydrated.origin, hydrated.name, hydrated.version) == ("recorded", "p", "3")
    assert hydrated.template_messages[1].text == 'Answer {"json": 1} from:\n{{context}}\n\nQuestion: {{question}}'
    assert hydrated.variables == {"context": JOINED, "question": QUESTION}
    assert [d.before for d in hydrated.documents] == ["[kb-1] ", "[kb-7] "]
    assert hydrated.drop_document(0).variables["context"] == "[kb-7] " + str(DOCUMENTS[1].content)


@pytest.mark.parametrize(
    "ref",
    [
        PromptRef("p", None, "Something else {context}", {"context": "c"}),
        PromptRef("p", None, FILLED, {}),
        PromptRef("p", None, "{% for d in docs %}{{ d }}{% endfor %}", {}, "jinja"),
        PromptRef("p", None, "{a.b!r:>3} {", {}, "fstring"),
        PromptRef("p", None, {"not": ["a template", 3]}, {}),
        PromptRef("p", None, "[" * 3000, {}),
    ],
)
def test_templates_that_prove_nothing_are_not_used(ref: PromptRef) -> None:
    messages = [Message.of("user", FILLED)]
    hydrated = dehydrate(context(messages, DOCUMENTS, prompt=ref, asked=(QUESTION,)))
    holds(hydrated, messages)
    assert hydrated.origin == "aligned"
    assert hydrated.template_messages[0].text == 'Answer {"json": 1} from:\n{{context}}\n\nQuestion: {{question}}'


def test_a_prompt_file_is_matched_with_the_recording() -> None:
    file = PromptFile.parse(
        "name: refunds\nmessages:\n- role: system\n  content: Be {{manner}}.\n- role: user\n  content: |-\n"
        '    Answer {"json": 1} from:\n    {{passages}}\n\n    Question: {{q}}\n'
    )
    messages = [Message.of("system", "Be kind."), Message.of("user", FILLED)]
    hydrated = dehydrate(context(messages, DOCUMENTS), file)
    holds(hydrated, messages)
    assert (hydrated.origin, hydrated.name) == ("recorded", "refunds")
    assert hydrated.variables == {"manner": "kind", "passages": JOINED, "q": QUESTION}
    assert [(m.role, m.text) for m in hydrated.template_messages] == [(m["role"], m["content"]) for m in file.messages]


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
