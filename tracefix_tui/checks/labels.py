"""Labels: what a citation in the answer can name. Numbers and ids that the prompt puts before its documents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tracefix_tui.checks.reading import Reading
from tracefix_tui.model.trace import Document

_HEADER = 160
_NUMBER = re.compile(
    r"\[\s*(?:(?:source|doc|document|passage|context|chunk)[ :#]*)?(\d{1,3})\s*\]"
    r"|(?:^|\n)\s*(?:[-*#>]+\s*)?(?:source|doc|document|passage|context|chunk|result)s?\s*[#:]?\s*(\d{1,3})\b"
    r"|(?:^|\n)\s*\(?(\d{1,3})[.):]\s"
    r"|<\w+[^>\n]*?\b(?:index|id|number|n)=[\"']?(\d{1,3})\b",
    re.I,
)
_ID = re.compile(r"\[([^\[\]\n]{1,80})\]|\b(?:id|source|file|title)[=:]\s*[\"']?([\w./:#@-]{2,80})", re.I)
_ANY_NUMBER = re.compile(r"\[\s*(\d{1,3})\s*\]")
_NAMING = (
    "id",
    "doc_id",
    "document_id",
    "chunk_id",
    "source",
    "file",
    "file_name",
    "filename",
    "title",
    "name",
    "path",
    "url",
)
_SHAPE = [(re.compile(r"[A-Za-z]+"), "a"), (re.compile(r"\d+"), "0")]


@dataclass(frozen=True)
class Labels:
    """Which label names which document of the prompt; `loose` are numbers in tool results."""

    documents: dict[str, int]
    cut: dict[str, int]  # ids, and ranks counted from one, of retrieved documents that are not in the prompt
    loose: frozenset[str]
    numbered: bool

    def is_citation(self, label: str) -> bool:
        """Whether a bracketed label means to cite: a number, a known id, or something shaped like one."""
        if label.isdecimal():
            return len(label) <= 3
        key = label.lower()
        if key in self.documents or key in self.cut:
            return True
        shapes = {_shape(k) for k in (*self.documents, *self.cut) if not k.isdecimal()}
        return any(c.isdigit() or c in "/._-" for c in label) and _shape(key) in shapes

    def document(self, label: str) -> int | None:
        """The document of the prompt that a label names."""
        return self.documents.get(label.lower())

    def cut_document(self, label: str) -> int | None:
        """The retrieved document, not in the prompt, that a label seems to name: by its id, or by its rank."""
        return self.cut.get(label.lower())

    def known(self, label: str) -> bool:
        """Whether anything in the prompt has that label."""
        return label.lower() in self.documents or label in self.loose


def labels_of(reading: Reading, cites_zero: bool) -> Labels:
    """The labels of a subject's documents: as the prompt writes them, else counted from one in order of appearance.

    Where no prompt is recorded, `cites_zero` says that the answer counts from zero.
    """
    subject = reading.subject
    found: dict[str, int] = {}
    for i in range(len(subject.documents)):
        for label in _written(reading, i):
            found.setdefault(label.lower(), i)
    numbered = any(label.isdecimal() for label in found)
    if not numbered:
        first = 0 if cites_zero and not subject.messages else 1
        found.update({str(n): i for n, i in enumerate(_in_order(reading), first)})
    for i, document in enumerate(subject.documents):
        for name in _names(document):
            found.setdefault(name.lower(), i)
    kept = {d.content or d.id for d in subject.documents}
    cut = {
        name.lower(): i
        for i, document in enumerate(subject.retrieved)
        if (document.content or document.id) not in kept
        for name in (str(i + 1), *(n for n in _names(document) if not n.isdecimal()))
    }
    return Labels(found, cut, _loose(reading), numbered)


def _written(reading: Reading, document: int) -> Iterator[str]:
    """Labels in the few characters between the document before and this one."""
    place = reading.places[document]
    if place is None:
        return
    text = reading.subject.messages[place.message].text
    ends = [p.end for p in reading.places if p and p.message == place.message and p.end <= place.start]
    header = text[max([place.start - _HEADER, 0, *ends]) : place.start]
    numbers = [next(g for g in m.groups() if g) for m in _NUMBER.finditer(header)]
    if numbers:
        yield str(int(numbers[-1]))
    ids = [m[1] or m[2] for m in _ID.finditer(header)]
    if ids and not ids[-1].strip().isdecimal():
        yield ids[-1].strip()


def _in_order(reading: Reading) -> list[int]:
    def position(i: int) -> tuple[int, int, int]:
        place = reading.places[i]
        return (place.message, place.start, i) if place else (1 << 30, 0, i)

    return sorted(range(len(reading.subject.documents)), key=position)


def _names(document: Document) -> Iterator[str]:
    if document.id:
        yield document.id
    for key in _NAMING:
        value = document.metadata.get(key)
        if isinstance(value, str) and 1 < len(value) <= 120:
            yield value
            if "/" in value:
                yield value.rsplit("/", 1)[-1]


def _loose(reading: Reading) -> frozenset[str]:
    """Bracketed numbers in tool results: a search tool's documents, which the trace does not list as retrieved."""
    told = [m.text for m in reading.subject.messages if m.role == "tool"]
    return frozenset(str(int(n)) for text in told for n in _ANY_NUMBER.findall(text))


def _shape(label: str) -> str:
    for pattern, mark in _SHAPE:
        label = pattern.sub(mark, label)
    return label
