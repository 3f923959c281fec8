"""Documents inside a prompt: each with its wrapper, in blocks that one variable of the template holds."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from tracefix_tui.model.trace import Document

Escape: TypeAlias = Literal["", "json", "json-ascii"]

_DECIMAL = re.compile(r"\d+\.(\d+)")
_UNKNOWN = "added"


@dataclass(frozen=True, slots=True)
class PlacedDocument:
    """One document as a prompt holds it.

    `text` is what the model reads, `raw` the same as printed (JSON-escaped where `escape` says so), `before` and
    `after` its wrapper (`[1] `, `<doc id="a">` ... `</doc>`). `source` indexes the retrieved documents, None for one
    that was added. `number` is the printed number, at `number_at` of `before`, where the prompt counts its documents.
    `partial` says that the prompt holds only a part of what was retrieved.
    """

    text: str
    source: int | None = None
    number: int | None = None
    slot: str = "context"
    before: str = ""
    after: str = ""
    raw: str = ""
    number_at: tuple[int, int] | None = None
    escape: Escape = ""
    partial: bool = False

    @property
    def printed(self) -> str:
        """The document with its wrapper."""
        return self.before + self.raw + self.after

    def with_text(self, text: str) -> PlacedDocument:
        """The same place with another text, escaped as the old one was."""
        return replace(self, text=text, raw=escaped(text, self.escape))

    def numbered(self, number: int) -> PlacedDocument:
        """The same document under another number, where it has one."""
        if self.number_at is None or self.number == number:
            return self
        start, end = self.number_at
        before = self.before[:start] + str(number) + self.before[end:]
        return replace(self, number=number, before=before, number_at=(start, start + len(str(number))))


@dataclass(frozen=True, slots=True)
class Block:
    """Documents in a row: what one variable of the template holds.

    `separators[i]` stands between documents *i* and *i + 1*; `lead` and `tail` are text of the variable around them.
    `first_number` is set where the documents are counted. `pattern` is the document whose wrapper an added one gets.
    """

    documents: tuple[PlacedDocument, ...]
    separators: tuple[str, ...] = ()
    lead: str = ""
    tail: str = ""
    first_number: int | None = None
    pattern: PlacedDocument | None = None
    separator: str = "\n\n"

    @property
    def value(self) -> str:
        """The text of the variable."""
        return "".join(text for text, _ in self.layout())

    def layout(self) -> Iterator[tuple[str, int | None]]:
        """Texts in order, each with the document it belongs to, or None for the text around documents."""
        yield self.lead, None
        for i, document in enumerate(self.documents):
            if i:
                yield self.separators[i - 1], None
            yield document.printed, i
        yield self.tail, None

    def drop(self, i: int) -> Block:
        """Without document *i*, its wrapper and one separator."""
        gone = i if i < len(self.separators) else i - 1
        separators = tuple(s for k, s in enumerate(self.separators) if k != gone)
        return self._counted(self.documents[:i] + self.documents[i + 1 :], separators)

    def add(self, document: PlacedDocument, at: int) -> Block:
        """With one more document before position `at`, separated as its neighbours are."""
        documents = (*self.documents[:at], document, *self.documents[at:])
        if not self.documents:
            return self._counted(documents, ())
        near = self.separators[min(max(at - 1, 0), len(self.separators) - 1)] if self.separators else self.separator
        cut = max(at - 1, 0) if at else 0
        return self._counted(documents, (*self.separators[:cut], near, *self.separators[cut:]))

    def edit(self, i: int, text: str) -> Block:
        """With another text for document *i*."""
        documents = (*self.documents[:i], self.documents[i].with_text(text), *self.documents[i + 1 :])
        return replace(self, documents=documents)

    def move(self, i: int, to: int) -> Block:
        """With document *i* at position `to`; separators stay where they are."""
        rest = [*self.documents[:i], *self.documents[i + 1 :]]
        rest.insert(to, self.documents[i])
        return self._counted(tuple(rest), self.separators)

    def rewrite(self, start: int, end: int, added: str) -> Block | None:
        """With these characters of the value replaced, where one document's text holds them; else None."""
        at = len(self.lead)
        for i, document in enumerate(self.documents):
            at += len(self.separators[i - 1]) if i else 0
            first = at + len(document.before)
            last = first + len(document.raw)
            at = last + len(document.after)
            if first <= start and end <= last:
                raw = document.raw[: start - first] + added + document.raw[end - first :]
                if (text := unescaped(raw, document.escape)) is None:
                    return None
                made = replace(document, text=text, raw=raw)
                return replace(self, documents=(*self.documents[:i], made, *self.documents[i + 1 :]))
        return None

    def _counted(self, documents: tuple[PlacedDocument, ...], separators: tuple[str, ...]) -> Block:
        if self.first_number is not None:
            documents = tuple(d.numbered(self.first_number + i) for i, d in enumerate(documents))
        return replace(self, documents=documents, separators=separators)


def escaped(text: str, escape: Escape) -> str:
    """The text as a prompt prints it inside a JSON string, or as it is."""
    return text if not escape else json.dumps(text, ensure_ascii=escape == "json-ascii")[1:-1]


def unescaped(raw: str, escape: Escape) -> str | None:
    """The reverse of `escaped`; None where the text is not the inside of a JSON string."""
    if not escape:
        return raw
    try:
        value = json.loads(f'"{raw}"', strict=False)
    except ValueError:
        return None
    return value if isinstance(value, str) else None


def like(pattern: PlacedDocument, text: str, slot: str, old: Document | None, new: Document | None) -> PlacedDocument:
    """A document wrapped as `pattern` is; its id, score and metadata in the wrapper become the new document's."""
    made = replace(pattern, slot=slot, source=None, partial=False).with_text(text)
    if old is None:
        return made
    head, number, rest = made.before, "", ""
    if made.number_at is not None:
        start, end = made.number_at
        head, number, rest = made.before[:start], made.before[start:end], made.before[end:]
    head, rest, after = (_relabelled(part, old, new) for part in (head, rest, made.after))
    number_at = (len(head), len(head) + len(number)) if made.number_at is not None else None
    return replace(made, before=head + number + rest, after=after, number_at=number_at)


def facts(document: Document) -> tuple[str, ...]:
    """Texts by which a wrapper may name a document: its id and its metadata's values."""
    values = [document.id, *document.metadata.values()]
    return tuple(text for value in values if isinstance(value, (str, int)) and len(text := str(value)) > 1)


def _relabelled(wrapper: str, old: Document, new: Document | None) -> str:
    if old.id:
        wrapper = wrapper.replace(old.id, (new.id if new and new.id else _UNKNOWN))
    for key, value in old.metadata.items():
        if isinstance(value, str) and len(value) > 1 and value in wrapper:
            other = new.metadata.get(key) if new else None
            wrapper = wrapper.replace(value, str(other) if other is not None else _UNKNOWN)
    return _DECIMAL.sub(lambda match: _score(match, old.score, new.score if new else None), wrapper)


def _score(match: re.Match[str], old: float | None, new: float | None) -> str:
    """A printed score replaced by the new one with as many digits; other numbers as they are."""
    digits = len(match.group(1))
    if old is None or abs(float(match.group()) - old) > 0.5 * 10**-digits:
        return match.group()
    return "-" if new is None else f"{new:.{digits}f}"
