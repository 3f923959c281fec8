"""`replay`: send a recorded call again, as it was or with changes, and judge what comes back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracefix_tui.cli.state import State, data, emit, json_option, pass_state, say
from tracefix_tui.model.errors import EXIT_FAILED, EXIT_OK, EXIT_UNMEASURED, BadInput
from tracefix_tui.model.json_value import Json, JsonObject
from tracefix_tui.model.text import money, plural, safe_line

if TYPE_CHECKING:
    from tracefix_tui.model.attempt import Attempt, Request
    from tracefix_tui.workbench.draft import Draft
    from tracefix_tui.workbench.recording import Recording
    from tracefix_tui.workbench.session import Session


@click.command("replay")
@click.argument("file", type=click.Path())
@click.option(
    "--span", "span_id", help="The LLM span to replay; a unique prefix of its id is enough. Default: the last call."
)
@click.option("--trace", "trace_id", help="The trace, where the file holds several.")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="KEY=VALUE",
    help="Set a variable or a parameter. var.KEY or param.KEY says which; null removes.",
)
@click.option("--prompt", "prompt_file", type=click.Path(), help="Use the template of this prompt file.")
@click.option(
    "--drop-chunk",
    "drops",
    multiple=True,
    type=click.IntRange(min=1),
    metavar="I",
    help="Leave out the I-th document of the prompt; the first is 1.",
)
@click.option(
    "--model", help="Ask this model instead, as LiteLLM names it: offline/extractive, openai/gpt-4o-mini, ..."
)
@click.option("-n", "count", default=1, type=click.IntRange(1, 1000), help="How often to ask.", show_default=True)
@click.option("--check", "checks", multiple=True, metavar="SPEC", help='Judge with this check too: "contains:30 days".')
@click.option("--timeout", default=120.0, show_default=True, help="Seconds to wait for the provider.")
@click.option("--dry-run", is_flag=True, help="Print what would be sent, and send nothing.")
@json_option
@pass_state
def command(
    state: State,
    file: str,
    span_id: str | None,
    trace_id: str | None,
    settings: Sequence[str],
    prompt_file: str | None,
    drops: Sequence[int],
    model: str | None,
    count: int,
    checks: Sequence[str],
    timeout: float,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Send a recorded call again and judge the answer with the checks that failed on the trace.

    Exits with 1 when a check still fails, with 3 when the provider gave no answer.

    Example: tracefix-tui replay trace.json --model offline/extractive --set temperature=0 -n 3
    """
    from tracefix_tui.checks import parse_spec
    from tracefix_tui.workbench.draft import Draft
    from tracefix_tui.workbench.session import Session

    recording = _recording(state, file, trace_id, span_id)
    draft = _draft(Draft.of(recording), settings, prompt_file, drops, model)
    session = Session(recording, state.workspace, tuple(parse_spec(c) for c in checks))
    if draft.missing:
        raise BadInput(f"no value for {', '.join(draft.missing)}", hint="Give it with --set NAME=VALUE")
    if recording.problem and not draft.messages:
        from tracefix_tui.model.errors import ReplayImpossible

        raise ReplayImpossible(recording.problem)
    attempts = [] if dry_run else _attempts(session, draft, count, timeout, quiet=as_json)
    if as_json:
        emit(_answer(draft, attempts))
    else:
        _print(session, draft, attempts)
    return _exit_code(attempts)


def _recording(state: State, file: str, trace_id: str | None, span_id: str | None) -> Recording:
    from tracefix_tui.readers import open_trace
    from tracefix_tui.workbench.recording import choose_span, record

    opened = open_trace(file)
    for warning in opened.source.warnings:
        say(f"warning: {warning}")
    traces = [t for t in opened.traces if trace_id is None or t.id.startswith(trace_id)]
    if span_id is not None:
        traces = [t for t in traces if any(s.id.startswith(span_id) for s in t.spans)] or traces
    if not traces:
        raise BadInput(f"no trace {trace_id!r}", where=file, hint="`tracefix-tui show FILE` lists the traces")
    if len(traces) > 1 and span_id is None:
        traces = [t for t in traces if t.leaf_calls] or traces
        if len(traces) > 1:
            say(f"{plural(len(traces), 'trace')} in the file; taking {traces[0].id} (choose with --trace or --span)")
    trace = traces[0]
    return record(
        trace,
        choose_span(trace, span_id),
        path=file,
        source_format=opened.source.format,
        prompts_dir=state.workspace.prompts_dir,
    )


def _draft(
    draft: Draft, settings: Sequence[str], prompt_file: str | None, drops: Sequence[int], model: str | None
) -> Draft:
    if prompt_file:
        draft = _with_prompt_file(draft, prompt_file)
    for number in sorted(set(drops), reverse=True):
        if number > len(draft.hydrated.documents):
            raise BadInput(
                f"no document {number}: {plural(len(draft.hydrated.documents), 'document')} found in the prompt",
                hint="Only documents that were found in the prompt can be dropped",
            )
        draft = draft.apply({"edit": "drop_document", "index": number - 1})
    for setting in settings:
        draft = draft.apply(_setting(draft, setting))
    return draft.apply({"edit": "model", "value": model}) if model else draft


def _with_prompt_file(draft: Draft, path: str) -> Draft:
    from tracefix_tui.prompts.file import PromptFile

    file = PromptFile.read(Path(path))
    draft = draft.apply({"edit": "template_messages", "messages": [dict(m) for m in file.messages]})
    for name, value in file.model_parameters.items():
        draft = draft.apply({"edit": "param", "name": name, "value": value})
    if file.model:
        draft = draft.apply({"edit": "model", "value": file.model})
    return draft


def _setting(draft: Draft, setting: str) -> JsonObject:
    key, equals, value = setting.partition("=")
    if not equals or not key:
        raise BadInput(f"--set {setting!r} is not KEY=VALUE", hint="For example --set temperature=0")
    if key.startswith("var.") or (key in draft.hydrated.variables and not key.startswith("param.")):
        return {"edit": "variable", "name": key.removeprefix("var."), "value": value}
    name = key.removeprefix("param.")
    if name == "model":
        return {"edit": "model", "value": value}
    if name in ("tool_choice", "response_format"):
        return {"edit": name, "value": _json_or_text(value)}
    return {"edit": "param", "name": name, "value": _json_or_text(value)}


def _json_or_text(value: str) -> Json:
    try:
        parsed: Json = json.loads(value)
    except ValueError:
        return value
    return parsed


def _attempts(session: Session, draft: Draft, count: int, timeout: float, *, quiet: bool) -> list[Attempt]:
    from tracefix_tui.replay.caller import Event, Waiting
    from tracefix_tui.replay.litellm_caller import caller_for

    def tell(event: Event) -> None:
        if isinstance(event, Waiting):
            say(f"waiting {event.seconds:.0f} s: {event.why}")

    caller = caller_for(draft.model, timeout=timeout)
    attempts = []
    for number in range(count):
        attempts.append(session.run(draft, caller, tell))
        if not quiet and count > 1:
            say(f"{number + 1} of {count}")
    return attempts


def _answer(draft: Draft, attempts: Sequence[Attempt]) -> JsonObject:
    from tracefix_tui.model.attempt import FidelityEntry
    from tracefix_tui.workbench.session import fitted

    request, left_out = fitted(draft.request)
    entries = [*draft.recording.fidelity, *left_out]
    if draft.model != draft.recording.request.model:
        entries.append(FidelityEntry("model", "changed", f"replaced by {draft.model}"))
    return {
        "request": _arguments(request),
        "fidelity": [entry.to_public() for entry in entries],
        "changes": [change.to_public() for change in draft.changes],
        "attempts": [attempt.to_public() for attempt in attempts],
    }


def _arguments(request: Request) -> JsonObject:
    """What LiteLLM is given; the offline model is given the same without what concerns the connection."""
    from tracefix_tui.replay.litellm_caller import LiteLLMCaller
    from tracefix_tui.replay.providers import is_offline

    return request.to_litellm() if is_offline(request.model) else LiteLLMCaller().arguments(request)


def _print(session: Session, draft: Draft, attempts: Sequence[Attempt]) -> None:
    for entry in draft.recording.fidelity:
        if entry.status != "sent":
            say(f"{entry.status}: {safe_line(entry.field)} ({safe_line(entry.reason)})")
    for change in draft.changes:
        say(f"change: {safe_line(change.summary)}")
    if len(draft.changes) > 1:
        say(f"{len(draft.changes)} changes at once: the result does not tell which one did it")
    if not attempts:
        emit(_arguments(draft.request))
        return
    for attempt in attempts:
        result = attempt.result
        head = (
            f"attempt {attempt.id}   {attempt.request.model}   {result.latency_ms / 1000:.2f}s   {money(result.cost)}"
        )
        data(head if result.error is None else f"{head}   {safe_line(result.error)}")
        if result.output is not None:
            data(result.output.text)
            for call in result.output.tool_calls:
                data(f"{safe_line(call.name)}({safe_line(call.arguments)})")
        data("")
    for row in session.standings(draft.request):
        data(safe_line(row.line))


def _exit_code(attempts: Sequence[Attempt]) -> int:
    if any(a.result.error is not None for a in attempts):
        return EXIT_UNMEASURED
    failed = any(v.outcome == "fail" and v.severity == "fail" for a in attempts for v in a.verdicts)
    return EXIT_FAILED if failed else EXIT_OK
