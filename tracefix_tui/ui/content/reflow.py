"""JSON laid out over lines without touching a token, so that offsets into the original can be translated."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from dataclasses import dataclass

MAX_REFLOW = 200_000
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s"{}\[\],:]+')
_SHORT, _SHORT_WHOLE = 56, 28


@dataclass(frozen=True)
class Reflowed:
    """The laid-out text; `originals[i]` and `placed[i]` are where token *i* began and begins."""

    text: str
    originals: list[int]
    placed: list[int]

    def to_shown(self, offset: int) -> int:
        """An offset into the original as an offset into the layout."""
        at = bisect_right(self.originals, offset) - 1
        return 0 if at < 0 else min(len(self.text), self.placed[at] + offset - self.originals[at])

    def to_original(self, offset: int) -> int:
        """An offset into the layout as an offset into the original."""
        at = bisect_right(self.placed, offset) - 1
        if at < 0:
            return 0
        found = self.originals[at] + offset - self.placed[at]
        return min(found, self.originals[at + 1]) if at + 1 < len(self.originals) else found


def looks_like_json(text: str) -> bool:
    """The text is one JSON object or array, and short enough to lay out while somebody waits."""
    start = text.lstrip()[:1]
    if start not in ("{", "[") or len(text) > MAX_REFLOW:
        return False
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def reflow(text: str) -> Reflowed:
    """Valid JSON with one member per line; objects and arrays that are short stay on one line."""
    out: list[str] = []
    originals: list[int] = []
    placed: list[int] = []
    length, depth = 0, 0
    tokens = [(m.start(), m.group()) for m in _TOKEN.finditer(text)]
    inline_until = -1
    closes = _closing(tokens)

    def put(piece: str) -> None:
        nonlocal length
        out.append(piece)
        length += len(piece)

    for n, (start, token) in enumerate(tokens):
        inline = n <= inline_until
        if token in "}]" and not inline and tokens[n - 1][1] not in "{[":
            depth -= 1
            put("\n" + "  " * depth)
        elif token in "}]" and not inline:
            depth -= 1
        originals.append(start)
        placed.append(length)
        put(token)
        if token in "{[" and not inline:
            end = closes.get(n, n)
            if tokens[end][0] - start < (_SHORT if n else _SHORT_WHOLE):
                inline_until = end
            else:
                depth += 1
                if n + 1 < len(tokens) and tokens[n + 1][1] not in "}]":
                    put("\n" + "  " * depth)
        elif token == ",":
            put(" " if inline else "\n" + "  " * depth)
        elif token == ":":
            put(" ")
    return Reflowed("".join(out), originals, placed)


def _closing(tokens: list[tuple[int, str]]) -> dict[int, int]:
    opened: list[int] = []
    out: dict[int, int] = {}
    for n, (_, token) in enumerate(tokens):
        if token in "{[":
            opened.append(n)
        elif token in "}]" and opened:
            out[opened.pop()] = n
    return out
