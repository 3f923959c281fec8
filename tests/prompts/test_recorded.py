"""Recorded templates and prompt files, proved against the recorded messages."""

from __future__ import annotations

import json

import pytest

from tests.prompts.prompt_calls import DOCUMENTS, QUESTION, context, holds
from tracefix_tui.model.call import PromptRef
from tracefix_tui.model.message import Message
from tracefix_tui.prompts.file import PromptFile
from tracefix_tui.prompts.hydrated import dehydrate

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


def test_a_question_that_a_recorded_variable_holds_is_that_variable() -> None:
    ref = PromptRef(
        None, None, "From {context}. Question: {query}", {"context": "nothing", "query": QUESTION}, "fstring"
    )
    messages = [Message.of("system", f"From nothing. Question: {QUESTION}"), Message.of("user", QUESTION)]
    hydrated = dehydrate(context(messages, prompt=ref))
    holds(hydrated, messages)
    assert hydrated.template_messages[1].text == "{{query}}"
    assert hydrated.variables == {"context": "nothing", "query": QUESTION}
