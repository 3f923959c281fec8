"""The attempts at one recorded call: running drafts, keeping every attempt, going back to any of them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import cast

from tracefix_tui.checks import run_checks
from tracefix_tui.model.attempt import Attempt, FidelityEntry, Request, Result
from tracefix_tui.model.check import CheckSpec
from tracefix_tui.model.errors import ReplayImpossible
from tracefix_tui.model.json_value import JsonObject
from tracefix_tui.replay.caller import Caller, Event, run
from tracefix_tui.replay.providers import is_offline
from tracefix_tui.store.attempts import AttemptLog, new_attempt_id
from tracefix_tui.store.workspace import Workspace
from tracefix_tui.workbench.draft import Draft
from tracefix_tui.workbench.judging import Standing, judge, sent_documents, standings
from tracefix_tui.workbench.recording import Recording
from tracefix_tui.workbench.report import drafted_fidelity

_MOST_ATTEMPTS = 200


@dataclass
class Session:
    """One call under work. `specs` are the checks the user added; attempts are kept, newest last."""

    recording: Recording
    workspace: Workspace
    specs: tuple[CheckSpec, ...] = ()
    attempts: list[Attempt] = field(default_factory=list)
    older: int = 0

    def load(self) -> None:
        """Bring back the newest attempts of earlier sittings at this call; `older` counts those left in the log."""
        log = AttemptLog(self.workspace)
        trace_id, span_id = self.recording.trace.id, self.recording.span.id
        kept = log.list(trace_id=trace_id, span_id=span_id, limit=_MOST_ATTEMPTS)
        self.older = log.count(trace_id=trace_id, span_id=span_id) - len(kept)
        known = {a.id for a in self.attempts}
        self.attempts = [*(a for a in reversed(kept) if a.id not in known), *self.attempts]

    def run(
        self,
        draft: Draft,
        caller: Caller,
        on_event: Callable[[Event], None] | None = None,
        stop: threading.Event | None = None,
    ) -> Attempt:
        """Send the draft once, judge the answer, keep the attempt.

        Raises `ReplayImpossible` with nothing to send; and `StoreError` where the attempt log takes nothing: the
        attempt is then the last of `attempts`, and will be gone when the program ends.
        """
        if not draft.messages:
            raise ReplayImpossible(
                self.recording.problem or "the recording holds no messages",
                hint="Write the messages, or choose another call",
            )
        repeat = len(self.repeats(draft.request))
        request, left_out = fitted(draft.request)
        result = run(request, caller, on_event, stop, repeat=repeat)
        attempt = replace(
            self._attempt(draft, repeat),
            result=result,
            verdicts=judge(draft, result, self.specs),
            fidelity=drafted_fidelity(draft, left_out),
        )
        self.attempts.append(attempt)  # first: an answer that the disk does not take can still be seen and compared
        AttemptLog(self.workspace).append(attempt)
        return attempt

    def repeats(self, request: Request) -> list[Attempt]:
        """The attempts that sent exactly this request."""
        return [a for a in self.attempts if a.request == request]

    def standings(self, request: Request) -> list[Standing]:
        """How the checks stand over all repeats of a request, against the recording.

        A check the user added later judges the recording and the earlier attempts as well.
        """
        asked = run_checks(self.recording.subject, self.specs) if self.specs else []
        recorded = self.recording.request
        unchanged = None if request == recorded else [self._judged(a) for a in self.repeats(recorded)]
        runs = [self._judged(a) for a in self.repeats(request)]
        return standings([*self.recording.baseline, *asked], runs, unchanged)

    def draft_of(self, attempt: Attempt) -> Draft:
        """The draft that an attempt sent, to branch from."""
        edits = cast("list[JsonObject]", attempt.prompt.get("edits") or [])
        return Draft.of(self.recording, edits, parent=attempt.id)

    def rejudge(self, draft: Draft, attempt: Attempt) -> Attempt:
        """The attempt judged again with the checks as they are now."""
        return replace(attempt, verdicts=judge(draft, attempt.result, self.specs))

    def _judged(self, attempt: Attempt) -> Attempt:
        """The attempt with a verdict of every check the user added."""
        known = {v.spec.label for v in attempt.verdicts}
        if all(spec.label in known for spec in self.specs):
            return attempt
        return self.rejudge(self.draft_of(attempt), attempt)

    def _attempt(self, draft: Draft, repeat: int) -> Attempt:
        recording = self.recording
        return Attempt(
            id=new_attempt_id(),
            created=datetime.now(UTC).isoformat(timespec="milliseconds"),
            trace_id=recording.trace.id,
            span_id=recording.span.id,
            request=draft.request,
            result=Result(),
            changes=draft.changes,
            repeat=repeat,
            parent=draft.parent,
            trace_path=recording.path,
            prompt=prompt_data(draft),
            variables=dict(draft.hydrated.variables),
            documents=documents_of(draft),
            recorded_output=recording.call.answer,
        )


def fitted(request: Request) -> tuple[Request, tuple[FidelityEntry, ...]]:
    """The request as its model takes it, and an entry for each parameter left out; asks LiteLLM, except offline."""
    if is_offline(request.model):
        return request, ()
    from tracefix_tui.replay.knowledge import fit  # loads LiteLLM

    return fit(request)


def prompt_data(draft: Draft) -> JsonObject:
    """The draft's prompt as a prompt file holds it, with the edits that made it and the turns that followed it."""
    template = draft.hydrated.template_messages
    lead = draft.hydrated.lead or len(template)
    return {
        "name": draft.hydrated.name,
        "version": draft.hydrated.version,
        "messages": [{"role": m.role, "content": m.text} for m in template[:lead]],
        "turns": [m.to_openai() for m in draft.messages[lead:]],
        "model": draft.model,
        "params": draft.params,
        "tools": [t.to_openai() for t in draft.tools],
        "tool_choice": draft.tool_choice,
        "response_format": draft.response_format,
        "edits": list(draft.edits),
        "source_format": draft.recording.source_format,
        "baseline": [v.spec.to_public() for v in draft.recording.baseline if v.outcome == "fail"],
    }


def documents_of(draft: Draft) -> tuple[JsonObject, ...]:
    """The documents in the draft's prompt, in the shape of `show --json`."""
    retrieved = draft.recording.context.retrieved
    out: list[JsonObject] = []
    for rank, placed in enumerate(sent_documents(draft.hydrated)):
        known = retrieved[placed.source] if placed.source is not None and placed.source < len(retrieved) else None
        base: JsonObject = known.to_public() if known else {"id": None, "score": None, "metadata": {}}
        out.append({**base, "content": placed.text, "rank": rank})
    return tuple(out)
