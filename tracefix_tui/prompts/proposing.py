"""The proposal: how recorded messages could have come from a template, variables and documents."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal, TypeAlias

from tracefix_tui.model.check import CallContext
from tracefix_tui.model.json_value import Json, JsonObject
from tracefix_tui.model.message import Message, TextPart
from tracefix_tui.prompts.aligning import Haystack, Match, place_documents, place_text
from tracefix_tui.prompts.documents import Block, Escape, PlacedDocument, escaped, facts
from tracefix_tui.prompts.recorded import Filled, filled_by_file, filled_by_record
from tracefix_tui.prompts.rewriting import replace_texts, texts_of
from tracefix_tui.prompts.template import Piece, Slot, write
from tracefix_tui.prompts.wrapping import Wrapper, Wrapping, find_wrapping

Origin: TypeAlias = Literal["recorded", "aligned", "literal"]

_SEARCHED = ("system", "developer", "user")
_MAX_GAP = 4_000
_JSON_VALUE = re.compile(r'"\s*:\s*"\Z')
_SHORTEST_QUESTION = 4
_SHORTEST_RESULT = 16


@dataclass(frozen=True)
class Proposal:
    """Stretches of the text parts that variables fill, and what is in those variables.

    A part is named by its position among all text parts of all messages. `results` says which slots hold which step's
    tool result, `own` how many messages, from the first, a known template gave.
    """

    origin: Origin = "literal"
    filled: tuple[Filled, ...] = ()
    values: dict[str, str] = field(default_factory=dict)
    blocks: dict[str, Block] = field(default_factory=dict)
    results: dict[str, int] = field(default_factory=dict)
    own: int = 0


def text_parts(messages: Sequence[Message]) -> list[tuple[str, str]]:
    """(role, text) of every text part of every message."""
    return [(m.role, part.text) for m in messages for part in m.parts if isinstance(part, TextPart)]


def propose(context: CallContext, template: Sequence[JsonObject] | None = None) -> Proposal:
    """The best account of a call's messages: by the template (given, or recorded), else by alignment."""
    return _Proposer(context, template).proposal()


def template_of(messages: Sequence[Message], proposal: Proposal) -> tuple[Message, ...]:
    """The messages as templates: each filled stretch replaced by its placeholder and the rest escaped."""
    texts = [text for _, text in text_parts(messages)]
    written: list[str] = []
    for i, text in enumerate(texts):
        parts: list[Piece] = []
        at = 0
        for filled in (f for f in proposal.filled if f.part == i):
            parts += [text[at : filled.start], Slot(filled.name)]
            at = filled.end
        written.append(write([*parts, text[at:]]))
    out: list[Message] = []
    for message in messages:
        count = len(texts_of(message))
        out.append(replace_texts(message, written[:count]))
        written = written[count:]
    return tuple(out)


class _Proposer:
    def __init__(self, context: CallContext, template: Sequence[JsonObject] | None) -> None:
        self.context = context
        self.parts = text_parts(context.call.messages)
        self.searched = [i for i, (role, _) in enumerate(self.parts) if role in _SEARCHED]
        self.hay = Haystack([self.parts[i][1] for i in self.searched])
        self.given = len(template or ())
        self.recorded = self._by_template(template)
        self.filled: list[Filled] = list(self.recorded)
        self.values: dict[str, str] = {f.name: self._text(f.part)[f.start : f.end] for f in self.recorded}
        self.blocks: dict[str, Block] = {}
        self.results: dict[str, int] = {}

    def proposal(self) -> Proposal:
        self._place_documents()
        self._place_results()
        self._place_question()
        if not self.filled:
            return Proposal()
        origin: Origin = "recorded" if self.recorded else "aligned"
        plain = {name: value for name, value in self.values.items() if name not in self.blocks}
        return Proposal(origin, tuple(sorted(self.filled)), plain, self.blocks, self.results, self._own())

    def _own(self) -> int:
        """The messages up to the last one that the template filled in, and all that the given one has."""
        if not self.recorded:
            return 0
        messages = self.context.call.messages
        holders = [i for i, m in enumerate(messages) for _ in texts_of(m)]
        return max(holders[self.recorded[-1].part] + 1, self.given if self.given <= len(messages) else 0)

    def _by_template(self, template: Sequence[JsonObject] | None) -> list[Filled]:
        ref = self.context.call.prompt
        variables = ref.variables if ref else {}
        found = filled_by_file(template, variables, self.parts) if template else []
        return found or (filled_by_record(ref, self.parts) if ref and ref.template else [])

    def _text(self, part: int) -> str:
        return self.parts[part][1]

    def _place_documents(self) -> None:
        contents = [document.content for document in self.context.retrieved]
        matches = [replace(m, part=self.searched[m.part]) for m in place_documents(self.hay, contents)]
        seen: set[str] = set()
        for filled in self.recorded:
            inside = [m for m in matches if m.part == filled.part and filled.start <= m.start and m.end <= filled.end]
            if inside and filled.name not in seen:
                seen.add(filled.name)
                self.blocks[filled.name] = self._block(filled.name, inside, filled.start, filled.end, strict=False)[0]
        proved = {filled.part for filled in self.recorded}
        self._free_documents([m for m in matches if m.part not in proved])

    def _free_documents(self, matches: list[Match]) -> None:
        """Documents outside a recorded template: those in a row share a variable, others have their own."""
        runs = [run for group in _grouped(matches) for run in self._runs(group)]
        alone = len(runs) == 1
        rows = singles = 0
        for i, run in enumerate(runs):
            rows, singles = (rows + 1, singles) if alone or len(run) > 1 else (rows, singles + 1)
            wanted = (
                f"document_{singles}" if not alone and len(run) == 1 else "context" if rows == 1 else f"context_{rows}"
            )
            name = self._unused(wanted)
            before, after = runs[i - 1] if i else [], runs[i + 1] if i + 1 < len(runs) else []
            low = self.filled[-1].end if before and before[0].part == run[0].part else 0
            high = after[0].start if after and after[0].part == run[0].part else len(self._text(run[0].part))
            if len(run) == 1 and not alone:
                match = run[0]
                (document,) = self._placed([match], [Wrapper("", "")], name)
                block, start, end = Block((document,), pattern=document), match.start, match.end
            else:
                block, start, end = self._block(name, run, low, high, strict=True)
            self.blocks[name] = block
            self.values[name] = block.value
            self.filled.append(Filled(run[0].part, start, end, name))
            self.hay.take(self.searched.index(run[0].part), start, end)

    def _runs(self, group: list[Match]) -> Iterator[list[Match]]:
        """The group, cut at its widest gaps until each run is wrapped by one pattern."""
        waiting = [group]
        while waiting:
            run = waiting.pop()
            if len(run) == 1 or self._wrapping(run, 0, len(self._text(run[0].part))) is not None:
                yield run
                continue
            widest = max(range(1, len(run)), key=lambda i: run[i].start - run[i - 1].end)
            waiting += [run[widest:], run[:widest]]

    def _wrapping(self, run: list[Match], start: int, end: int) -> Wrapping | None:
        text = self._text(run[0].part)
        gaps = [text[a.end : b.start] for a, b in pairwise(run)]
        named = [facts(self.context.retrieved[m.source]) for m in run]
        return find_wrapping(text[start : run[0].start], gaps, text[run[-1].end : end], named)

    def _block(self, name: str, run: list[Match], start: int, end: int, *, strict: bool) -> tuple[Block, int, int]:
        """The block of a run, and where it begins and ends; not `strict`, it takes the whole stretch."""
        text = self._text(run[0].part)
        wrapping = self._wrapping(run, start, end)
        if wrapping is None:
            gaps = tuple(text[a.end : b.start] for a, b in pairwise(run))
            wrapping = Wrapping((Wrapper("", ""),) * len(run), gaps)
        documents = self._placed(run, wrapping.wrappers, name)
        first = run[0].start - len(documents[0].before)
        last = run[-1].end + len(documents[-1].after)
        counted = all(d.number == (documents[0].number or 0) + i for i, d in enumerate(documents))
        block = Block(
            documents,
            wrapping.separators,
            first_number=documents[0].number if counted else None,
            pattern=documents[0],
            separator=wrapping.separators[0] if wrapping.separators else "\n" if documents[0].before else "\n\n",
        )
        if strict:
            return block, first, last
        return replace(block, lead=text[start:first], tail=text[last:end]), start, end

    def _placed(self, run: list[Match], wrappers: Sequence[Wrapper], slot: str) -> tuple[PlacedDocument, ...]:
        """The documents of a run; one that JSON would print no differently counts as JSON where it stands in JSON."""
        text = self._text(run[0].part)
        known: Escape = next((m.escape for m in run if m.escape), "")
        out: list[PlacedDocument] = []
        for m, w in zip(run, wrappers, strict=True):
            in_json = _JSON_VALUE.search(text[max(0, m.start - 20) : m.start]) and text[m.end : m.end + 1] == '"'
            wanted: Escape = m.escape or known or ("json" if in_json else "")
            escape = wanted if escaped(m.text, wanted) == m.raw else m.escape
            document = PlacedDocument(m.text, m.source, w.number, slot, w.before, w.after, m.raw, w.number_at)
            out.append(replace(document, escape=escape, partial=m.partial))
        return tuple(out)

    def _place_results(self) -> None:
        """Tool results that a prompt repeats outside tool messages."""
        proved = {filled.part for filled in self.recorded}
        parts = [i for i, part in enumerate(self.searched) if part not in proved]
        for step, run in enumerate(self.context.steps):
            texts = (text for text in _printed(run.run.result) if len(text) >= _SHORTEST_RESULT)
            matches = next((m for text in texts if (m := place_text(self.hay, text, step, parts, once=True))), [])
            for match in matches:
                name = self._unused(f"tool_result_{step + 1}")
                self.results[name] = step
                self._fill(match, name)

    def _place_question(self) -> None:
        """What the user asked: the whole of the last user message, or the longest recorded question in it."""
        proved = {filled.part for filled in self.recorded}
        users = [
            i for i, part in enumerate(self.searched) if self.parts[part][0] == "user" and self._text(part).strip()
        ]
        if not users or self.searched[users[-1]] in proved:
            return
        last = users[-1]
        text = self._text(self.searched[last])
        asked = {q for q in (self.context.question, *self.context.asked) for q in (q, q.strip())}
        for question in sorted(asked, key=lambda q: (-len(q), q)):
            if len(question) < _SHORTEST_QUESTION and question != text:
                continue
            if matches := place_text(self.hay, question, 0, [last]):
                known = (name for name, value in self.values.items() if value == matches[0].text)
                name = next(known, None) or self._unused("question")
                for match in matches:
                    self._fill(match, name)
                return

    def _fill(self, match: Match, name: str) -> None:
        self.values[name] = match.text
        self.filled.append(Filled(self.searched[match.part], match.start, match.end, name))

    def _unused(self, wanted: str) -> str:
        name, count = wanted, 1
        while name in self.values:
            count += 1
            name = f"{wanted}_{count}"
        return name


def _grouped(matches: list[Match]) -> Iterator[list[Match]]:
    """Matches of one part that stand near enough to be one row."""
    group: list[Match] = []
    for match in matches:
        if group and (match.part != group[-1].part or match.start - group[-1].end > _MAX_GAP):
            yield group
            group = []
        group.append(match)
    if group:
        yield group


def _printed(result: Json) -> Iterator[str]:
    """The ways a prompt prints a tool's result."""
    if result is None:
        return
    if isinstance(result, str):
        yield result
        yield result.strip()
        return
    for ascii_only in (False, True):
        yield json.dumps(result, ensure_ascii=ascii_only)
        yield json.dumps(result, ensure_ascii=ascii_only, separators=(",", ":"))
        yield json.dumps(result, ensure_ascii=ascii_only, indent=2)
    yield str(result)
