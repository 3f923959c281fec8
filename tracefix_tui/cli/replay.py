"""`replay`: send a recorded call again, as it was or with changes, and judge what comes back."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

import click

from tracefix_tui.cli.drafting import find_recording, make_draft, read_prompt
from tracefix_tui.cli.state import State, data, emit, json_option, pass_state, say
from tracefix_tui.model.errors import EXIT_FAILED, EXIT_OK, EXIT_STOPPED, EXIT_UNMEASURED, ReplayImpossible, StoreError
from tracefix_tui.model.json_value import JsonObject
from tracefix_tui.model.text import money, safe_line

if TYPE_CHECKING:
    from tracefix_tui.model.attempt import Attempt, FidelityEntry, Request
    from tracefix_tui.model.check import CheckSpec
    from tracefix_tui.replay.caller import Caller, Event
    from tracefix_tui.workbench.draft import Draft
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
    help="Set a variable or a parameter. var.KEY or param.KEY says which; null removes a parameter.",
)
@click.option("--prompt", "prompt_file", type=click.Path(), help="Use this prompt file, or the prompt of this name.")
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
@click.option(
    "--timeout",
    default=120.0,
    type=click.FloatRange(min=0, min_open=True),
    show_default=True,
    help="Seconds to wait for the provider.",
)
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
    from tracefix_tui.workbench.report import drafted_fidelity
    from tracefix_tui.workbench.session import Session, fitted

    recording = find_recording(state, file, trace_id, span_id)
    prompt = read_prompt(state, prompt_file) if prompt_file is not None else None
    draft = make_draft(Draft.of(recording), settings, prompt, drops, model)
    session = Session(recording, state.workspace, tuple(parse_spec(c) for c in checks))
    if not draft.messages or not draft.model:
        raise ReplayImpossible(recording.problem or "the recording holds no messages")
    request, left_out = fitted(draft.request)
    arguments = _arguments(request, timeout)
    attempts = [] if dry_run else _attempts(session, draft, count, timeout, quiet=as_json)
    if as_json:
        emit(_answer(draft, arguments, drafted_fidelity(draft, left_out), attempts))
    else:
        _tell_draft(draft, left_out)
        if dry_run:
            emit(arguments)
        _print(session, draft, attempts)
    return _exit_code(attempts, session.specs)


def _attempts(session: Session, draft: Draft, count: int, timeout: float, *, quiet: bool) -> list[Attempt]:
    """The runs, up to the first that ctrl+c stops; what came before it is kept."""
    from tracefix_tui.replay.caller import Waiting
    from tracefix_tui.replay.litellm_caller import caller_for

    def tell(event: Event) -> None:
        if isinstance(event, Waiting):
            say(f"waiting {event.seconds:.0f} s: {event.why}")

    caller = caller_for(draft.model, timeout=timeout)
    attempts: list[Attempt] = []
    with _stopped_by_ctrl_c() as stop:
        while len(attempts) < count and not stop.is_set():
            attempts.append(_kept(session, draft, caller, tell, stop))
            if not quiet and count > 1:
                say(f"{len(attempts)} of {count}")
    return attempts


def _kept(
    session: Session, draft: Draft, caller: Caller, tell: Callable[[Event], None], stop: threading.Event
) -> Attempt:
    """One run; where the attempt log takes nothing, its answer is shown all the same."""
    before = len(session.attempts)
    try:
        return session.run(draft, caller, tell, stop)
    except StoreError as error:
        if len(session.attempts) == before:
            raise
        say(f"warning: this attempt is not kept, so it cannot be accepted: {error}")
        return session.attempts[-1]


@contextmanager
def _stopped_by_ctrl_c() -> Iterator[threading.Event]:
    """The first ctrl+c sets the event; the next one ends the program as it always does."""
    stop = threading.Event()
    usual = signal.getsignal(signal.SIGINT)

    def stopping(number: int, frame: FrameType | None) -> None:
        stop.set()
        signal.signal(signal.SIGINT, usual)

    signal.signal(signal.SIGINT, stopping)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, usual)


def _answer(
    draft: Draft, arguments: JsonObject, fidelity: Sequence[FidelityEntry], attempts: Sequence[Attempt]
) -> JsonObject:
    return {
        "request": arguments,
        "fidelity": [entry.to_public() for entry in fidelity],
        "changes": [change.to_public() for change in draft.changes],
        "attempts": [attempt.to_public() for attempt in attempts],
    }


def _arguments(request: Request, timeout: float) -> JsonObject:
    """What LiteLLM is given; the offline model is given the same without what concerns the connection."""
    from tracefix_tui.replay.litellm_caller import LiteLLMCaller
    from tracefix_tui.replay.providers import is_offline

    return request.to_litellm() if is_offline(request.model) else LiteLLMCaller(timeout=timeout).arguments(request)


def _tell_draft(draft: Draft, left_out: Sequence[FidelityEntry]) -> None:
    for entry in (*draft.recording.fidelity, *left_out):
        if entry.status != "sent":
            say(f"{entry.status}: {safe_line(entry.field)} ({safe_line(entry.reason)})")
    for change in draft.changes:
        say(f"change: {safe_line(change.summary)}")
    if len(draft.changes) > 1:
        say(f"{len(draft.changes)} changes at once: the result does not tell which one did it")


def _print(session: Session, draft: Draft, attempts: Sequence[Attempt]) -> None:
    for attempt in attempts:
        result = attempt.result
        head = (
            f"attempt {attempt.id}   {attempt.request.model}   {result.latency_ms / 1000:.2f}s   {money(result.cost)}"
        )
        said = result.error or ("stopped; what came is kept" if result.stopped else "")
        data(f"{head}   {safe_line(said)}" if said else head)
        if result.output is not None:
            data(result.output.text)
            for call in result.output.tool_calls:
                data(f"{safe_line(call.name)}({safe_line(call.arguments)})")
        data("")
    for row in session.standings(draft.request) if attempts else ():
        data(safe_line(row.line))


def _exit_code(attempts: Sequence[Attempt], asked: Sequence[CheckSpec]) -> int:
    """Stopped, no answer, a failing check, or a check that was asked for and could measure nothing."""
    if any(a.result.stopped for a in attempts):
        return EXIT_STOPPED
    if any(a.result.error is not None for a in attempts):
        return EXIT_UNMEASURED
    verdicts = [v for a in attempts for v in a.verdicts]
    if any(v.outcome == "fail" and v.severity == "fail" for v in verdicts):
        return EXIT_FAILED
    measured = {v.spec.label for v in verdicts if v.outcome != "unmeasured"}
    return EXIT_UNMEASURED if attempts and any(s.label not in measured for s in asked) else EXIT_OK
