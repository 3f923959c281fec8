"""The fidelity report of a draft: what the recording held, with what the draft changes or leaves out of it."""

from __future__ import annotations

from collections.abc import Sequence

from tracefix_tui.model.attempt import FidelityEntry
from tracefix_tui.readers.shapes.params import param_name
from tracefix_tui.workbench.draft import Draft

_FIELDS = {
    "template": "messages",
    "message": "messages",
    "variable": "messages",
    "document": "messages",
    "tool result": "messages",
    "model": "model",
    "tool schema": "tools",
    "tool choice": "tool_choice",
    "response format": "response_format",
}


def drafted_fidelity(draft: Draft, left_out: Sequence[FidelityEntry] = ()) -> tuple[FidelityEntry, ...]:
    """One entry for a field: as it was recorded, as the draft changed it, or as the model would not take it."""
    entries = {entry.field: entry for entry in draft.recording.fidelity}
    told: dict[str, list[str]] = {}
    for change in draft.changes:
        told.setdefault(_FIELDS.get(change.kind, change.target), []).append(change.summary)
    for name, summaries in told.items():
        field = _recorded_field(name, entries)
        gone = name not in draft.request.to_litellm()
        entries[field] = FidelityEntry(field, "left out" if gone else "changed", f"edited: {'; '.join(summaries)}")
    for entry in left_out:
        field = _recorded_field(entry.field, entries)
        entries[field] = FidelityEntry(field, entry.status, entry.reason)
    return tuple(entries.values())


def _recorded_field(name: str, entries: dict[str, FidelityEntry]) -> str:
    """What the trace calls a parameter: `generationConfig.topP` for `top_p`; the name itself where it holds none."""
    return next((field for field in entries if param_name(field.rpartition(".")[2]) == name), name)
