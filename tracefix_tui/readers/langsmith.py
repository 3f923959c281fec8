"""LangSmith: runs of the API, of SDK exports with nested children, and ingest batches."""

from __future__ import annotations

from typing import Any

from tracefix_tui.model.text import plural
from tracefix_tui.model.trace import Span, Trace
from tracefix_tui.readers.langsmith_detail import feedback, read_detail
from tracefix_tui.readers.langsmith_runs import KINDS, Run, flatten, fold
from tracefix_tui.readers.lazy import when_opened
from tracefix_tui.readers.registry import ReadResult
from tracefix_tui.readers.shapes.secrets import without_secrets
from tracefix_tui.readers.values import json_list, text_or_none

_SESSION = ("session_id", "thread_id", "conversation_id")


class LangSmithReader:
    """Reads LangSmith runs."""

    name = "langsmith"

    def sniff(self, value: Any) -> bool:
        """An ingest batch, or a run."""
        if not isinstance(value, dict):
            return False
        if value and value.keys() <= {"post", "patch"}:
            return all(isinstance(part, list) for part in value.values()) and any(
                _is_write(r) for p in value.values() for r in p
            )
        return _is_run(value)

    def read(self, values: list[Any]) -> ReadResult:
        """The traces of these values. Patches are applied after all posts, whatever the order of the file."""
        posts = [item for value in values for item in (json_list(value.get("post")) if _is_batch(value) else [value])]
        patches = [item for value in values if _is_batch(value) for item in json_list(value.get("patch"))]
        listed = [raw for raw in (*posts, *patches) if isinstance(raw, dict)]
        runs = fold(run for raw in listed for run in flatten(raw))
        groups: dict[str, list[Run]] = {}
        for run in runs.values():
            groups.setdefault(_trace_id(run, runs), []).append(run)
        missing = _missing_children(runs)
        warnings = []
        if missing:
            warnings.append(
                f"{plural(missing, 'child run')} not in this file: load them too (child_runs, or a query by trace id)"
            )
        traces = tuple(_trace(trace_id, group) for trace_id, group in groups.items())
        return ReadResult(traces, tuple(warnings), bool(missing), "langsmith")


READER = LangSmithReader()


def _is_batch(value: dict[str, Any]) -> bool:
    return "post" in value or "patch" in value


def _is_write(value: Any) -> bool:
    """A run of a batch; a patch may hold no more than an id and what changed."""
    return _is_run(value) or (isinstance(value, dict) and "id" in value and ("trace_id" in value or "outputs" in value))


def _is_run(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    if isinstance(value.get("dotted_order"), str):
        return True
    kind = value.get("run_type")
    return isinstance(kind, str) and (kind in KINDS or "inputs" in value or "trace_id" in value)


def _trace_id(run: Run, runs: dict[str, Run]) -> str:
    """The trace a run names, or the id of its topmost ancestor in the file."""
    seen = set()
    while run.trace_id is None and run.parent_id in runs and run.id not in seen:
        seen.add(run.id)
        run = runs[run.parent_id]
    return run.trace_id or run.id


def _missing_children(runs: dict[str, Run]) -> int:
    named = {str(child) for run in runs.values() for child in json_list(run.raw.get("child_run_ids"))}
    return len(named - set(runs))


def _trace(trace_id: str, runs: list[Run]) -> Trace:
    known = {run.id for run in runs}
    siblings: dict[str | None, list[Run]] = {}
    for run in runs:
        siblings.setdefault(run.parent_id, []).append(run)
    roots = [run for run in runs if run.parent_id not in known]
    root = next((run for run in roots if run.id == trace_id), roots[0] if roots else runs[0])
    ordered = [root, *(run for run in runs if run is not root)]
    return Trace(
        id=trace_id,
        spans=tuple(_span(run, siblings[run.parent_id]) for run in runs),
        name=root.name,
        session_id=root.text("thread_id") or _first(ordered, _SESSION),
        user_id=_first(ordered, ("user_id",)),
        tags=tuple(str(tag) for tag in json_list(root.raw.get("tags"))),
        metadata=_metadata(root),
        scores=tuple(score for run in runs for score in feedback(run)),
    )


def _first(runs: list[Run], names: tuple[str, ...]) -> str | None:
    """The first of these metadata keys; the session id of the run itself is the project's, and is not meant."""
    return next((text for run in runs for name in names if (text := text_or_none(run.metadata.get(name)))), None)


def _metadata(root: Run) -> dict[str, Any]:
    project = root.text("session_name")
    found: dict[str, Any] = without_secrets({**root.metadata, **({"project": project} if project else {})})
    return found


def _span(run: Run, siblings: list[Run]) -> Span:
    status, error = run.status
    return Span(
        run.id,
        run.name,
        run.kind,
        parent_id=run.parent_id,
        start_ns=run.start_ns,
        end_ns=run.end_ns,
        status=status,
        error=error,
        load=when_opened(read_detail, run, siblings, feedback(run)),
    )
