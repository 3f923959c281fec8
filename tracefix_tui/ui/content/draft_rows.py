"""The rows of a draft: its messages, its settings, its variables and documents, and what it changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from tracefix_tui.model.message import MediaPart, Message, UnknownPart
from tracefix_tui.model.text import clip, plural
from tracefix_tui.ui.content.values import shown_value
from tracefix_tui.ui.widgets.rows import Cell, Column, ListRows, Row
from tracefix_tui.workbench.draft import Draft

MESSAGES = (Column(2, right=True), Column(9), Column(), Column(9, right=True))
PARAMS = (Column(16), Column(), Column(22, hide_below=50))
VARS = (Column(2, right=True), Column(17), Column(), Column(9, right=True))
_PREVIEW = 300
_CHARS_PER_TOKEN = 4


class RunPlan(NamedTuple):
    """How a press of run goes: the runs of one press, and the dollars at which it stops."""

    repeats: int = 1
    guard: float = 0.05


def tokens(text: str | int) -> str:
    """About how many tokens a text (or a number of characters) is: a quarter of its characters, so `~312 tok`."""
    count = text if isinstance(text, int) else len(text)
    return f"~{(count + _CHARS_PER_TOKEN - 1) // _CHARS_PER_TOKEN:,} tok"


def draft_tokens(draft: Draft) -> str:
    """About how many tokens the request has: its messages and tools."""
    size = sum(len(m.text) + sum(len(c.arguments) for c in m.tool_calls) for m in draft.messages)
    return tokens(size + sum(len(str(t.to_openai())) for t in draft.tools))


def message_text(draft: Draft, index: int) -> str:
    """The text of a message as it is edited: a tool's result as it was given, anything else as its template."""
    template = draft.hydrated.template_messages
    return draft.messages[index].text if template[index].role == "tool" else template[index].text


def message_rows(draft: Draft) -> ListRows:
    """One row per message: number, role, the beginning of its text, edited or its size."""
    recorded = Draft.of(draft.recording)
    before = recorded.hydrated.template_messages
    rows = []
    for i, message in enumerate(draft.hydrated.template_messages):
        text = message_text(draft, i)
        edited = i >= len(before) or text != message_text(recorded, i) or message.role != before[i].role
        note = Cell("edited", "warn") if edited else Cell(tokens(text), "dim")
        rows.append(
            Row(str(i), (Cell(str(i + 1), "dim"), Cell(message.role, "strong"), Cell(_said(message, text)), note))
        )
    return ListRows(rows)


def _said(message: Message, text: str) -> str:
    calls = ", ".join(f"calls {call.name}" for call in message.tool_calls)
    start = " ".join(text[:_PREVIEW].split())
    media = media_words(message)
    return "  ".join(part for part in (f"+ {media}" if media else "", start, calls) if part) or "(empty)"


def media_words(message: Message) -> str:
    """`2 images, 1 file`: what the message holds besides text and reasoning; empty for nothing."""
    kinds = Counter(
        part.kind if isinstance(part, MediaPart) else "other part"
        for part in message.parts
        if isinstance(part, MediaPart | UnknownPart)
    )
    return ", ".join(plural(count, kind, "audio" if kind == "audio" else None) for kind, count in kinds.items())


def param_rows(draft: Draft, run: RunPlan) -> ListRows:
    """The model, every parameter with what it was, the answer's format, the tools, and how a run goes."""
    return ListRows([*_model_rows(draft), *_tool_rows(draft), *_run_rows(run)])


def _model_rows(draft: Draft) -> Iterator[Row]:
    before = draft.recording.request
    yield _setting("model", "model", draft.model or "(none: press enter)", _was(draft.model, before.model))
    for name in dict.fromkeys([*before.params, *draft.params]):
        value, was = draft.params.get(name), before.params.get(name)
        shown = shown_value(value) if name in draft.params else "(not sent)"
        yield _setting(f"param:{name}", name, shown, _was(value, was))
    for name, now, old in (
        ("tool_choice", draft.tool_choice, before.tool_choice),
        ("response_format", draft.response_format, before.response_format),
    ):
        if now is not None or old is not None:
            yield _setting(name, name, shown_value(now) or "(not sent)", "" if now == old else "edited")
    yield Row("add:param", (Cell("+ parameter", "dim"), Cell("", ""), Cell("")))


def _tool_rows(draft: Draft) -> Iterator[Row]:
    before = {t.name: t for t in draft.recording.request.tools}
    if not before and not draft.tools:
        return
    yield Row("head:tools", (Cell(f"tools {len(draft.tools)}", "dim"),), selectable=False)
    for tool in draft.tools:
        note = "added" if tool.name not in before else "edited" if before[tool.name] != tool else ""
        yield _setting(f"tool:{tool.name}", tool.name, tool.description or "", note)
    kept = {t.name for t in draft.tools}
    for name in before:
        if name not in kept:
            yield _setting(f"tool:{name}", name, "(not offered)", "was offered")


def _run_rows(run: RunPlan) -> Iterator[Row]:
    yield Row("head:run", (Cell("run", "dim"),), selectable=False)
    yield _setting("run:repeats", "repeat", str(run.repeats), "runs per press of ^r")
    yield _setting("run:guard", "cost guard", f"${run.guard:g}", "stops a press above it")


def _setting(key: str, name: str, value: str, note: str = "") -> Row:
    return Row(
        key, (Cell(name), Cell(clip(value, _PREVIEW), "strong"), Cell(note, "warn" if key[:3] != "run" else "dim"))
    )


def _was(now: object, before: object) -> str:
    if now == before:
        return ""
    return "not recorded" if before is None or before == "" else f"was {shown_value(before)}"  # type: ignore[arg-type]


def var_rows(draft: Draft) -> ListRows:
    """Variables, documents in the prompt, and documents that were retrieved and cut."""
    return ListRows([*_variable_rows(draft), *_document_rows(draft), *_cut_rows(draft)])


def _variable_rows(draft: Draft) -> Iterator[Row]:
    hydrated, before = draft.hydrated, draft.recording.hydrated.variables
    for name in draft.missing:
        yield Row(
            f"var:{name}",
            (Cell(""), Cell(name, "fail"), Cell("no value: press enter", "fail"), Cell("MISSING", "fail")),
        )
    idle = set(hydrated.unused())
    for name, value in hydrated.variables.items():
        if name in hydrated.blocks:
            words, note = f"{plural(len(hydrated.documents), 'document')} below", tokens(value)
        else:
            words = " ".join(value[:_PREVIEW].split()) or "(empty)"
            note = "unused" if name in idle else "edited" if before.get(name) != value else tokens(value)
        style = "warn" if note in ("unused", "edited") else "dim"
        yield Row(f"var:{name}", (Cell(""), Cell(name), Cell(words), Cell(note, style)))
    if not hydrated.variables and not draft.missing:
        words = "no variables: nothing of the prompt was found in the rest of the trace"
        yield Row("head:novars", (Cell(words, "dim"),), selectable=False)


def _document_rows(draft: Draft) -> Iterator[Row]:
    documents, retrieved = draft.hydrated.documents, draft.recording.context.retrieved
    yield Row("head:documents", (Cell(f"documents in the prompt {len(documents)}", "dim"),), selectable=False)
    before = {d.text for d in draft.recording.hydrated.documents}
    for i, document in enumerate(documents):
        known = retrieved[document.source] if document.source is not None and document.source < len(retrieved) else None
        name = (known.id if known else None) or ("added" if document.text not in before else f"document {i + 1}")
        as_found = known is not None and document.text == known.content
        word = "" if document.text in before else "added" if known is None or as_found else "edited"
        note = Cell(word, "warn") if word else Cell(tokens(document.text), "dim")
        text = " ".join(document.text[:_PREVIEW].split())
        yield Row(f"doc:{i}", (Cell(str(i + 1), "strong"), Cell(str(name)), Cell(text), note))
    yield Row("add:document", (Cell(""), Cell("+ document", "dim"), Cell(""), Cell("")))


def cut_documents(draft: Draft) -> tuple[int, ...]:
    """Positions in the retrieved list of the documents that are not in the draft's prompt."""
    there = {d.source for d in draft.hydrated.documents}
    texts = {d.text for d in draft.hydrated.documents}
    retrieved = draft.recording.context.retrieved
    return tuple(i for i, d in enumerate(retrieved) if i not in there and d.content and d.content not in texts)


def _cut_rows(draft: Draft) -> Iterator[Row]:
    cut = cut_documents(draft)
    if cut:
        words = f"retrieved, not in the prompt {len(cut)}   enter puts one in"
        yield Row("head:cut", (Cell(words, "dim"),), selectable=False)
    for i in cut:
        document = draft.recording.context.retrieved[i]
        text = " ".join((document.content or "")[:_PREVIEW].split())
        score = f"{document.score:.2f}" if document.score is not None else ""
        yield Row(
            f"cut:{i}",
            (
                Cell("-", "dim"),
                Cell(str(document.id or f"document {i + 1}"), "dim"),
                Cell(text, "dim"),
                Cell(score, "dim"),
            ),
        )


def change_rows(draft: Draft) -> ListRows:
    """One row per change against the recording."""
    return ListRows([Row(f"{c.kind}|{c.target}", (Cell(c.kind, "dim"), Cell(c.summary))) for c in draft.changes])


CHANGES = (Column(12), Column())


def change_words(draft: Draft) -> str:
    """`unchanged`, `1 change`, or a warning that several changes were made at once."""
    count = len(draft.changes)
    if count > 1:
        return f"{count} changes at once: the result will not tell which one did it"
    return "1 change" if count else "unchanged"
