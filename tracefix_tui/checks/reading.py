"""A subject as the checks read it: its answer in claims, its documents indexed and placed, its instructions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from tracefix_tui.checks.claims import Claim, claims_of
from tracefix_tui.checks.lexical import TextIndex, Window, index_of
from tracefix_tui.checks.uses import ToolUse, uses_of
from tracefix_tui.model.check import Evidence, Subject
from tracefix_tui.model.trace import Document

_ASKED = re.compile(r"(?:^|\n)[ \t]*(?:the |user |user's )?(?:question|query)[ \t]*:[ \t]*(\S[^\n]*)", re.I)
_LONG_QUESTION = 400
_HEAD = 40


@dataclass(frozen=True, slots=True)
class Segment:
    """Text the application or the user wrote, not a retrieved document: message index and offset into its text."""

    message: int
    start: int
    text: str


@dataclass(frozen=True, slots=True)
class PlacedText:
    """Where a document stands in the prompt."""

    message: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Support:
    """What the sources say of some words: the best window, and the document it is in (None for a message)."""

    window: Window
    document: int | None


class Reading:
    """One subject, with what several checks need of it computed once."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject

    @cached_property
    def answer(self) -> str:
        """The text of the output, empty where there is none."""
        return self.subject.output.text if self.subject.output else ""

    @property
    def is_final(self) -> bool:
        """The output is an answer, not a request to run tools."""
        output = self.subject.output
        return output is not None and not output.tool_calls and bool(self.answer.strip())

    @cached_property
    def claims(self) -> tuple[Claim, ...]:
        """The sentences of the answer that state something."""
        return claims_of(self.answer)

    @cached_property
    def uses(self) -> tuple[ToolUse, ...]:
        """The tool runs of the trajectory, in time order."""
        return uses_of(self.subject)

    @cached_property
    def indexes(self) -> tuple[TextIndex, ...]:
        """One index per document in the prompt."""
        return tuple(index_of(d.content or "") for d in self.subject.documents)

    @cached_property
    def other_sources(self) -> tuple[TextIndex, ...]:
        """What else the model was told: every message but its own, without the retrieved documents."""
        texts = [
            s.text
            for s in self.segments
            if self.subject.messages[s.message].role != "assistant" and s.text != self.question
        ]
        return tuple(index_of(text) for text in texts if text.strip())

    @cached_property
    def known_keys(self) -> frozenset[str]:
        """Every stem, word and number the model was given."""
        parts = [i.keys for i in (*self.indexes, *self.other_sources, index_of(self.question))]
        return frozenset().union(*parts)

    @cached_property
    def known_numbers(self) -> frozenset[str]:
        """Every number the model was given."""
        parts = [i.numbers for i in (*self.indexes, *self.other_sources, index_of(self.question))]
        return frozenset().union(*parts)

    @cached_property
    def places(self) -> tuple[PlacedText | None, ...]:
        """Where each document in the prompt stands; None where only a part or a re-spaced form of it is there."""
        return tuple(self._place(document) for document in self.subject.documents)

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        """The messages' text with the retrieved documents taken out."""
        out: list[Segment] = []
        for i, message in enumerate(self.subject.messages):
            text, at = message.text, 0
            cuts = sorted((p.start, p.end) for p in self.places if p and p.message == i)
            for start, end in [*cuts, (len(text), len(text))]:
                if start > at:
                    out.append(Segment(i, at, text[at:start]))
                at = max(at, end)
        return tuple(out)

    @cached_property
    def instructions(self) -> tuple[Segment, ...]:
        """Segments that tell the model what to do: not its own words, not tool results."""
        roles = ("system", "developer", "user")
        return tuple(s for s in self.segments if self.subject.messages[s.message].role in roles)

    @cached_property
    def question(self) -> str:
        """What the user asked, without documents and template around it, as far as that can be told."""
        if self.subject.asked and self.subject.retrieved and len(self.subject.asked[0]) <= _LONG_QUESTION:
            return self.subject.asked[0].strip()
        text = self.subject.question
        for document in self.subject.documents:
            if document.content:
                text = text.replace(document.content, "\n")
        asked = _ASKED.findall(text)
        if asked:
            return str(asked[-1]).strip()
        if len(text) <= _LONG_QUESTION:
            return text.strip()
        questions = [line.strip() for line in text.splitlines() if line.rstrip().endswith(("?", "\uff1f"))]
        return (questions[-1] if questions else text)[-_LONG_QUESTION:].strip()

    def support(self, claim: Claim) -> Support:
        """Where the words of a claim stand best together, among the documents and what else the model was told."""
        best = Support(Window(0.0, 0, 0), None)
        sources: list[tuple[TextIndex, int | None]] = [(index, i) for i, index in enumerate(self.indexes)]
        for index, document in [*sources, *((index, None) for index in self.other_sources)]:
            window = index.window(claim.keys)
            if window.share > best.window.share:
                best = Support(window, document)
        return best

    def in_answer(self, start: int, end: int) -> Evidence:
        """Evidence in the output's text."""
        return Evidence(self.subject.span_id, "output.content", start, end, self.answer[start:end])

    def in_document(self, document: int, start: int = 0, end: int = 0) -> Evidence:
        """Evidence in a document of the prompt, at the span it was retrieved in; the whole of it without offsets."""
        fields = self.subject.document_fields
        span_id, field = (
            fields[document] if document < len(fields) else (self.subject.span_id, f"documents[{document}].content")
        )
        content = self.subject.documents[document].content or ""
        return Evidence(span_id, field, start, end, content[start:end])

    def in_retrieved(self, position: int, start: int = 0, end: int = 0) -> Evidence:
        """Evidence in a retrieved document, in the prompt or not."""
        fields = self.subject.retrieved_fields
        here = self.subject.retrieval_span_id or self.subject.span_id
        span_id, field = fields[position] if position < len(fields) else (here, f"documents[{position}].content")
        content = self.subject.retrieved[position].content or ""
        return Evidence(span_id, field, start, end, content[start:end])

    def in_message(self, message: int, start: int, end: int) -> Evidence:
        """Evidence in a message of the prompt."""
        text = self.subject.messages[message].text
        return Evidence(self.subject.span_id, f"messages[{message}].content", start, end, text[start:end])

    def _place(self, document: Document) -> PlacedText | None:
        content = (document.content or "").strip()
        if not content:
            return None
        for needle in (content, content[: max(_HEAD, len(content) // 2)]):
            for i, message in enumerate(self.subject.messages):
                start = message.text.find(needle)
                if start >= 0:
                    return PlacedText(i, start, start + len(needle))
        return None
