"""A prompt that shows examples keeps them: they are its own messages, and the turns after them are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tracefix_tui.model.call import LLMCall, PromptRef
from tracefix_tui.model.message import Message
from tracefix_tui.model.trace import Span, SpanDetail, Trace
from tracefix_tui.prompts.file import PromptFile
from tracefix_tui.workbench.draft import Draft
from tracefix_tui.workbench.from_file import with_prompt_file
from tracefix_tui.workbench.recording import Recording, record
from tracefix_tui.workbench.session import prompt_data

EXAMPLES = """\
name: mood
model: offline/extractive
messages:
  - role: system
    content: "Classify what a customer writes as angry or calm."
  - role: user
    content: "I hate this."
  - role: assistant
    content: "angry"
  - role: user
    content: "Text: {{text}}"
"""
SAID = (
    Message.of("system", "Classify what a customer writes as angry or calm."),
    Message.of("user", "I hate this."),
    Message.of("assistant", "angry"),
    Message.of("user", "Text: where is my parcel"),
)
LATER = (Message.of("assistant", "calm"), Message.of("user", "And this one: hurry up!"))


def recorded(messages: tuple[Message, ...], prompts: Path | None, prompt: PromptRef | None = None) -> Recording:
    call = LLMCall("offline/extractive", messages=messages, output=(Message.of("assistant", "calm"),), prompt=prompt)
    span = Span("s1", "classify", "llm", detail=SpanDetail(llm=call))
    return record(Trace("t1", (span,)), span, prompts_dir=prompts)


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    (tmp_path / "mood.prompt.yml").write_text(EXAMPLES, encoding="utf-8")
    return tmp_path


def contents(draft: Draft) -> list[object]:
    messages = prompt_data(draft)["messages"]
    assert isinstance(messages, list)
    return [m["content"] for m in messages if isinstance(m, dict)]


def test_the_examples_of_a_prompt_file_are_part_of_the_prompt(prompts: Path) -> None:
    draft = Draft.of(recorded((*SAID, *LATER), prompts))
    assert contents(draft) == [m["content"] for m in PromptFile.parse(EXAMPLES).messages]
    assert prompt_data(draft)["turns"] == [m.to_openai() for m in LATER]


def test_the_examples_of_a_recorded_template_are_part_of_the_prompt() -> None:
    template = [*(m.to_openai() for m in SAID[:3]), {"role": "user", "content": "Text: {{text}}"}]
    draft = Draft.of(recorded((*SAID, *LATER), None, PromptRef("mood", template=list(template), syntax="mustache")))
    assert contents(draft)[2:] == ["angry", "Text: {{text}}"]


def test_turns_of_a_conversation_are_not_part_of_the_prompt() -> None:
    draft = Draft.of(recorded((SAID[0], SAID[3], *LATER), None))
    assert len(contents(draft)) == 2


def test_a_prompt_file_with_examples_can_be_laid_over_another_call(prompts: Path) -> None:
    recording = recorded((Message.of("system", "Be kind."), Message.of("user", "where is my parcel"), *LATER), None)
    draft = with_prompt_file(Draft.of(recording), PromptFile.parse(EXAMPLES))
    assert draft.missing == ("text",)
    filled = draft.apply({"edit": "variable", "name": "text", "value": "Hello"})
    assert [m.text for m in filled.messages] == [*(m.text for m in SAID[:3]), "Text: Hello", *(m.text for m in LATER)]
    assert contents(filled)[2:] == ["angry", "Text: {{text}}"]


def test_all_that_a_prompt_file_says_is_laid_over(prompts: Path) -> None:
    text = (
        EXAMPLES.replace("offline/extractive", "openai/gpt-4o-mini")
        + "modelParameters: {temperature: 0.4}\nresponseFormat: json_object\n"
        + "tools:\n  - type: function\n    function: {name: look_up, parameters: {type: object}}\n"
    )
    draft = with_prompt_file(Draft.of(recorded(SAID, prompts)), PromptFile.parse(text))
    assert draft.request.model == "openai/gpt-4o-mini" and draft.request.params == {"temperature": 0.4}
    assert [tool.name for tool in draft.request.tools] == ["look_up"]
    assert draft.request.response_format == {"type": "json_object"}
    assert draft.missing == ()


def test_literal_texts_and_parts_of_a_prompt_file_stay_as_they_are(prompts: Path) -> None:
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}
    literal = PromptFile.new("x", [{"role": "user", "content": [{"type": "text", "text": "{{ a }}"}, image]}]).text()
    draft = with_prompt_file(Draft.of(recorded(SAID[:2], None)), PromptFile.parse(literal + "templateFormat: none\n"))
    assert draft.missing == ()
    assert draft.messages[0].to_openai()["content"] == [{"type": "text", "text": "{{ a }}"}, image]
