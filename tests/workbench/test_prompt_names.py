"""Which prompt file a call belongs to: never one that merely fits everything, and no other one is written over."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tracefix_tui.model.attempt import Attempt
from tracefix_tui.model.call import LLMCall, PromptRef
from tracefix_tui.model.message import Message
from tracefix_tui.model.trace import Span, SpanDetail, Trace
from tracefix_tui.prompts.file import PromptFile
from tracefix_tui.replay.litellm_caller import caller_for
from tracefix_tui.store.workspace import Workspace
from tracefix_tui.workbench.accepting import default_form
from tracefix_tui.workbench.draft import Draft
from tracefix_tui.workbench.recording import Recording, record
from tracefix_tui.workbench.session import Session

CATCH_ALL = [{"role": "system", "content": "{{context}}"}, {"role": "user", "content": "{{question}}"}]


def put(workspace: Workspace, name: str, messages: list[dict[str, str]]) -> None:
    text = PromptFile.new(name, messages, model="offline/extractive").text()
    (workspace.prompts_dir / f"{name}.prompt.yml").write_text(text, encoding="utf-8")


@pytest.fixture
def others(workspace: Workspace) -> Workspace:
    """The demo's workspace with prompts that are not those of its traces."""
    for path in workspace.prompts_dir.glob("*.prompt.yml"):
        path.unlink()
    return workspace


def again(recording: Recording, workspace: Workspace) -> Recording:
    return record(recording.trace, recording.span, prompts_dir=workspace.prompts_dir)


def attempt_of(recording: Recording, workspace: Workspace) -> Attempt:
    unnamed = replace(recording, hydrated=replace(recording.hydrated, name=None))
    return Session(unnamed, workspace).run(Draft.of(unnamed), caller_for("offline/extractive"))


def test_a_file_of_placeholders_alone_is_no_calls_template(others: Workspace) -> None:
    put(others, "anything", CATCH_ALL[1:])
    for prompt, name in ((None, None), (PromptRef("anything"), "anything")):
        call = LLMCall(request_model="m", messages=(Message.of("user", "Can I get a refund?"),), prompt=prompt)
        question = {"question": "Can I get a refund?"}
        root = Span("r", "run", "chain", detail=SpanDetail(input=question))
        span = Span("s", "call", "llm", parent_id="r", detail=SpanDetail(llm=call))
        told = record(Trace("t", (root, span)), span, prompts_dir=others.prompts_dir).hydrated
        assert told.template_messages[0].text == "{{question}}"
        assert told.name == name, "it counts where the trace itself names it"


@pytest.mark.parametrize("names", [["weather"], ["answer"], ["answer", "answer-2", "weather"]])
def test_no_unrelated_prompt_is_proposed(recording: Recording, others: Workspace, names: list[str]) -> None:
    for name in names:
        put(others, name, [{"role": "user", "content": "What will the weather be in {{city}} on {{day}}?"}])
    form = default_form(attempt_of(recording, others), others)
    assert form.prompt_name not in names and form.prompt_name.startswith("answer")


def test_the_prompt_that_resembles_the_call_is_proposed(recording: Recording, others: Workspace) -> None:
    put(others, "weather", [{"role": "user", "content": "What will the weather be in {{city}} on {{day}}?"}])
    text = recording.hydrated.template_messages[0].text
    put(others, "support", [{"role": "system", "content": f"Mind the dates.\n{text}"}, CATCH_ALL[1]])
    assert again(recording, others).hydrated.name is None
    assert default_form(attempt_of(recording, others), others).prompt_name == "support"
