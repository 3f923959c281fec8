"""Wrappers: where, in the text around documents, each document's own wrapper begins and ends.

Works on the text before the first document, the gaps between neighbours and the text after the last one. The forms
known are counted ones (`[1] `, `1. `, `Document 1:`, `<doc n="1">`), named ones (`[kb-114] `, `<doc id="kb-114">`),
headers of several lines, quotes and JSON objects, and separators of blank lines, rules and commas.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_CLOSING = re.compile(r"""(?:\s*(?:</[^<>]{1,60}>|["'`)\]}]+))*""")
_SEPARATOR = re.compile(r"\s*(?:(?:[-=*_#~]{3,}[ \t]*\n|[,;|])\s*)*")
_NUMBER = re.compile(r"(?<![\w.])\d{1,4}(?![\d]|\.\d)")
_ALONE = re.compile(
    r"""(?:^|(?<=\n)|(?<=[\s:]))(?:
        (?:[A-Za-z]{0,12}[ ]?)?[\[(#](?P<a>\d{1,4})[\])]?[:.)]?[^\n]{0,80}\n
      | [\[(](?P<b>\d{1,4})[\])][:.]?[ ]
      | (?P<c>\d{1,4})[.)][ ]
      | (?i:document|doc|source|passage|chunk|context|excerpt|snippet|result)[ ]?\#?(?P<d>\d{1,4})[^\n]{0,80}[:\n]\s?
      | \[[\w./:\-]{1,60}\][ \n:]\s?
      | <[A-Za-z][\w.\-]*(?:\s[^<>\n]{0,200})?>\s*
    )\Z""",
    re.VERBOSE,
)
_NEAR = 2_000
_MAX_HEAD = 64


@dataclass(frozen=True, slots=True)
class Wrapper:
    """What stands around one document; `number` is at `number_at` of `before` where the documents are counted."""

    before: str
    after: str
    number: int | None = None
    number_at: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Wrapping:
    """Wrappers of all documents in a row, and the separators between them."""

    wrappers: tuple[Wrapper, ...]
    separators: tuple[str, ...]


def find_wrapping(lead: str, gaps: Sequence[str], tail: str, named: Sequence[Sequence[str]]) -> Wrapping | None:
    """How documents in a row are wrapped; None where the text between them follows no pattern.

    Args:
        lead: the text before the first document.
        gaps: the texts between neighbours; one less than there are documents.
        tail: the text after the last document.
        named: per document the texts a wrapper may name it by (its id, its metadata).
    """
    lead, tail = lead[-_NEAR:], tail[:_NEAR]
    if not gaps:
        return _alone(lead, tail)
    closings = [_CLOSING.match(text) for text in (*gaps, tail)]
    after = _common_head([match.group() if match else "" for match in closings]).rstrip()
    rests = [gap[len(after) :] for gap in gaps]
    number_at = None
    if (counted := _counted(lead, rests, named)) is not None:
        starts, prefix, number_at = counted
    else:
        starts = [_separator_end(rest) for rest in rests]
        heads = [rest[start:] for rest, start in zip(rests, starts, strict=True)]
        found = _first_header(lead, heads, named, all(_begins_line(r, s) for r, s in zip(rests, starts, strict=True)))
        if found is None:
            return None
        prefix = found
    befores = [prefix, *(rest[start:] for rest, start in zip(rests, starts, strict=True))]
    separators = tuple(rest[:start] for rest, start in zip(rests, starts, strict=True))
    if number_at is None:
        return Wrapping(tuple(Wrapper(before, after) for before in befores), separators)
    return Wrapping(tuple(_with_number(before, after, number_at) for before in befores), separators)


def _common_head(texts: Sequence[str]) -> str:
    """The longest text that all begin with."""
    shortest = min(texts, key=len)
    length = next((i for i, c in enumerate(shortest) if any(text[i] != c for text in texts)), len(shortest))
    return shortest[:length]


def _alone(lead: str, tail: str) -> Wrapping:
    """The wrapper of a document that has no neighbours: a known form directly before it, and what closes it."""
    match = _ALONE.search(lead[-200:])
    if match is None:
        return Wrapping((Wrapper("", ""),), ())
    before, after = match.group(), ""
    if opened := re.match(r"<([A-Za-z][\w.\-]*)", before):
        closing = re.match(rf"\s*</{re.escape(opened.group(1))}>", tail)
        after = closing.group() if closing else ""
    group = next((name for name in "abcd" if match.group(name)), None)
    if group is None:
        return Wrapping((Wrapper(before, after),), ())
    start, end = match.start(group) - match.start(), match.end(group) - match.start()
    return Wrapping((Wrapper(before, after, int(match.group(group)), (start, end)),), ())


def _counted(lead: str, rests: list[str], named: Sequence[Sequence[str]]) -> tuple[list[int], str, int] | None:
    """Where each counted wrapper starts, the one before the first document, and where numbers stand in them."""
    for match in list(_NUMBER.finditer(rests[0]))[:4]:
        line = rests[0].rfind("\n", 0, match.start()) + 1
        begin = max(line, _separator_end(rests[0][: match.start()]))
        label, number = rests[0][begin : match.start()], int(match.group())
        follow = rests[0][match.end() : match.end() + 1]
        follow = follow if not follow.isalnum() else ""
        starts = [_find_label(rest, f"{label}{number + i}{follow}", label, last=False) for i, rest in enumerate(rests)]
        first = _find_label(lead, f"{label}{number - 1}{follow}", label, last=True)
        if number < 1 or first is None or any(start is None for start in starts):
            continue
        befores = [lead[first:], *(rest[s:] for rest, s in zip(rests, starts, strict=True) if s is not None)]
        if not _is_id(befores, len(label), named):
            return [start for start in starts if start is not None], lead[first:], len(label)
    return None


def _find_label(text: str, wanted: str, label: str, *, last: bool) -> int | None:
    """Where a label with its number stands, as a word of its own; at a line's begin where it is a bare number."""
    at = text.rfind(wanted) if last else text.find(wanted)
    if at < 0:
        return None
    previous = text[at - 1 : at]
    alone = not (previous.isalnum() or previous == ".") if wanted[0].isalnum() else True
    bare = not label.strip() and not _begins_line(text, at)
    return at if alone and not bare else None


def _is_id(befores: list[str], at: int, named: Sequence[Sequence[str]]) -> bool:
    """The numbers are parts of the documents' ids (`[kb-1] [kb-2]`), and so must not be counted anew."""
    return all(
        any(
            not name.isdigit() and (start := before.find(name)) >= 0 and start <= at < start + len(name)
            for name in names
        )
        for before, names in zip(befores, named, strict=True)
    )


def _first_header(lead: str, heads: list[str], named: Sequence[Sequence[str]], at_line: bool) -> str | None:
    """The wrapper at the end of `lead`, read off the wrappers of the other documents."""
    if not any(heads):
        return ""
    if len(set(heads)) == 1 and lead.endswith(heads[0]):
        return heads[0]
    if not all(heads):
        return None
    lines = heads[0].count("\n")
    common = _common_head(heads)[:_MAX_HEAD]
    for length in range(len(common), 0, -1):
        at = lead.rfind(common[:length])
        if at < 0 or (length == 1 and common[0].isalnum()):
            continue
        if lead.count("\n", at) == lines and (not at_line or _begins_line(lead, at)):
            return lead[at:]
    at = _line_back(lead, lines)
    if all(any(name in head for name in names) for head, names in zip((lead[at:], *heads), named, strict=True)):
        return lead[at:]
    return None


def _line_back(text: str, lines: int) -> int:
    at = len(text)
    for _ in range(lines + 1):
        at = text.rfind("\n", 0, max(at, 0))
    return at + 1


def _separator_end(text: str) -> int:
    match = _SEPARATOR.match(text)
    return match.end() if match else 0


def _begins_line(text: str, at: int) -> bool:
    return at == 0 or text[at - 1] == "\n"


def _with_number(before: str, after: str, at: int) -> Wrapper:
    match = _NUMBER.search(before, at)
    return Wrapper(before, after, int(match.group()), match.span()) if match else Wrapper(before, after)
