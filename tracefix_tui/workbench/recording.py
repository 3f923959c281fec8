"""A recorded call made ready to be worked on: its context, its de-hydrated prompt and the request it was."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from tracefix_tui.checks import run_checks
from tracefix_tui.model.attempt import FidelityEntry, Request
from tracefix_tui.model.call import LLMCall, PromptRef
from tracefix_tui.model.check import CallContext, Subject, Verdict
from tracefix_tui.model.context import call_context, subject_of
from tracefix_tui.model.errors import BadInput, PromptInvalid, ReplayImpossible
from tracefix_tui.model.trace import Span, Trace
from tracefix_tui.prompts.file import PromptFile, list_prompts, prompt_path
from tracefix_tui.prompts.hydrated import Hydrated, dehydrate
from tracefix_tui.prompts.template import pieces
from tracefix_tui.replay.providers import OFFLINE_MODEL
from tracefix_tui.replay.request import build_request
from tracefix_tui.store.workspace import Workspace

_PROMPTS_LOOKED_AT, _VERSIONS_LOOKED_AT = 10, 10
_LEAST_LITERAL = 12  # letters and digits outside placeholders by which a prompt file can be recognised


@dataclass(frozen=True)
class Recording:
    """One LLM call of a trace. `problem` says why it cannot be replayed, and is empty when it can."""

    trace: Trace
    context: CallContext
    hydrated: Hydrated
    request: Request
    fidelity: tuple[FidelityEntry, ...]
    path: str = ""
    source_format: str = ""
    problem: str = ""

    @property
    def span(self) -> Span:
        """The span that holds the call."""
        return self.context.span

    @property
    def call(self) -> LLMCall:
        """The call as recorded."""
        return self.context.call

    @cached_property
    def subject(self) -> Subject:
        """What the checks read of the recording."""
        return subject_of(self.trace.id, self.context)

    @cached_property
    def baseline(self) -> tuple[Verdict, ...]:
        """The verdicts of all checks that apply to the recording: what a replay is held against."""
        return tuple(run_checks(self.subject))


def record(
    trace: Trace, span: Span, *, path: str = "", source_format: str = "", prompts_dir: Path | None = None
) -> Recording:
    """The recording of an LLM span; raises `BadInput` for a span that holds no call.

    A prompt file of the workspace whose template gives exactly the recorded messages supplies the template: as it is,
    or as one of its last commits held it, which is then the `version`. The one that the trace names is tried first.
    """
    if span.llm is None:
        raise BadInput(
            f"span {span.id} holds no LLM call", hint="Choose a span of kind llm: `tracefix-tui show FILE` lists them"
        )
    context = call_context(trace, span)
    hydrated = _dehydrate(context, prompts_dir)
    request, fidelity, problem = _request(context.call)
    return Recording(trace, context, hydrated, request, fidelity, path, source_format, problem)


def _request(call: LLMCall) -> tuple[Request, tuple[FidelityEntry, ...], str]:
    """The request of a call, and why it cannot be sent as it is; where only the model is missing, all but the model."""
    try:
        return *build_request(call), ""
    except ReplayImpossible as error:
        problem = str(error)
    try:
        request, fidelity = build_request(call, OFFLINE_MODEL)
    except ReplayImpossible:
        return Request(call.request_model or "", call.messages), (), problem
    return replace(request, model=""), tuple(entry for entry in fidelity if entry.field != "model"), problem


def choose_span(trace: Trace, span_id: str | None = None) -> Span:
    """The span named (a unique prefix of its id is enough), else the last call that can be replayed."""
    if span_id is not None:
        exact = [s for s in trace.spans if s.id == span_id] or [s for s in trace.spans if s.id.startswith(span_id)]
        if len(exact) != 1:
            what = f"{len(exact)} spans begin with {span_id!r}" if exact else f"no span {span_id!r} in trace {trace.id}"
            raise BadInput(what, hint="`tracefix-tui show FILE --json` lists the span ids")
        return exact[0]
    calls = trace.leaf_calls
    if not calls:
        raise BadInput(f"trace {trace.id} holds no LLM call", hint="`tracefix-tui show FILE` tells what it holds")
    return next((s for s in reversed(calls) if s.llm and s.llm.replay != "impossible"), calls[-1])


def _dehydrate(context: CallContext, prompts_dir: Path | None) -> Hydrated:
    recorded = dehydrate(context)
    if prompts_dir is None or not prompts_dir.is_dir():
        return recorded
    for name in _likely_names(context.call.prompt, prompts_dir):
        try:
            file = PromptFile.read(prompt_path(prompts_dir, name), name)
        except PromptInvalid:
            continue  # `prompts check` reports broken files; here they simply match nothing
        matched = dehydrate(context, file)
        if _is_template_of(file, matched, context, name):
            return replace(matched, name=name, version=None)
    return _of_earlier_version(context, prompts_dir) or recorded


def _of_earlier_version(context: CallContext, prompts_dir: Path) -> Hydrated | None:
    """The template as a commit of its prompt file held it: a trace is older than the fixes made since."""
    workspace = Workspace.find(prompts_dir)
    if not workspace.is_repository or workspace.prompts_dir != prompts_dir.resolve():
        return None
    from tracefix_tui.store.history import text_at, versions

    for name in _likely_names(context.call.prompt, prompts_dir)[:_PROMPTS_LOOKED_AT]:
        try:
            for version in versions(workspace, name)[:_VERSIONS_LOOKED_AT]:
                file = PromptFile.parse(text_at(workspace, name, version.commit), name, name)
                matched = dehydrate(context, file)
                if _is_template_of(file, matched, context, name):
                    return replace(matched, name=name, version=version.short)
        except BadInput:
            continue  # git cannot tell, or a version was no prompt: the prompt is then recovered without its history
    return None


def _is_template_of(file: PromptFile, hydrated: Hydrated, context: CallContext, name: str) -> bool:
    """Every message of the file, in order, is the template of a message from the first on.

    A file of little more than placeholders would fit any call: it counts only where the trace names it.
    """
    wanted = [(str(m["role"]), str(m["content"])) for m in file.messages]
    found = [(m.role, m.text) for m in hydrated.template_messages[: len(wanted)]]
    if not file.has_placeholders or found != wanted:
        return False
    literal = "".join(piece for _, text in wanted for piece in pieces(text) if isinstance(piece, str))
    named = context.call.prompt is not None and context.call.prompt.name == name
    return named or sum(map(str.isalnum, literal)) >= _LEAST_LITERAL


def _likely_names(prompt: PromptRef | None, prompts_dir: Path) -> list[str]:
    names = list_prompts(prompts_dir)
    wanted = prompt.name if prompt else None
    return sorted(names, key=lambda name: name != wanted)
