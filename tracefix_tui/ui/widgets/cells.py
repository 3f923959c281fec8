"""How wide text is in a terminal, and where it breaks. Text here went through `safe` before."""

from __future__ import annotations

import re
from functools import lru_cache

from rich.cells import cell_len, get_character_cell_size

TAB = 4
_JOINER = "\u200d"
_SELECTOR = "\ufe0f"
_NARROW_RANGES = (
    (0x20, 0x7F), (0xA0, 0x300), (0x370, 0x483), (0x2010, 0x2028), (0x2030, 0x205F), (0x2190, 0x2200), (0x2400, 0x2425),
    (0x2500, 0x25FD), (0xFFFD, 0xFFFE),
)  # fmt: skip
_NARROW = frozenset(
    c for a, b in _NARROW_RANGES for c in map(chr, range(a, b)) if get_character_cell_size(c) == 1 and c != "\xad"
)
_PLAIN = _NARROW | {"\n"}


def is_plain(text: str) -> bool:
    """Every character is one cell wide (newlines aside), so that offsets are columns."""
    return (text.isascii() and "\t" not in text) or _PLAIN.issuperset(text)


def width(text: str) -> int:
    """Cells a piece of one line takes; a tab takes four."""
    return cell_len(text) + text.count("\t") * TAB


def shown(text: str) -> str:
    """The piece as it is written to the terminal."""
    return text.replace("\t", " " * TAB) if "\t" in text else text


def fit(text: str, cells: int, *, right: bool = False) -> str:
    """The text cut (with an ellipsis) or padded to exactly `cells` cells."""
    if cells <= 0:
        return ""
    have = width(text)
    if have > cells:
        text = shown(text)[: take(text, 0, len(text), cells - 1)] + "…"
        have = width(text)
    pad = " " * (cells - have)
    return pad + shown(text) if right else shown(text) + pad


def take(text: str, start: int, end: int, cells: int) -> int:
    """The offset after as many characters from `start` as fit into `cells`, at most `end`."""
    piece = text[start : min(end, start + cells)]
    if is_plain(piece):
        return start + len(piece)
    used = 0
    for offset, size in char_widths(text, start, end):
        if used + size > cells:
            return offset
        used += size
    return end


def char_widths(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """(offset, cells) of each character; a joined or combining character adds nothing to the one before it."""
    out: list[tuple[int, int]] = []
    size_of, joined = get_character_cell_size, False
    for offset in range(start, end):
        char = text[offset]
        size = 1 if " " <= char <= "~" else TAB if char == "\t" else 0 if joined else size_of(char)
        joined = char == _JOINER
        if char == _SELECTOR and out and out[-1][1] == 1 and cell_len(text[offset - 1 : offset + 1]) == 2:
            size = 1
        out.append((offset, size))
    return out


@lru_cache(maxsize=64)
def _row_pattern(cells: int) -> re.Pattern[str]:
    return re.compile(rf"(?:[^\n]{{0,{cells}}}(?![^\n ]) *|[^\n]{{{cells}}})\n?")


def wrap(text: str, start: int, end: int, cells: int) -> list[int]:
    """Where each row of `text[start:end]` begins when rows are `cells` wide; words stay whole where they fit."""
    cells = max(1, cells)
    if is_plain(text[start:end]):
        found = [m.start() for m in _row_pattern(cells).finditer(text, start, end) if m.start() < end]
        return found or [start]
    return _wrap_wide(text, start, end, cells)


def _wrap_wide(text: str, start: int, end: int, cells: int) -> list[int]:
    starts, column, brk = [start], 0, -1
    widths = char_widths(text, start, end)
    for offset, size in widths:
        char = text[offset]
        if char == "\n":
            starts.append(offset + 1)
            column, brk = 0, -1
            continue
        if size == 2:
            brk = offset
        while column + size > cells and char != " " and offset > starts[-1]:
            cut = brk if brk > starts[-1] else offset
            starts.append(cut)
            column = sum(w for _, w in widths[cut - start : offset - start])
            brk = -1
        column += size
        if char in " \t" or size == 2:
            brk = offset + 1
    if len(starts) > 1 and starts[-1] >= end:
        starts.pop()
    return starts


def lines(text: str, start: int, end: int) -> list[int]:
    """Where each line of `text[start:end]` begins, without wrapping."""
    starts = [start]
    at = text.find("\n", start, end)
    while at != -1 and at + 1 < end:
        starts.append(at + 1)
        at = text.find("\n", at + 1, end)
    return starts
