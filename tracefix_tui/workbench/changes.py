"""What differs between a draft and its recording, one entry per thing an engineer would call one change."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from tracefix_tui.model.attempt import Change, Request
from tracefix_tui.model.json_value import Json
from tracefix_tui.model.text import clip
from tracefix_tui.prompts.hydrated import Hydrated


def list_changes(before: Hydrated, after: Hydrated, recorded: Request, drafted: Request) -> tuple[Change, ...]:
    """Template, message, variable, document, model, parameter and tool changes, in that order."""
    found = list(_template(before, after))
    found += _documents(before, after)
    found += _variables(before, after)
    found += _tool_results(before, after, found)
    if recorded.model != drafted.model:
        found.append(Change("model", "model", f"model {recorded.model or '(none)'} -> {drafted.model}"))
    found += _params(recorded, drafted)
    found += _tools(recorded, drafted)
    return tuple(found)


def _template(before: Hydrated, after: Hydrated) -> Iterator[Change]:
    for i, (a, b) in enumerate(zip_longest(before.template_messages, after.template_messages)):
        if a == b:
            continue
        role = (b or a).role
        if role == "tool" and a is not None and b is not None:
            continue
        kind = "added" if a is None else "removed" if b is None else "edited"
        yield Change("message" if role == "assistant" else "template", f"messages[{i}]", f"{role} message {kind}")


def _documents(before: Hydrated, after: Hydrated) -> Iterator[Change]:
    old, new = [d.text for d in before.documents], [d.text for d in after.documents]
    if old == new:
        return
    held_by = [name for name, block in before.blocks.items() for _ in block.documents]
    overwritten = {i for i, name in enumerate(held_by) if name in after.by_hand}  # told as their variable
    dropped = [i for i, t in enumerate(old) if i not in overwritten and old[: i + 1].count(t) > new.count(t)]
    added = [i for i, text in enumerate(new) if new[: i + 1].count(text) > old.count(text)]
    edited = [(i, j) for i, j in zip(dropped, added, strict=False) if i == j and len(old) == len(new)]
    for i, _ in edited:
        yield Change("document", f"documents[{i}]", f"document {i + 1} edited")
    pairs = {i for i, _ in edited}
    for i in dropped:
        if i not in pairs:
            yield Change("document", f"documents[{i}]", f"document {i + 1} dropped")
    for i in added:
        if i not in pairs:
            yield Change("document", f"documents[{i}]", f"document added at {i + 1}: {clip(new[i], 40)}")
    kept_old = [t for i, t in enumerate(old) if i not in dropped and i not in overwritten]
    kept_new = [t for i, t in enumerate(new) if i not in added]
    if kept_old != kept_new:
        yield Change("document", "documents", "documents reordered")


def _variables(before: Hydrated, after: Hydrated) -> Iterator[Change]:
    by_documents = before.documents != after.documents
    for name in sorted({*before.variables, *after.variables}):
        a, b = before.variables.get(name), after.variables.get(name)
        if a == b or (by_documents and after.is_document_variable(name)):
            continue
        yield Change("variable", name, f"{name}: {clip(a or '(none)', 24)} -> {clip(b or '(none)', 24)}")


def _tool_results(before: Hydrated, after: Hydrated, found: list[Change]) -> list[Change]:
    out = []
    for i, (a, b) in enumerate(zip(before.render(), after.render(), strict=False)):
        if a.role == b.role == "tool" and a != b and not any(c.kind in ("document", "variable") for c in found):
            out.append(Change("tool result", f"messages[{i}]", f"result of {a.tool_call_id or 'tool'} edited"))
    return out


def _params(recorded: Request, drafted: Request) -> Iterator[Change]:
    for name in sorted({*recorded.params, *drafted.params}):
        a, b = recorded.params.get(name), drafted.params.get(name)
        if a != b:
            yield Change("parameter", name, f"{name} {_short(a)} -> {_short(b)}")
    if recorded.tool_choice != drafted.tool_choice:
        change = f"tool_choice {_short(recorded.tool_choice)} -> {_short(drafted.tool_choice)}"
        yield Change("tool choice", "tool_choice", change)
    if recorded.response_format != drafted.response_format:
        yield Change("response format", "response_format", "response format edited")


def _tools(recorded: Request, drafted: Request) -> Iterator[Change]:
    old, new = {t.name: t for t in recorded.tools}, {t.name: t for t in drafted.tools}
    for name in [*old, *(n for n in new if n not in old)]:
        if old.get(name) != new.get(name):
            word = "removed" if name not in new else "added" if name not in old else "edited"
            yield Change("tool schema", name, f"tool {name} {word}")


def _short(value: Json) -> str:
    return "(not set)" if value is None else clip(str(value), 24)
