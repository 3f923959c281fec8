"""A hydrated prompt: its template, variables and documents, where each character came from, and exact edits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from tracefix_tui.model.check import CallContext
from tracefix_tui.model.message import Message
from tracefix_tui.model.trace import Document
from tracefix_tui.prompts.documents import Block, PlacedDocument, like
from tracefix_tui.prompts.file import PromptFile
from tracefix_tui.prompts.proposing import Origin, propose, template_of
from tracefix_tui.prompts.region import Region, RegionKind
from tracefix_tui.prompts.rewriting import common_ends, map_texts, replace_texts, rewritten, slot_at, texts_of
from tracefix_tui.prompts.template import Piece, Slot, escape, pieces

__all__ = ["Hydrated", "PlacedDocument", "Region", "RegionKind", "dehydrate"]


@dataclass(frozen=True)
class Hydrated:
    """Messages as a template, its variables and the documents in them. An edit gives a new value; keep the old to undo.

    `values` are the variables that hold no documents, `blocks` those that do. `results` says which variables hold the
    result of which step. `by_hand` names variables that held documents until they were written over. `own` counts the
    messages, from the first, that a known template gave: the examples in a prompt are its own, later turns are not.
    """

    template_messages: tuple[Message, ...]
    values: dict[str, str] = field(default_factory=dict)
    blocks: dict[str, Block] = field(default_factory=dict)
    origin: Origin = "literal"
    name: str | None = None
    version: str | None = None
    results: dict[str, int] = field(default_factory=dict)
    retrieved: tuple[Document, ...] = ()
    by_hand: frozenset[str] = frozenset()
    own: int = 0

    @cached_property
    def messages(self) -> tuple[Message, ...]:
        """The messages with variables filled in; a placeholder without a value stays as it is written."""
        return tuple(
            map_texts(m, lambda text: "".join(t for _, t in self._filled(text))) for m in self.template_messages
        )

    def render(self) -> tuple[Message, ...]:
        """The messages as they will be sent."""
        return self.messages

    @cached_property
    def variables(self) -> dict[str, str]:
        """All variables; one that holds documents has the text of its documents."""
        return {**self.values, **{name: block.value for name, block in self.blocks.items()}}

    @cached_property
    def documents(self) -> tuple[PlacedDocument, ...]:
        """The documents in the prompt, in its order."""
        return tuple(document for block in self.blocks.values() for document in block.documents)

    @cached_property
    def placeholders(self) -> tuple[str, ...]:
        """The variables that the template names, in order of appearance."""
        named = (
            p.name for m in self.template_messages for text in texts_of(m) for p in pieces(text) if isinstance(p, Slot)
        )
        return tuple(dict.fromkeys(named))

    @property
    def lead(self) -> int:
        """How many messages belong to the prompt: its own, and in any case those before the first answer."""
        roles = (i for i, m in enumerate(self.template_messages) if m.role in ("assistant", "tool"))
        return max(self.own, next(roles, len(self.template_messages)))

    def missing(self) -> tuple[str, ...]:
        """Placeholders of the template that have no value."""
        return tuple(name for name in self.placeholders if name not in self.variables)

    def unused(self) -> tuple[str, ...]:
        """Variables that the template does not name."""
        return tuple(name for name in self.variables if name not in self.placeholders)

    def is_document_variable(self, name: str) -> bool:
        """The variable's value is made of documents, and changes with them."""
        return name in self.blocks

    def regions(self) -> tuple[Region, ...]:
        """The source of every character of every message: sorted, without gaps or overlaps, none empty."""
        return tuple(region for i in range(len(self.template_messages)) for region in self._message_regions(i))

    def with_template(self, messages: Sequence[Message], own: int | None = None) -> Hydrated:
        """Another template over the same variables and documents; `own` as it was where it is not given."""
        return replace(self, template_messages=tuple(messages), own=self.own if own is None else own)

    def with_variable(self, name: str, value: str) -> Hydrated:
        """Another value for a variable; documents that it held are then no longer told apart."""
        blocks = {n: block for n, block in self.blocks.items() if n != name}
        by_hand = self.by_hand | {name} if name in self.blocks else self.by_hand
        return replace(self, values={**self.values, name: value}, blocks=blocks, by_hand=by_hand)

    def with_message(self, i: int, text: str) -> Hydrated:
        """Message *i* reading exactly `text`, whatever part of it was changed.

        A change inside one document or one variable changes that; any other becomes template text. Raises `IndexError`
        where there is no such message.
        """
        message = self.template_messages[i]
        if self.messages[i].text == text:
            return self
        inside = self._with_value_changed(i, text)
        if inside is not None:
            return inside
        made = rewritten(message, [list(self._filled(t)) for t in texts_of(message)], text)
        template = (*self.template_messages[:i], made, *self.template_messages[i + 1 :])
        return self.with_template(template)

    def drop_document(self, i: int) -> Hydrated:
        """Without document *i*, its wrapper and one separator; where the documents are numbered, numbered anew."""
        name, k = self._place(i)
        return self._with_block(name, self.blocks[name].drop(k))

    def edit_document(self, i: int, text: str) -> Hydrated:
        """With another text for document *i*, escaped as the prompt escapes it."""
        name, k = self._place(i)
        return self._with_block(name, self.blocks[name].edit(k, text))

    def move_document(self, i: int, to: int) -> Hydrated:
        """With document *i* at position `to`; into another variable it takes that one's wrapper."""
        name, k = self._place(i)
        other, at = self._place(to)
        if name == other:
            return self._with_block(name, self.blocks[name].move(k, at))
        moved = self.documents[i]
        pattern = self.blocks[other].pattern or moved
        made = replace(self._wrapped(pattern, moved.text, other, moved.source), partial=moved.partial)
        return self.drop_document(i)._with_block(other, self.blocks[other].add(made, at + (to > i)))

    def add_document(self, text: str, at: int | None = None) -> Hydrated:
        """With one more document before position `at` (the end when None), wrapped as the others are.

        A text that was retrieved carries its id into the wrapper. Where the prompt holds no documents, a variable for
        them is put before the text of the last user message.
        """
        if not self.blocks:
            return self._with_context()._with_block(
                "context", Block((self._wrapped(PlacedDocument(""), text, "context"),))
            )
        count = len(self.documents)
        at = count if at is None else max(0, min(at, count))
        if not count:
            name, k = next(reversed(self.blocks)), 0
        elif at == count:
            name, k = self._place(count - 1)
            k += 1
        else:
            name, k = self._place(at)
        block = self.blocks[name]
        pattern = block.documents[min(k, len(block.documents) - 1)] if block.documents else block.pattern
        return self._with_block(name, block.add(self._wrapped(pattern or PlacedDocument(""), text, name), k))

    def _wrapped(self, pattern: PlacedDocument, text: str, slot: str, source: int | None = None) -> PlacedDocument:
        if source is None:
            source = next((k for k, d in enumerate(self.retrieved) if d.content == text), None)
        old = self.retrieved[pattern.source] if pattern.source is not None else None
        return replace(
            like(pattern, text, slot, old, self.retrieved[source] if source is not None else None), source=source
        )

    def _with_block(self, name: str, block: Block) -> Hydrated:
        return replace(self, blocks={**self.blocks, name: block})

    def _with_context(self) -> Hydrated:
        """A template that names `context`, put before the last user text where it does not yet."""
        values = {name: value for name, value in self.values.items() if name != "context"}
        made = replace(self, values=values, by_hand=self.by_hand - {"context"})
        if "context" in self.placeholders or not self.template_messages:
            return made
        users = [i for i, m in enumerate(self.template_messages) if m.role == "user"]
        i = users[-1] if users else len(self.template_messages) - 1
        texts = texts_of(self.template_messages[i])
        message = replace_texts(
            self.template_messages[i], ["{{context}}\n\n" + (texts[0] if texts else ""), *texts[1:]]
        )
        return replace(made, template_messages=(*self.template_messages[:i], message, *self.template_messages[i + 1 :]))

    def _place(self, i: int) -> tuple[str, int]:
        """The variable that holds document *i*, and its position in it; raises `IndexError` where there is none."""
        if i >= 0:
            for name, block in self.blocks.items():
                if i < len(block.documents):
                    return name, i
                i -= len(block.documents)
        raise IndexError(f"no document {i}")

    def _filled(self, template: str) -> Iterator[tuple[Piece, str]]:
        """The pieces of a template text, each with what it reads as."""
        for piece in pieces(template):
            yield piece, piece if isinstance(piece, str) else self.variables.get(piece.name, str(piece))

    def _message_regions(self, i: int) -> Iterator[Region]:
        message = self.template_messages[i]
        if message.role == "tool":
            length = len(self.messages[i].text)
            name = message.name or self._tool_name(message.tool_call_id)
            yield from [Region(i, 0, length, "tool_result", name)] if length else []
            return
        at, last = 0, None
        for text, kind, name, index in (part for t in texts_of(message) for part in self._sources(t)):
            region = Region(i, at, at + len(text), kind, name, index)
            at += len(text)
            if last is not None and last.kind == "template" == kind:
                last = replace(last, end=at)
            elif text:
                yield from [last] if last else []
                last = region
        yield from [last] if last else []

    def _sources(self, template: str) -> Iterator[tuple[str, RegionKind, str, int | None]]:
        for piece, text in self._filled(template):
            if isinstance(piece, str):
                yield text, "template", "", None
            elif piece.name in self.blocks:
                base = self._first_documents[piece.name]
                for part, k in self.blocks[piece.name].layout():
                    yield part, "variable" if k is None else "document", piece.name, None if k is None else base + k
            else:
                yield (
                    text,
                    "tool_result" if piece.name in self.results else "variable",
                    piece.name,
                    self.results.get(piece.name),
                )

    def _with_value_changed(self, i: int, text: str) -> Hydrated | None:
        """The change as one of a single variable or document that stands nowhere else; None where it is not that."""
        old = self.messages[i].text
        head, tail = common_ends(old, text)
        end = len(old) - tail
        found = slot_at([list(self._filled(t)) for t in texts_of(self.template_messages[i])], head, end)
        if found is None or self._uses(found[0].name) != 1:
            return None
        slot, begin = found
        added = text[head : len(text) - tail]
        if slot.name in self.values:
            value = self.values[slot.name]
            made = self.with_variable(slot.name, value[: head - begin] + added + value[end - begin :])
        elif slot.name in self.blocks and (block := self.blocks[slot.name].rewrite(head - begin, end - begin, added)):
            made = self._with_block(slot.name, block)
        else:
            return None
        return made if made.messages[i].text == text else None

    def _uses(self, name: str) -> int:
        every = (piece for m in self.template_messages for text in texts_of(m) for piece in pieces(text))
        return sum(isinstance(piece, Slot) and piece.name == name for piece in every)

    def _tool_name(self, call_id: str | None) -> str:
        calls = (call for m in self.template_messages for call in m.tool_calls)
        return next((call.name for call in calls if call_id is not None and call.id == call_id), "")

    @cached_property
    def _first_documents(self) -> dict[str, int]:
        """The position of each block's first document among all."""
        out: dict[str, int] = {}
        count = 0
        for name, block in self.blocks.items():
            out[name] = count
            count += len(block.documents)
        return out


def dehydrate(context: CallContext, file: PromptFile | None = None) -> Hydrated:
    """How the recorded messages of a call could have come from a template; never raises.

    The template is `file` where it gives the recorded text (a prompt file that the trace names), else the one the
    trace recorded, else what aligning the retrieved documents, the tool results and the question finds. What does not
    give back the recorded messages exactly is not proposed: `origin` is then `literal`, every character template text.
    """
    call = context.call
    ref = call.prompt
    made = Hydrated(
        template_messages=tuple(map_texts(m, escape) for m in call.messages),
        name=file.name if file else ref.name if ref else None,
        version=ref.version if ref else None,
        retrieved=context.retrieved,
    )
    proposal = propose(context, file.messages if file and file.has_placeholders else None)
    if proposal.origin == "literal":
        return made
    proposed = replace(
        made,
        template_messages=template_of(call.messages, proposal),
        values=proposal.values,
        blocks=proposal.blocks,
        origin=proposal.origin,
        results=proposal.results,
        own=proposal.own,
    )
    return proposed if proposed.messages == call.messages else made
