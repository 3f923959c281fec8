"""The loop without a screen: run, judge, keep, branch, accept."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tracefix_tui.checks import parse_spec
from tracefix_tui.model.attempt import Request, Result
from tracefix_tui.model.errors import AcceptRefused, ProviderDown, StoreError
from tracefix_tui.model.message import MediaPart
from tracefix_tui.replay.caller import Event, Finished, TextDelta
from tracefix_tui.replay.litellm_caller import caller_for
from tracefix_tui.store.accept import accept
from tracefix_tui.store.golden import GoldenStore
from tracefix_tui.store.workspace import Workspace
from tracefix_tui.workbench.accepting import concerns, default_form, plan_accept, plan_lines, prompt_text
from tracefix_tui.workbench.draft import Draft
from tracefix_tui.workbench.recording import Recording, record
from tracefix_tui.workbench.session import Session

RULE = "Check that the conditions of a passage fit the question before you answer."


class Broken:
    """A caller whose provider goes away in the middle of the answer."""

    def stream(self, request: Request, stop: threading.Event, repeat: int = 0) -> Iterator[Event]:
        yield TextDelta("Half an ans")
        raise ProviderDown("the connection was closed", hint="Try again")


class Stopped:
    def stream(self, request: Request, stop: threading.Event, repeat: int = 0) -> Iterator[Event]:
        yield TextDelta("Half")
        yield Finished(Result(stopped=True))


@pytest.fixture
def session(recording: Recording, workspace: Workspace) -> Session:
    return Session(recording, workspace, (parse_spec("contains:30 days"),))


def edited(recording: Recording) -> Draft:
    text = recording.hydrated.template_messages[0].text
    return Draft.of(recording).apply({"edit": "template", "index": 0, "text": f"{RULE}\n{text}"})


def words(session: Session, draft: Draft) -> dict[str, str]:
    return {row.spec.label: row.rate.word for row in session.standings(draft.request)}


def test_a_fix_is_fixed_once_the_numbers_carry_it(session: Session) -> None:
    draft = edited(session.recording)
    caller = caller_for(draft.model)
    session.run(draft, caller)
    assert words(session, draft)['contains "30 days"'] == "INCONCLUSIVE"
    for _ in range(3):
        session.run(draft, caller)
    told = words(session, draft)
    assert told['contains "30 days"'] == told["citation-unknown"] == "FIXED"
    assert told["retrieval-cut"] == "NO CHANGE"
    assert [a.repeat for a in session.attempts] == [0, 1, 2, 3]


def test_a_check_added_later_judges_earlier_attempts(session: Session) -> None:
    draft = Draft.of(session.recording)
    session.run(draft, caller_for(draft.model))
    session.specs = (*session.specs, parse_spec("not-contains:60 days"))
    row = next(r for r in session.standings(draft.request) if r.spec.id == "not-contains")
    assert (row.rate.passes, row.rate.runs, row.rate.passed_before) == (1, 1, False)


def test_a_broken_provider_is_unmeasured_and_its_words_are_kept(session: Session) -> None:
    attempt = session.run(Draft.of(session.recording), Broken())
    assert attempt.result.error and "connection was closed" in attempt.result.error
    assert attempt.result.output is not None and attempt.result.output.text == "Half an ans"
    assert {v.outcome for v in attempt.verdicts} == {"unmeasured"}


def test_a_stopped_run_is_kept_and_judged_by_nothing(session: Session) -> None:
    attempt = session.run(Draft.of(session.recording), Stopped())
    assert attempt.result.stopped and attempt.result.output is not None
    assert {v.outcome for v in attempt.verdicts} == {"unmeasured"}


def test_attempts_come_back_and_can_be_branched_from(session: Session, workspace: Workspace) -> None:
    draft = edited(session.recording)
    first = session.run(draft, caller_for(draft.model))
    later = Session(session.recording, workspace)
    later.load()
    assert [a.id for a in later.attempts] == [first.id]
    again = later.draft_of(later.attempts[0])
    assert again.request == draft.request
    assert again.parent == first.id


def test_accepting_commits_the_prompt_and_keeps_the_case(session: Session, workspace: Workspace) -> None:
    draft = edited(session.recording)
    attempt = session.run(draft, caller_for(draft.model))
    form = replace(default_form(attempt, workspace, session.specs), case_name="opened-box")
    assert form.prompt_name == "refund_answer"
    plan = plan_accept(workspace, attempt, form)
    assert any("prompt +1 -0" in line or "prompt +1" in line for line in plan_lines(plan))
    done = accept(plan)
    case = GoldenStore(workspace).get("refund_answer", "opened-box")
    assert case.variables["question"].startswith("I opened the box")
    assert {c.check for c in case.checks} >= {"citation-unknown", "contains"}
    assert case.expected == attempt.result.output.text  # type: ignore[union-attr]
    shown = subprocess.run(
        ["git", "show", "--format=%(trailers:key=Golden-Case,valueonly)", "--stat", done.commit],
        cwd=workspace.root,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "refund_answer/opened-box" in shown
    text = (workspace.prompts_dir / "refund_answer.prompt.yml").read_text(encoding="utf-8")
    assert RULE in text and "# The prompt of the demo's support assistant" in text and "{{context}}" in text


def test_an_attempt_without_an_answer_is_not_accepted(session: Session, workspace: Workspace) -> None:
    attempt = session.run(Draft.of(session.recording), Broken())
    with pytest.raises(AcceptRefused):
        plan_accept(workspace, attempt, default_form(attempt, workspace))


def test_an_old_trace_is_still_told_by_its_prompt_after_the_fix(session: Session, workspace: Workspace) -> None:
    recording, draft = session.recording, edited(session.recording)
    attempt = session.run(draft, caller_for(draft.model))
    accept(plan_accept(workspace, attempt, default_form(attempt, workspace)))
    again = record(recording.trace, recording.span, prompts_dir=workspace.prompts_dir)
    assert again.hydrated.name == "refund_answer" and again.hydrated.version
    assert again.hydrated.variables.keys() == recording.hydrated.variables.keys()
    later = Session(again, workspace).run(Draft.of(again), caller_for(draft.model))
    form = default_form(later, workspace)
    assert form.prompt_name == "refund_answer"
    assert any("has changed since" in line for line in concerns(workspace, later, form))


def test_the_prompt_alone_can_be_accepted(session: Session, workspace: Workspace) -> None:
    draft = edited(session.recording)
    attempt = session.run(draft, caller_for(draft.model))
    form = replace(default_form(attempt, workspace), add_case=False)
    done = accept(plan_accept(workspace, attempt, form))
    assert done.case is None and GoldenStore(workspace).count() == 0


def test_a_model_that_was_changed_is_written_unless_it_is_the_offline_one(
    session: Session, workspace: Workspace
) -> None:
    for model, written in (("openai/gpt-4o-mini", "openai/gpt-4o-mini"), ("offline/other", "offline/extractive")):
        draft = edited(session.recording).apply({"edit": "model", "value": model})
        attempt = session.run(
            draft.apply({"edit": "model", "value": "offline/extractive"}), caller_for("offline/extractive")
        )
        attempt = replace(attempt, changes=draft.changes, prompt={**attempt.prompt, "model": model})
        assert f"model: {written}\n" in prompt_text(workspace, attempt, "refund_answer")


def test_ids_that_are_no_text_are_kept(session: Session, workspace: Workspace) -> None:
    trace = replace(session.recording.trace, id="odd\ud800id")
    odd = Session(replace(session.recording, trace=trace), workspace)
    odd.run(Draft.of(odd.recording), caller_for("offline/extractive"))
    later = Session(odd.recording, workspace)
    later.load()
    assert len(later.attempts) == 1 and later.older == 0


def test_an_answer_that_the_disk_does_not_take_is_still_there(session: Session, workspace: Workspace) -> None:
    (workspace.root / ".tracefix").write_text("in the way", encoding="utf-8")
    draft = Draft.of(session.recording)
    with pytest.raises(StoreError, match="cannot write"):
        session.run(draft, caller_for(draft.model))
    assert session.attempts[-1].result.output is not None


def test_an_edit_gets_no_credit_for_what_the_unchanged_call_does(session: Session) -> None:
    untouched, draft = Draft.of(session.recording), edited(session.recording)
    for made in (untouched, draft):
        for _ in range(4):
            session.run(made, caller_for(made.model))
    told = words(session, draft)
    assert told["citation-unknown"] == "NO CHANGE"
    assert told['contains "30 days"'] == "FIXED"
    row = next(r for r in session.standings(untouched.request) if r.spec.id == "citation-unknown")
    assert "chance" in row.line


def test_an_image_is_said_to_stay_out_of_the_prompt_file(session: Session, workspace: Workspace) -> None:
    attempt = session.run(Draft.of(session.recording), caller_for("offline/extractive"))
    picture = MediaPart("image", {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}})
    first, *rest = attempt.request.messages
    messages = (replace(first, parts=(*first.parts, picture)), *rest)
    attempt = replace(attempt, request=replace(attempt.request, messages=messages))
    assert any("text alone" in line for line in concerns(workspace, attempt, default_form(attempt, workspace)))
