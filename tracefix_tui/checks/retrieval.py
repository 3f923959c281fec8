"""Retrieval checks: nothing found, weak scores, and a document that fits the question but never reached the prompt."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import log

from tracefix_tui.checks.check import Check, Judgement, failed, passed, unmeasured
from tracefix_tui.checks.lexical import TextIndex, index_of
from tracefix_tui.checks.reading import Reading
from tracefix_tui.model.check import Evidence, Suggestion
from tracefix_tui.model.json_value import JsonObject
from tracefix_tui.model.text import clip, plural
from tracefix_tui.model.trace import Document

_MIN_SCORE = 0.3
_RANK_FUSION = 0.05  # reciprocal rank fusion gives 1/(60 + rank): such scores say nothing of similarity
_MIN_FIT = 0.34
_QUERY = (
    Suggestion(
        "rewrite the question before searching (expansion, a hypothetical answer)",
        "the words of the question may not be those of the documents",
    ),
    Suggestion("look at the filters and the index", "the document may not be there, or may be filtered out"),
)


def _searched(reading: Reading) -> bool:
    return reading.subject.retrieval_ran or bool(reading.subject.retrieved)


def judge_empty(reading: Reading, params: JsonObject) -> Judgement:
    """Fails when a search ran and gave nothing."""
    subject = reading.subject
    if not _searched(reading):
        return unmeasured("no retrieval is recorded")
    count = len(subject.retrieved) or len(subject.documents)
    if count:
        return passed(f"the search gave {plural(count, 'document')}", 1.0)
    where = Evidence(subject.retrieval_span_id or subject.span_id, "documents")
    return failed("the search ran and found no document", [where], _QUERY, score=0.0)


def judge_low(reading: Reading, params: JsonObject) -> Judgement:
    """Fails when the best similarity is under `min_score` (0.3); scores on another scale are not judged."""
    documents = reading.subject.retrieved or reading.subject.documents
    least = params.get("min_score", _MIN_SCORE)
    least = float(least) if isinstance(least, int | float) else _MIN_SCORE
    scored = [(i, d.score) for i, d in enumerate(documents) if d.score is not None]
    scores = [score for _, score in scored]
    reason = _not_similarity(scores)
    if reason:
        return unmeasured(reason)
    best, top = max(scored, key=lambda pair: pair[1])
    if top >= least:
        return passed(f"the best score is {top:.2f}", top)
    place = reading.in_retrieved(best) if reading.subject.retrieved else reading.in_document(best)
    return failed(
        f"the best of {plural(len(scored), 'document')} scores {top:.2f}, under {least:.2f}", [place], _QUERY, score=top
    )


def _not_similarity(scores: Sequence[float]) -> str:
    if not scores:
        return "no scores are recorded"
    if not all(0.0 <= s <= 1.0 for s in scores):
        return "the scores are not similarities between 0 and 1"
    if max(scores) < _RANK_FUSION:
        return "the scores look like rank fusion, not similarity"
    rising = all(a <= b for a, b in pairwise(scores)) and scores[0] < scores[-1]
    return "the scores rise with the rank: distances, not similarities" if rising else ""


def judge_cut(reading: Reading, params: JsonObject) -> Judgement:
    """Fails when a retrieved document that is not in the prompt fits the question better than all that are.

    Fit is the share of the question's content words in the document, each weighted by how few of the retrieved
    documents hold it; words that no retrieved document holds do not count.
    """
    subject = reading.subject
    if not _searched(reading):
        return unmeasured("no retrieval is recorded")
    kept = {_identity(d) for d in subject.documents}
    cut = [i for i, d in enumerate(subject.retrieved) if _identity(d) not in kept and (d.content or "").strip()]
    if not cut:
        return (
            passed("every retrieved document with text is in the prompt", 1.0)
            if subject.documents
            else unmeasured("no retrieved text is recorded")
        )
    if not subject.documents:
        return unmeasured("none of the retrieved documents can be found in the prompt")
    indexes = {i: index_of(d.content or "") for i, d in enumerate(subject.retrieved)}
    weights = _weights(reading.question, list(indexes.values()))
    fits = {i: _fit(index, weights) for i, index in indexes.items()}
    inside = max((fits[i] for i in fits if i not in cut), default=0.0)
    best = max(cut, key=lambda i: (fits[i], -i))
    told = frozenset().union(*(indexes[i].keys for i in indexes if i not in cut))
    fresh = [w for w in weights if w in indexes[best].keys and w not in told]
    if fits[best] < _MIN_FIT or fits[best] <= inside or not fresh:
        return passed(
            f"none of the {plural(len(cut), 'document')} left out fits the question better than those in the prompt",
            1.0,
        )
    return _cut(reading, best, fits[best], inside, weights)


def _cut(reading: Reading, best: int, fit: float, inside: float, weights: dict[str, float]) -> Judgement:
    document = reading.subject.retrieved[best]
    window = index_of(document.content or "").window(weights.keys())
    name = f" ({clip(document.id, 40)})" if document.id else ""
    count = len(reading.subject.documents)
    against = f"({fit:.0%} of its words, best in the prompt {inside:.0%})"
    include = Suggestion(
        f"put document {best + 1} into the prompt",
        "it was found, and its words are those of the question",
        {"include_document": best},
    )
    wanted = max(count, best) + 1
    more = Suggestion(f"raise top_k from {count} to {wanted}", "it ranked below the cut", {"top_k": wanted})
    return failed(
        f"document {best + 1}{name} fits the question {against} but was cut from the prompt",
        [reading.in_retrieved(best, window.start, window.end)],
        [include, more],
        score=max(0.0, 1.0 - fit),
    )


def _identity(document: Document) -> str:
    return document.content or document.id or ""


def _weights(question: str, indexes: Sequence[TextIndex]) -> dict[str, float]:
    """Inverse document frequency of the question's content words that occur in any document, summing to 1."""
    words = {t.key for t in index_of(question).tokens if t.content}
    held = {w: sum(w in index.keys for index in indexes) for w in words}
    raw = {w: log(1 + len(indexes) / n) for w, n in held.items() if n}
    total = sum(raw.values()) or 1.0
    return {w: v / total for w, v in raw.items()}


def _fit(index: TextIndex, weights: dict[str, float]) -> float:
    return sum(weight for word, weight in weights.items() if word in index.keys)


CHECKS = (
    Check("retrieval-empty", "The search found no document at all.", "retrieval", "fail", judge_empty, _searched),
    Check(
        "retrieval-low",
        "Even the best document scores low against the question.",
        "retrieval",
        "warn",
        judge_low,
        _searched,
        param="min_score",
    ),
    Check(
        "retrieval-cut",
        "A document that fits the question was found but is not in the prompt.",
        "retrieval",
        "warn",
        judge_cut,
        _searched,
    ),
)
