"""Grounding checks: sentences of the answer that the documents do not hold, and numbers they hold differently.

Both are lexical: they see words, not meaning. A finding is a suspicion with its evidence; a pass is not a proof.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from tracefix_tui.checks.check import Check, Judgement, failed, passed, unmeasured
from tracefix_tui.checks.claims import Claim
from tracefix_tui.checks.lexical import TextIndex, Token, index_of, numbers_of
from tracefix_tui.checks.reading import Reading, Support
from tracefix_tui.model.check import Evidence, Suggestion
from tracefix_tui.model.json_value import JsonObject
from tracefix_tui.model.text import clip, plural

_ENOUGH_WORDS = 4
_SUPPORTED = 0.5
_STRONG = 0.6  # what is left of a sentence's support when a number or a name in it is nowhere in the sources
_SHOWN = 12
_MOST_QUANTITIES = 300
_CURRENCY = "$\u20ac\u00a3\u00a5"
_SUGGEST = (
    Suggestion(
        "tell the model to answer only from the context, and to say so when it does not hold the answer",
        "the documents do not hold what the answer says",
    ),
    Suggestion(
        "set temperature to 0",
        "a lower temperature stays closer to the context",
        {"param": "temperature", "value": 0},
    ),
)


def _has_documents(reading: Reading) -> bool:
    return bool(reading.subject.documents) and reading.is_final


def _missing(reading: Reading, needs_final: bool = True) -> str:
    subject = reading.subject
    if subject.output is None:
        return "no output is recorded"
    if needs_final and not reading.is_final:
        return "the output is not an answer in text"
    if not subject.documents:
        ran = subject.retrieval_ran or subject.retrieved
        return "none of the retrieved documents can be found in the prompt" if ran else "no documents are recorded"
    if not any((d.content or "").strip() for d in subject.documents):
        return "the documents' text is not recorded"
    return ""


@dataclass(frozen=True, slots=True)
class _Judged:
    claim: Claim
    support: Support
    strange: tuple[Token, ...]

    @property
    def value(self) -> float:
        """The share of the claim's words that stand together in a source, less when a number or name stands nowhere."""
        return self.support.window.share * (_STRONG if self.strange else 1.0)


def judge_grounded(reading: Reading, params: JsonObject) -> Judgement:
    """Fails when the answer's sentences are, on the whole, not to be found in the documents and the rest of the prompt.

    A sentence's support is the largest share of its content words inside one window of a source, times 0.6 when a
    number or a name in it is nowhere in the sources. The score is two thirds their mean and one third the worst.
    """
    absent = _missing(reading)
    if absent:
        return unmeasured(absent)
    claims = [c for c in reading.claims if len(c.keys) >= _ENOUGH_WORDS] or list(reading.claims)
    judged = [_Judged(c, reading.support(c), tuple(_strange(reading, c))) for c in claims]
    if not judged:
        return unmeasured("the answer states nothing that could be looked up")
    values = [j.value for j in judged]
    score = (2 * sum(values) / len(values) + min(values)) / 3
    weak = [j for j in judged if j.value < _SUPPORTED]
    count = plural(len(judged), "sentence")
    if score >= _SUPPORTED:
        return passed(f"{len(judged) - len(weak)} of {count} found in the documents (by words)", score)
    words = list(dict.fromkeys(reading.answer[t.start : t.end] for j in weak for t in j.strange))
    nowhere = f"; nowhere: {clip(', '.join(words[:6]), 60)}" if words else ""
    message = f"suspicion (lexical): {len(weak)} of {count} not found in the documents{nowhere}"
    weak.sort(key=lambda j: j.value)
    return failed(message, list(_evidence(reading, weak))[:_SHOWN], _SUGGEST, score=score)


def _strange(reading: Reading, claim: Claim) -> Iterator[Token]:
    """Numbers and names of a claim that the model was never given."""
    for i, token in enumerate(claim.tokens):
        if token.number and not numbers_of(claim.tokens[i : i + 2]) & reading.known_numbers:
            yield token
    for token in claim.names:
        if token.key not in reading.known_keys and token.raw not in reading.known_keys:
            yield token


def _evidence(reading: Reading, weak: list[_Judged]) -> Iterator[Evidence]:
    for judged in weak:
        yield reading.in_answer(judged.claim.start, judged.claim.end)
        yield from (reading.in_answer(t.start, t.end) for t in judged.strange)


@dataclass(frozen=True, slots=True)
class _Quantity:
    """A number with what it counts: the unit after it, a currency sign before it, or percent."""

    token: Token
    unit: str
    start: int
    end: int


def judge_contradicted(reading: Reading, params: JsonObject) -> Judgement:
    """Fails when the answer gives a quantity that no source gives, while a document gives another on the same subject.

    The same subject: the same unit, in a sentence that shares half of the claim's other words.
    """
    absent = _missing(reading)
    if absent:
        return unmeasured(absent)
    sources = (*reading.indexes, *reading.other_sources)
    told = {(q.token.key, q.unit) for i in sources for group in _by_unit(i.text).values() for q in group}
    stated = ((claim, q) for claim in reading.claims for q in _quantities(reading.answer, claim.tokens))
    pairs = list(islice(stated, _MOST_QUANTITIES))
    if not pairs:
        return unmeasured("the answer holds no quantity")
    places: list[Evidence] = []
    for claim, quantity in pairs:
        found = None if (quantity.token.key, quantity.unit) in told else _other_value(reading, claim, quantity)
        if found is not None:
            document, other = found
            places.append(reading.in_answer(quantity.start, quantity.end))
            places.append(reading.in_document(document, other.start, other.end))
    if not places:
        return passed("no number of the answer stands against one in the documents", 1.0)
    here, there = places[0], places[1]
    message = f'the answer says "{clip(here.text, 30)}", the documents say "{clip(there.text, 30)}"'
    return failed(message, places[:_SHOWN], _SUGGEST, score=1 - len(places) / 2 / len(pairs))


def _quantities(text: str, tokens: tuple[Token, ...] | list[Token]) -> Iterator[_Quantity]:
    for i, token in enumerate(tokens):
        if not token.number or len(token.raw) > 15:
            continue
        before = text[token.start - 1] if token.start else ""
        after = tokens[i + 1] if i + 1 < len(tokens) else None
        if before == "(":
            continue  # a conversion or an aside: `79 degrees (26 degrees Celsius)`
        if token.raw.endswith("%"):
            yield _Quantity(token, "%", token.start, token.end)
        elif before and before in _CURRENCY:
            yield _Quantity(token, before, token.start - 1, token.end)
        elif (
            after
            and not after.number
            and after.content
            and len(after.raw) > 1
            and text[token.end : after.start] in (" ", "-", "\u00a0")
        ):
            yield _Quantity(token, after.key, token.start, after.end)


def _other_value(reading: Reading, claim: Claim, quantity: _Quantity) -> tuple[int, _Quantity] | None:
    """The document, and in it the quantity of the same unit in the sentence that shares most words with the claim."""
    topic = {k for k in claim.keys if k != quantity.token.key and k != quantity.unit and not k[0].isdigit()}
    best: tuple[int, int, _Quantity] | None = None
    said = {token.key for token in claim.numbers}
    for d, index in enumerate(reading.indexes):
        for shared, other in _same_unit(index, topic, quantity.unit):
            if other.token.key not in said and (best is None or shared > best[0]):
                best = (shared, d, other)
    share = 0.6 if quantity.token.key in reading.known_numbers else 0.5  # a number given elsewhere needs a closer match
    if best is None or best[0] < max(2, share * len(topic)):
        return None
    return best[1], best[2]


def _same_unit(index: TextIndex, topic: set[str], unit: str) -> Iterator[tuple[int, _Quantity]]:
    """Quantities of that unit, each with how many words of the topic its sentence shares."""
    found = _by_unit(index.text).get(unit)
    if not found:
        return
    starts = [start for start, _, _ in index.sentences]
    for quantity in found:
        _, _, words = index.sentences[bisect_right(starts, quantity.token.start) - 1]
        yield len(topic & words), quantity


@lru_cache(maxsize=512)
def _by_unit(text: str) -> dict[str, list[_Quantity]]:
    found: dict[str, list[_Quantity]] = {}
    for quantity in _quantities(text, index_of(text).tokens):
        found.setdefault(quantity.unit, []).append(quantity)
    return found


CHECKS = (
    Check(
        "grounded",
        "The answer's sentences are found in the documents, by their words.",
        "grounding",
        "warn",
        judge_grounded,
        _has_documents,
    ),
    Check(
        "number-contradicted",
        "A number in the answer differs from the documents' number for the same thing.",
        "grounding",
        "fail",
        judge_contradicted,
        _has_documents,
    ),
)
