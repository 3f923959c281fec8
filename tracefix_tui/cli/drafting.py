"""What `replay` is asked to send: the recorded call, and the draft that its options make of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tracefix_tui.cli.state import State, say
from tracefix_tui.model.errors import BadInput
from tracefix_tui.model.json_value import Json, JsonObject
from tracefix_tui.model.text import plural

if TYPE_CHECKING:
    from tracefix_tui.prompts.file import PromptFile
    from tracefix_tui.workbench.draft import Draft
    from tracefix_tui.workbench.recording import Recording


def find_recording(state: State, file: str, trace_id: str | None, span_id: str | None) -> Recording:
    """The call to send again; raises `BadInput` for ids that name none, or several."""
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


def make_draft(
    draft: Draft, settings: Sequence[str], prompt: PromptFile | None, drops: Sequence[int], model: str | None
) -> Draft:
    """The draft with a prompt file laid over it, documents dropped, and variables and parameters set, in that order.

    Raises `BadInput` for a document that is not there, for what cannot be set, and for a placeholder without a value.
    """
    if prompt is not None:
        from tracefix_tui.workbench.from_file import with_prompt_file

        draft = with_prompt_file(draft, prompt)
    for number in sorted(set(drops), reverse=True):
        if number > len(draft.hydrated.documents):
            raise BadInput(
                f"no document {number}: {plural(len(draft.hydrated.documents), 'document')} found in the prompt",
                hint="Only documents that were found in the prompt can be dropped",
            )
        draft = draft.apply({"edit": "drop_document", "index": number - 1})
    for setting in settings:
        draft = draft.apply(_setting(draft, setting))
    if model is not None:
        draft = draft.apply(_model(model))
    if draft.missing:
        raise BadInput(f"no value for {', '.join(draft.missing)}", hint="Give it with --set NAME=VALUE")
    return draft


def read_prompt(state: State, given: str) -> PromptFile:
    """The prompt file at a path, or of that name in the workspace; raises `PromptInvalid`."""
    from tracefix_tui.prompts.file import PromptFile, prompt_path

    path = Path(given)
    if not path.exists() and path.suffix == "":
        path = prompt_path(state.workspace.prompts_dir, given)
    return PromptFile.read(path)


def _setting(draft: Draft, setting: str) -> JsonObject:
    """The edit of one KEY=VALUE: a variable of the prompt, else the model, a choice of tool or format, a parameter."""
    key, equals, value = setting.partition("=")
    if not equals or not key:
        raise BadInput(f"--set {setting!r} is not KEY=VALUE", hint="For example --set temperature=0")
    variables = [*draft.hydrated.variables, *draft.missing]
    if key.startswith("var.") or (key in variables and not key.startswith("param.")):
        name = key.removeprefix("var.")
        if name not in variables:
            known = ", ".join(variables) or "none"
            raise BadInput(f"the prompt has no variable {name!r}", hint=f"Its variables: {known}")
        return {"edit": "variable", "name": name, "value": value}
    name, read = key.removeprefix("param."), _json_or_text(value)
    if name == "model":
        return _model("" if read is None else value)
    if name in ("tool_choice", "response_format"):
        return {"edit": name, "value": read}
    return _param(name, read, variables)


def _param(name: str, value: Json, variables: Sequence[str]) -> JsonObject:
    from tracefix_tui.replay.params import refused_params

    if refused_params([name]):
        raise BadInput(
            f"{name[:60]!r} is neither a variable of this prompt nor a parameter that can be sent",
            hint=f"Variables: {', '.join(variables) or 'none'}. Parameters: temperature, max_tokens, seed, ...; "
            "endpoints, keys and headers come from your environment",
        )
    return {"edit": "param", "name": name, "value": value}


def _model(name: str) -> JsonObject:
    if not name.strip():
        raise BadInput("no model is named", hint="Name one: offline/extractive, openai/gpt-4o-mini, ...")
    return {"edit": "model", "value": name.strip()}


def _json_or_text(value: str) -> Json:
    try:
        parsed: Json = json.loads(value)
    except (ValueError, RecursionError):
        return value
    return parsed
