"""From an attempt to what accepting it writes: the prompt file's new text, the case, the commit message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, cast

from tracefix_tui.model.attempt import Attempt
from tracefix_tui.model.check import CheckSpec, Verdict
from tracefix_tui.model.errors import AcceptRefused
from tracefix_tui.model.json_value import Json, JsonObject
from tracefix_tui.model.message import MediaPart
from tracefix_tui.prompts.file import PromptFile, prompt_path
from tracefix_tui.replay.providers import is_offline
from tracefix_tui.store.names import slug
from tracefix_tui.store.workspace import Workspace
from tracefix_tui.workbench.naming import prompt_name
from tracefix_tui.workbench.recording import Recording

if TYPE_CHECKING:
    from tracefix_tui.model.case import Case, CaseCheck
    from tracefix_tui.store.accept import AcceptPlan

Expected = Literal["output", "text", "checks"]


@dataclass(frozen=True)
class AcceptForm:
    """What the engineer decides: names, tags, message, what is expected, and the checks that guard the case.

    Without `add_case` the prompt alone is committed.
    """

    prompt_name: str
    case_name: str
    tags: tuple[str, ...] = ()
    message: str = ""
    expected: Expected = "output"
    expected_text: str = ""
    checks: tuple[CheckSpec, ...] = ()
    add_case: bool = True


def default_form(attempt: Attempt, workspace: Workspace, specs: Sequence[CheckSpec] = ()) -> AcceptForm:
    """A form filled from the attempt.

    The case is guarded by the checks that failed on the recording and pass on the attempt, and by those the user added;
    its tags and its name are theirs. Where nothing was fixed, by all that failed.
    """
    outcomes = {v.spec.label: v.outcome for v in attempt.verdicts}
    all_failed = baseline_failures(attempt)
    fixed = tuple(s for s in all_failed if outcomes.get(s.label) == "pass")
    failed = fixed or all_failed
    checks = tuple({s.label: s for s in (*failed, *specs)}.values())
    prompt = prompt_name(attempt, workspace)
    summary = "; ".join(change.summary for change in attempt.changes) or "accept as it is"
    return AcceptForm(
        prompt_name=prompt,
        case_name=slug(f"{_gravest(attempt, failed)}-{attempt.trace_id[:8]}"),
        tags=tuple(dict.fromkeys(s.id for s in failed)),
        message=f"{prompt}: {summary}",
        expected="output" if attempt.result.output is not None and attempt.result.output.text else "checks",
        checks=checks,
    )


def _gravest(attempt: Attempt, failed: Sequence[CheckSpec]) -> str:
    """The id of the first check that is more than a warning."""
    grave = {v.spec.label for v in attempt.verdicts if v.severity == "fail"}
    return next((s.id for s in (*(s for s in failed if s.label in grave), *failed)), "case")


def plan_accept(workspace: Workspace, attempt: Attempt, form: AcceptForm, *, replace_case: bool = False) -> AcceptPlan:
    """Everything that accepting will write, and nothing written yet; what stands in the way is in its `refusals`.

    Raises `AcceptRefused` for an attempt without an answer, `BadInput` for names that are not valid.
    """
    from tracefix_tui.store.accept import plan

    if attempt.result.output is None or attempt.result.error is not None:
        raise AcceptRefused(
            "the attempt has no answer to accept", where=attempt.id, hint="Replay until the answer is right"
        )
    return plan(
        workspace,
        prompt=form.prompt_name,
        prompt_text=prompt_text(workspace, attempt, form.prompt_name),
        case=case_of_attempt(attempt, form) if form.add_case else None,
        message=form.message,
        failure_modes=form.tags,
        checks=[spec.label for spec in form.checks],
        trace_id=attempt.trace_id,
        span_id=attempt.span_id,
        replace_case=replace_case,
    )


def plan_lines(plan: AcceptPlan) -> list[str]:
    """What a plan will do, a line each, in the words of the dialog and of `accept --dry-run`; refusals are apart."""
    where = f"on {plan.branch}" if plan.branch else "on a detached head"
    after = f" after {plan.head[:9]}" if plan.head else ""
    lines = [f"will do     {plan.summary}, 0 network calls"]
    lines += [f"file        {f.path}  +{f.lines[0]} -{f.lines[1]}" for f in plan.files if f.before != f.after]
    lines += [f"file        {path}  as it is on disk: its changes are not committed yet" for path in plan.uncommitted]
    lines.append(f"commit      {where}{after}: {plan.subject}")
    lines += [f"trailer     {line}" for line in plan.message.strip().rpartition("\n\n")[2].splitlines()]
    lines += [f"hook        {name} will run" for name in plan.hooks]
    lines += [f"secret      {found.kind} taken out of {found.field}: {found.preview}" for found in plan.secrets]
    return lines


def plan_public(plan: AcceptPlan) -> JsonObject:
    """The plan as JSON: the keys of an accept, `commit` null, and what `plan_lines` says."""
    return {
        "commit": None,
        "prompt_path": plan.prompt_path,
        "case": plan.case.name if plan.case else None,
        "case_path": plan.case_file.path if plan.case_file else None,
        "branch": plan.branch,
        "message": plan.message,
        "files": [{"path": f.path, "added": f.lines[0], "removed": f.lines[1]} for f in plan.files],
        "uncommitted": list(plan.uncommitted),
        "hooks": list(plan.hooks),
        "secrets": [{"kind": f.kind, "field": f.field} for f in plan.secrets],
        "refusals": [str(refusal) for refusal in plan.refusals],
    }


def prompt_text(workspace: Workspace, attempt: Attempt, name: str) -> str:
    """The prompt file after accepting: the file there is with the attempt's messages and settings, or a new one."""
    path = prompt_path(workspace.prompts_dir, name)
    messages = cast("list[dict[str, Any]]", attempt.prompt.get("messages") or [])
    params = cast(JsonObject, attempt.prompt.get("params") or {})
    model = str(attempt.prompt.get("model") or attempt.request.model)
    tools = cast("list[JsonObject]", attempt.prompt.get("tools") or [])
    response_format = attempt.prompt.get("response_format")
    if not path.exists():
        return PromptFile.new(
            name, messages, model=model, model_parameters=params, tools=tools, response_format=response_format
        ).text()
    file = PromptFile.read(path)
    changed = {change.kind for change in attempt.changes}
    updates: dict[str, Any] = {"messages": messages}
    if "model" in changed and not is_offline(model):
        updates["model"] = model
    if "parameter" in changed:
        updates["model_parameters"] = params
    if "tool schema" in changed:
        updates["tools"] = tools
    if "response format" in changed:
        updates["response_format"] = response_format
    return file.edited(**updates).text()


def case_of_attempt(attempt: Attempt, form: AcceptForm) -> Case:
    """The golden case of an attempt: the recorded input, its bad output, what is expected, and where it came from."""
    from tracefix_tui.model.case import Case, Provenance

    output = attempt.result.output
    expected = (
        output.text if form.expected == "output" and output else form.expected_text if form.expected == "text" else None
    )
    return Case(
        name=form.case_name,
        prompt=form.prompt_name,
        variables=dict(attempt.variables),
        messages=[m.to_openai() for m in attempt.request.messages],
        documents=list(attempt.documents),
        tools=[t.to_openai() for t in attempt.request.tools],
        tool_choice=attempt.request.tool_choice,
        response_format=attempt.request.response_format,
        model=attempt.request.model,
        params=dict(attempt.request.params),
        bad_output=attempt.recorded_output.to_public() if attempt.recorded_output else None,
        expected=expected,
        expected_message=output.to_public() if form.expected == "output" and output and output.tool_calls else None,
        checks=[case_check(spec) for spec in form.checks],
        tags=list(form.tags),
        provenance=Provenance(
            trace_id=attempt.trace_id,
            span_id=attempt.span_id,
            attempt_id=attempt.id,
            source_format=cast("str | None", attempt.prompt.get("source_format")),
            created=_now(),
        ),
    )


def case_of_recording(
    recording: Recording, *, prompt: str, name: str, tags: Sequence[str], expected: str | None, set_name: str
) -> Case:
    """A case made from a recorded call alone, guarded by the checks that failed on it."""
    from tracefix_tui.model.case import Case, Provenance

    request, answer = recording.request, recording.call.answer
    return Case(
        name=name,
        prompt=prompt,
        set_name=set_name,
        variables=dict(recording.hydrated.variables),
        messages=[m.to_openai() for m in request.messages],
        documents=[d.to_public() for d in recording.subject.documents],
        tools=[t.to_openai() for t in request.tools],
        tool_choice=request.tool_choice,
        response_format=request.response_format,
        model=request.model or None,
        params=dict(request.params),
        bad_output=answer.to_public() if answer else None,
        expected=expected,
        checks=[case_check(v.spec) for v in recording.baseline if v.outcome == "fail"],
        tags=list(tags) or [v.check for v in recording.baseline if v.outcome == "fail"],
        provenance=Provenance(
            trace_id=recording.trace.id,
            span_id=recording.span.id,
            source_format=recording.source_format,
            created=_now(),
        ),
    )


def scrubbed(case: Case) -> Case:
    """The case without secrets, as it may be stored."""
    from tracefix_tui.store.case_file import case_value, make_case
    from tracefix_tui.store.scrub import scrub

    clean, _ = scrub(case_value(case))
    return make_case(clean, f"case {case.name}")


def case_check(spec: CheckSpec) -> CaseCheck:
    """A check as a case file holds it."""
    from tracefix_tui.model.case import CaseCheck

    return CaseCheck(check=spec.id, params=dict(spec.params))


def baseline_failures(attempt: Attempt) -> tuple[CheckSpec, ...]:
    """The checks that failed on the recording the attempt was made from."""
    rows = cast("list[JsonObject]", attempt.prompt.get("baseline") or [])
    return tuple(CheckSpec(str(row["check"]), cast(JsonObject, row.get("params") or {})) for row in rows)


def still_failing(attempt: Attempt) -> list[Verdict]:
    """The verdicts that fail on the attempt itself: worth saying before it is accepted."""
    return [v for v in attempt.verdicts if v.outcome == "fail"]


def concerns(workspace: Workspace, attempt: Attempt, form: AcceptForm) -> list[str]:
    """What is worth saying before an attempt is accepted: several changes, failing checks, a prompt that moved on."""
    out = []
    if attempt.several_changes:
        out.append(f"{len(attempt.changes)} changes at once: the result does not tell which one did it")
    messages = attempt.request.messages[: len(cast("list[Json]", attempt.prompt.get("messages") or []))]
    if any(isinstance(part, MediaPart) for message in messages for part in message.parts):
        out.append("a prompt file holds text alone: images, sound and files of the messages are in the case only")
    version = attempt.prompt.get("version")
    same = attempt.prompt.get("name") == form.prompt_name
    if same and isinstance(version, str) and prompt_path(workspace.prompts_dir, form.prompt_name).exists():
        out.append(
            f"the trace was recorded with {form.prompt_name} as of {version}, and the file has changed since: "
            "accepting writes that version with your change"
        )
    return out + [f"still fails on this answer: {v.spec.label}: {v.message}" for v in still_failing(attempt)]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
