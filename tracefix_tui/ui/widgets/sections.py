"""What a text view shows: sections of text with tinted ranges and marks, in characters of the original text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Tint:
    """A range that came from somewhere: a document, a variable, a tool. `label` says it in words, `style` in colour."""

    start: int
    end: int
    style: str
    label: str = ""


@dataclass(frozen=True)
class Mark:
    """A range to look at, with the tag that stands in the gutter beside its first row (`<-1`)."""

    start: int
    end: int
    style: str = "evidence"
    tag: str = ""


@dataclass(frozen=True)
class Section:
    """A header line, perhaps a quieter one below (`sub`), and a text. `key` names it for jumps (`messages[2].content`).

    `title` empty means no header line. `rule` draws the header as a line across, as between messages. `preview` is the
    number of rows shown while folded; None means that it never folds. `style` is `""`, `dim`, `note`, `fail` or `warn`.
    `to_shown`/`to_original` translate offsets where `text` is a reflowed form of `original`.
    """

    key: str
    text: str = ""
    title: str = ""
    note: str = ""
    sub: str = ""
    sub_style: str = "note"
    rule: bool = True
    gap: bool = True
    indent: int = 0
    preview: int | None = None
    folded: bool = True
    style: str = ""
    tints: tuple[Tint, ...] = ()
    marks: tuple[Mark, ...] = ()
    original: str | None = None
    to_shown: Callable[[int], int] | None = None
    to_original: Callable[[int], int] | None = None

    def shown_offset(self, offset: int) -> int:
        """An offset into the original as an offset into the text shown."""
        return self.to_shown(offset) if self.to_shown else offset

    def original_slice(self, start: int, end: int) -> str:
        """The original text behind a range of the text shown."""
        if self.original is None:
            return self.text[start:end]
        if self.to_original is None:
            return self.original[start:end]
        return self.original[self.to_original(start) : self.to_original(end)]

    @property
    def whole(self) -> str:
        """The original text."""
        return self.text if self.original is None else self.original
