"""Rewriting a rendered message: what an edit of the filled-in text means for the template under it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from tracefix_tui.model.message import Message, Part, TextPart
from tracefix_tui.prompts.template import Piece, Slot, escape, write

Filled = Sequence[tuple[Piece, str]]


def common_ends(old: str, new: str) -> tuple[int, int]:
    """Lengths of the common head and, after it, the common tail; found by halving, so that long texts are cheap."""
    limit = min(len(old), len(new))
    head = _halve(limit, lambda low, high: old[low:high] == new[low:high])
    size_old, size_new = len(old), len(new)
    tail = _halve(
        limit - head, lambda low, high: old[size_old - high : size_old - low] == new[size_new - high : size_new - low]
    )
    return head, tail


def slot_at(parts: Sequence[Filled], start: int, end: int) -> tuple[Slot, int] | None:
    """The slot that holds these characters of the rendered text, and where it begins; None where it is not one slot."""
    at = 0
    found: tuple[Slot, int] | None = None
    for piece, text in (pair for part in parts for pair in part):
        if at <= start and end <= at + len(text):
            if isinstance(piece, str):
                return None
            found = found or (piece, at)
        at += len(text)
    return found


def rewritten(message: Message, parts: Sequence[Filled], text: str) -> Message:
    """The message's template that renders as `text`: slots outside the change stay, changed characters are literal."""
    old = "".join(shown for part in parts for _, shown in part)
    head, tail = common_ends(old, text)
    start, end = head, len(old) - tail
    templates: list[str] = []
    at = 0
    placed = False
    for part in parts:
        stop = at + sum(len(shown) for _, shown in part)
        if not placed and at <= start and end <= stop:
            placed = True
            templates.append(write(_spliced(part, start - at, end - at, text[head : len(text) - tail])))
        else:
            templates.append(write(piece for piece, _ in part))
        at = stop
    return replace_texts(message, templates) if placed else message.with_text(escape(text))


def map_texts(message: Message, change: Callable[[str], str]) -> Message:
    """The message with each text part changed; the same object where nothing was."""
    return replace_texts(message, [change(text) for text in texts_of(message)])


def texts_of(message: Message) -> list[str]:
    """The text parts of a message."""
    return [part.text for part in message.parts if isinstance(part, TextPart)]


def replace_texts(message: Message, texts: Sequence[str]) -> Message:
    """The message with these texts in its text parts, one each; a first text where it had none."""
    if texts == texts_of(message):
        return message
    waiting = list(texts)
    parts: list[Part] = []
    for part in message.parts:
        parts.append(TextPart(waiting.pop(0), part.extra) if isinstance(part, TextPart) and waiting else part)
    return replace(message, parts=(*(TextPart(text) for text in waiting), *parts))


def _spliced(part: Filled, start: int, end: int, added: str) -> list[Piece]:
    """The pieces of a part with characters `start` to `end` of its rendered text replaced by a literal text."""
    before: list[Piece] = []
    after: list[Piece] = []
    at = 0
    for piece, shown in part:
        stop = at + len(shown)
        if stop <= start:
            before.append(piece)
        elif at >= end:
            after.append(piece)
        else:
            before.append(shown[: max(0, start - at)])
            after.append(shown[max(0, end - at) :])
        at = stop
    return [*before, added, *after]


def _halve(limit: int, same: Callable[[int, int], bool]) -> int:
    """The largest length up to `limit` for which all characters agree."""
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if same(low, middle):
            low = middle
        else:
            high = middle - 1
    return low
