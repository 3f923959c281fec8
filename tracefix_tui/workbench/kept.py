"""Drafts kept between sittings: a draft is stored as its edits, with the checks that the user added."""

from __future__ import annotations

from typing import cast

from tracefix_tui.model.check import CheckSpec
from tracefix_tui.model.errors import BadInput
from tracefix_tui.model.json_value import Json, JsonObject
from tracefix_tui.store.drafts import Drafts
from tracefix_tui.store.workspace import Workspace
from tracefix_tui.workbench.draft import Draft
from tracefix_tui.workbench.recording import Recording


def keep(workspace: Workspace, draft: Draft, specs: tuple[CheckSpec, ...] = ()) -> None:
    """Keep a draft under its trace and span; one without edits and checks is forgotten. Raises `StoreError`."""
    if not draft.edits and not specs:
        Drafts(workspace).delete(_key(draft.recording))
        return
    checks: list[Json] = [s.to_public() for s in specs]
    kept: JsonObject = {"edits": list(draft.edits), "parent": draft.parent, "checks": checks}
    Drafts(workspace).save(_key(draft.recording), kept)


def forget(workspace: Workspace, recording: Recording) -> None:
    """Forget the draft of a recording. Raises `StoreError`."""
    Drafts(workspace).delete(_key(recording))


def restore(workspace: Workspace, recording: Recording) -> tuple[Draft, tuple[CheckSpec, ...], str]:
    """The draft kept for a recording (untouched where there is none), the user's checks, and what to say of it."""
    drafts = Drafts(workspace)
    kept = drafts.load(_key(recording))
    if kept is None:
        said = f"a damaged draft was set aside: {drafts.damaged[0]}" if drafts.damaged else ""
        return Draft.of(recording), (), said
    rows = [row for row in cast("list[Json]", kept.get("checks") or []) if isinstance(row, dict)]
    specs = tuple(CheckSpec(str(row.get("check")), cast(JsonObject, row.get("params") or {})) for row in rows)
    parent = kept.get("parent")
    try:
        edits = cast("list[JsonObject]", kept.get("edits") or [])
        draft = Draft.of(recording, edits, parent if isinstance(parent, str) else None)
    except BadInput as error:
        return Draft.of(recording), specs, f"the kept draft does not fit this call any more: {error.what}"
    return draft, specs, "your unfinished draft is back" if draft.edits else ""


def _key(recording: Recording) -> str:
    return f"{recording.trace.id}/{recording.span.id}"
