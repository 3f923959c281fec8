"""The hydrated prompt: the messages as the model saw them, tinted by where each range came from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tracefix_tui.model.call import LLMCall
from tracefix_tui.model.message import MediaPart, Message, UnknownPart
from tracefix_tui.ui.content.parts import Marks, text_section
from tracefix_tui.ui.widgets.sections import Section, Tint

if TYPE_CHECKING:
    from tracefix_tui.prompts.hydrated import Region

_STYLES = {"document": "document", "variable": "variable", "tool_result": "tool"}


def prompt_sections(call: LLMCall, regions: Sequence[Region] = (), marks: Marks | None = None) -> list[Section]:
    """One section per message, with its tool calls, reasoning and media after it."""
    out: list[Section] = []
    tints = _tints(regions)
    for index, message in enumerate(call.messages):
        out += message_sections(f"messages[{index}]", message, tints.get(index, ()), marks)
    if not out:
        words = "The trace does not hold the messages of this call."
        out.append(Section("messages", "\n".join([words, *call.replay_notes]), style="note"))
    return out


def message_sections(
    key: str, message: Message, tints: Sequence[Tint] = (), marks: Marks | None = None, *, role: str | None = None
) -> list[Section]:
    """The sections of one message: its text under a header with the role, then what else it holds."""
    out: list[Section] = []
    title = message.role if role is None else role
    note = message.name or ""
    if message.tool_call_id:
        note = f"{note}  answers {message.tool_call_id}".strip()
    if message.reasoning:
        out.append(
            text_section(f"{key}.reasoning", message.reasoning, title="reasoning", rule=False, style="note", preview=3)
        )
    text = message.text
    if text or title or not (message.tool_calls or out):
        out.append(
            text_section(f"{key}.content", text, title=title, note=note, gap=bool(text), tints=tints, marks=marks)
        )
    for n, part in enumerate(p for p in message.parts if isinstance(p, MediaPart | UnknownPart)):
        kind = part.kind if isinstance(part, MediaPart) else str(part.raw.get("type") or "part")
        body = json.dumps(part.raw, ensure_ascii=False)
        out.append(text_section(f"{key}.part[{n}]", body, title=kind, rule=False, preview=2))
    for n, call in enumerate(message.tool_calls):
        where = f"{key}.tool_calls[{n}].function.arguments"
        out.append(
            text_section(where, call.arguments, title=f"call {call.name}", note=call.id or "", rule=False, marks=marks)
        )
    return out


def _tints(regions: Sequence[Region]) -> dict[int, list[Tint]]:
    out: dict[int, list[Tint]] = {}
    for region in regions:
        style = _STYLES.get(region.kind)
        if style is None:
            continue
        label = f"chunk {region.index + 1}" if region.kind == "document" and region.index is not None else region.name
        label = "tool" if region.kind == "tool_result" else label
        out.setdefault(region.message, []).append(Tint(region.start, region.end, style, label))
    return out
