"""A draft is the recording and a list of edits: what changed is told, and without edits it is the recording."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracefix_tui.model.attempt import FidelityEntry
from tracefix_tui.model.errors import BadInput
from tracefix_tui.workbench.draft import Draft
from tracefix_tui.workbench.judging import drafted_subject
from tracefix_tui.workbench.recording import Recording
from tracefix_tui.workbench.report import drafted_fidelity
from tracefix_tui.workbench.session import documents_of


def summaries(draft: Draft) -> list[str]:
    return [change.summary for change in draft.changes]


def test_an_untouched_draft_sends_the_recorded_request(recording: Recording) -> None:
    draft = Draft.of(recording)
    assert draft.request == recording.request
    assert draft.changes == ()
    assert recording.hydrated.name == "refund_answer"


def test_dropping_a_document_is_one_change_and_renumbers_the_rest(recording: Recording) -> None:
    draft = Draft.of(recording).apply({"edit": "drop_document", "index": 1})
    assert summaries(draft) == ["document 2 dropped"]
    system = draft.messages[0].text
    assert "Shipping" not in system
    assert "[2] Gift cards" in system and "[3]" not in system


def test_each_thing_changed_is_told_once(recording: Recording) -> None:
    draft = Draft.of(recording)
    draft = draft.apply({"edit": "param", "name": "temperature", "value": 0})
    draft = draft.apply({"edit": "model", "value": "openai/gpt-4o-mini"})
    draft = draft.apply({"edit": "variable", "name": "question", "value": "Where is my parcel?"})
    text = draft.hydrated.template_messages[0].text
    draft = draft.apply({"edit": "template", "index": 0, "text": text + "\nBe brief."})
    assert [change.kind for change in draft.changes] == ["template", "variable", "model", "parameter"]
    assert summaries(draft)[-1] == "temperature 0.2 -> 0"


def test_edits_of_one_thing_count_once(recording: Recording) -> None:
    draft = Draft.of(recording)
    for text in ("Be", "Be brief", "Be brief."):
        draft = draft.apply({"edit": "template", "index": 0, "text": text})
    assert len(draft.edits) == 1
    assert summaries(draft) == ["system message edited"]


def test_reordering_is_told_as_reordering(recording: Recording) -> None:
    draft = Draft.of(recording).apply({"edit": "move_document", "index": 2, "to": 0})
    assert summaries(draft) == ["documents reordered"]
    assert draft.messages[0].text.index("Gift cards") < draft.messages[0].text.index("Unused")


def test_a_tool_schema_can_be_added_and_removed(recording: Recording) -> None:
    definition = {"type": "function", "function": {"name": "look_up", "parameters": {"type": "object"}}}
    draft = Draft.of(recording).apply({"edit": "tool", "name": "look_up", "definition": definition})
    assert draft.request.to_litellm()["tools"] == [definition]
    assert draft.apply({"edit": "tool", "name": "look_up", "definition": None}).changes == ()


@pytest.mark.parametrize(
    "edit",
    [
        {"edit": "drop_document", "index": 9},
        {"edit": "drop_document", "index": -1},
        {"edit": "template", "index": 7, "text": "x"},
        {"edit": "tool", "name": "f", "definition": "no object"},
        {"edit": "fly"},
        {"edit": "param"},
    ],
)
def test_an_edit_that_does_not_fit_is_refused(recording: Recording, edit: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        Draft.of(recording).apply(edit)  # type: ignore[arg-type]


EDITS = st.one_of(
    st.builds(lambda i: {"edit": "drop_document", "index": i}, st.integers(0, 1)),
    st.builds(lambda t, i: {"edit": "add_document", "text": t, "at": i}, st.text(max_size=30), st.integers(0, 1)),
    st.builds(lambda t: {"edit": "edit_document", "index": 0, "text": t}, st.text(max_size=30)),
    st.builds(lambda v: {"edit": "param", "name": "seed", "value": v}, st.integers()),
    st.builds(lambda t: {"edit": "variable", "name": "question", "value": t}, st.text(max_size=30)),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(edits=st.lists(EDITS, max_size=4))
def test_a_stored_draft_comes_back_as_it_was(recording: Recording, edits: list[dict[str, object]]) -> None:
    draft = Draft.of(recording)
    for edit in edits:
        try:
            draft = draft.apply(edit)  # type: ignore[arg-type]
        except BadInput:
            continue
    again = Draft.of(recording, draft.edits)
    assert again.request == draft.request
    assert again.changes == draft.changes
    assert Draft.of(recording).request == recording.request


def test_writing_over_the_documents_is_one_change(recording: Recording) -> None:
    draft = Draft.of(recording).apply({"edit": "variable", "name": "context", "value": "Nothing is known."})
    assert [change.target for change in draft.changes] == ["context"]


def test_documents_that_the_template_does_not_name_are_not_in_the_prompt(recording: Recording) -> None:
    rule = {"role": "system", "content": "Answer from what you know."}
    draft = Draft.of(recording).apply({"edit": "template_messages", "messages": [rule]})
    assert drafted_subject(draft).documents == () and documents_of(draft) == ()
    assert len(drafted_subject(Draft.of(recording)).documents) == len(documents_of(Draft.of(recording))) == 3


def test_the_fidelity_report_says_what_the_draft_changes(recording: Recording) -> None:
    draft = Draft.of(recording)
    assert drafted_fidelity(draft) == recording.fidelity
    draft = draft.apply({"edit": "param", "name": "temperature", "value": None})
    draft = draft.apply({"edit": "param", "name": "seed", "value": 7})
    draft = draft.apply({"edit": "model", "value": "openai/o4-mini"}).apply({"edit": "drop_document", "index": 0})
    found = drafted_fidelity(draft, [FidelityEntry("max_tokens", "left out", "openai/o4-mini does not take it")])
    assert {e.field: e.status for e in found} == {
        "model": "changed",
        "messages": "changed",
        "temperature": "left out",
        "max_tokens": "left out",
        "seed": "changed",
    }
    reasons = {e.field: e.reason for e in found}
    assert reasons["temperature"] == "edited: temperature 0.2 -> (not set)"
    assert reasons["messages"] == "edited: document 1 dropped"
