"""Citation checks: asked for and missing, naming a document the prompt did not hold, or one that does not say so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tracefix_tui.checks.asks import asks_citation
from tracefix_tui.checks.check import Check, Judgement, failed, passed, unmeasured
from tracefix_tui.checks.claims import Citation, Claim, citations_of
from tracefix_tui.checks.labels import Labels, labels_of
from tracefix_tui.checks.lexical import index_of
from tracefix_tui.checks.reading import Reading
from tracefix_tui.checks.refusals import says_it_does_not_know
from tracefix_tui.model.check import Evidence, Suggestion
from tracefix_tui.model.json_value import JsonObject
from tracefix_tui.model.text import clip, plural

_SUPPORTED = 0.5
_ENOUGH_WORDS = 3
_PLACE = Suggestion(
    "move the rule about citing to the end of the prompt, with an example", "a rule far from the answer is often lost"
)
_STRICT = Suggestion(
    "say in the prompt that each citation must name the document its sentence comes from",
    "the model cites, but not what it used",
)


@dataclass(frozen=True)
class _Cited:
    """The citations of an answer, and what their labels mean."""

    citations: tuple[Citation, ...]
    labels: Labels


def _cited(reading: Reading) -> _Cited:
    found = citations_of(reading.answer)
    labels = labels_of(reading, cites_zero=any("0" in c.labels for c in found))
    real = tuple(c for c in found if any(labels.is_citation(label) for label in c.labels))
    return _Cited(real, labels)


def _may_cite(reading: Reading) -> bool:
    if not reading.is_final:
        return False
    return bool(citations_of(reading.answer)) or asks_citation(reading) is not None


def _absent(reading: Reading) -> str:
    if reading.subject.output is None:
        return "no output is recorded"
    return "" if reading.is_final else "the output is not an answer in text"


def judge_missing(reading: Reading, params: JsonObject) -> Judgement:
    """Fails when the prompt asks for citations and the answer states something without any."""
    if reason := _absent(reading):
        return unmeasured(reason)
    asked = asks_citation(reading)
    if asked is None:
        return unmeasured("the prompt does not ask for citations")
    claims = [c for c in reading.claims if len(c.keys) >= _ENOUGH_WORDS]
    if not claims or says_it_does_not_know(reading.answer):
        return unmeasured("the answer states nothing to cite")
    cited = _cited(reading)
    if not cited.citations:
        if any(label in reading.answer for label in cited.labels.documents if len(label) > 3 and not label.isdecimal()):
            return passed("the answer names its source in words")
        places = [*(reading.in_answer(c.start, c.end) for c in claims[:4]), asked]
        return failed("the prompt asks for citations, the answer holds none", places, [_PLACE], score=0.0)
    carrying = sum(any(c.start <= mark.start < c.end for mark in cited.citations) for c in claims)
    return passed(f"{carrying} of {plural(len(claims), 'sentence')} carry a citation", carrying / len(claims))


def judge_unknown(reading: Reading, params: JsonObject) -> Judgement:
    """Fails when a citation names a document that was not in the prompt."""
    if reason := _absent(reading):
        return unmeasured(reason)
    cited = _cited(reading)
    if not cited.citations:
        return unmeasured("the answer cites nothing")
    subject = reading.subject
    if not subject.documents and (subject.retrieved or not subject.retrieval_ran):
        lost = "none of the retrieved documents can be found in the prompt"
        return unmeasured(lost if subject.retrieved else "no documents are recorded")
    bad = [
        (citation, label)
        for citation in cited.citations
        for label in citation.labels
        if cited.labels.is_citation(label) and not cited.labels.known(label)
    ]
    if not bad:
        return passed("every citation names a document of the prompt", 1.0)
    if _numbering_unknown(reading, cited):
        return unmeasured("how the documents were numbered is not recorded")
    total = sum(len(c.labels) for c in cited.citations)
    label = bad[0][1]
    places = [reading.in_answer(c.start, c.end) for c, _ in bad]
    cut = cited.labels.cut_document(label)
    if cut is None:
        why = f"the prompt held {plural(len(subject.documents), 'document') if subject.documents else 'no document'}"
        return failed(f"the answer cites [{clip(label, 40)}], but {why}", places, [_STRICT], score=1 - len(bad) / total)
    why = f"document {cut + 1} was retrieved and did not reach the prompt"
    fix = Suggestion(f"put document {cut + 1} into the prompt", "the answer cites it", {"include_document": cut})
    places.append(reading.in_retrieved(cut))
    return failed(f"the answer cites [{clip(label, 40)}], but {why}", places, [fix], score=1 - len(bad) / total)


def _numbering_unknown(reading: Reading, cited: _Cited) -> bool:
    """No prompt shows the documents or asks for citations, and none fits: the numbers may be of another list."""
    if (
        not reading.subject.documents
        or cited.labels.numbered
        or any(reading.places)
        or asks_citation(reading) is not None
    ):
        return False
    return not any(cited.labels.known(label) for c in cited.citations for label in c.labels)


def judge_unsupported(reading: Reading, params: JsonObject) -> Judgement:
    """Fails when a cited document holds, in one window, less than half of the words of the sentence citing it."""
    if reason := _absent(reading):
        return unmeasured(reason)
    cited = _cited(reading)
    if not cited.citations:
        return unmeasured("the answer cites nothing")
    judged = [(claim, docs, _share(reading, claim, docs)) for claim, docs in _pairs(reading, cited)]
    if not judged:
        return unmeasured("no cited document's text is in the prompt")
    bad = sorted((j for j in judged if j[2] < _SUPPORTED), key=lambda j: j[2])
    score = min(share for *_, share in judged)
    if not bad:
        return passed(f"{plural(len(judged), 'cited sentence')} found in what they cite (by words)", score)
    claim, docs, share = bad[0]
    better = _better(reading, claim, docs)
    named = _named(cited, claim)
    if better is None:
        message = f"suspicion (lexical): {named} holds {share:.0%} of the words of the sentence that cites it"
    else:
        against = f"({better[1]:.0%} against {share:.0%})"
        message = f"the sentence cites {named}, but its words are in document {better[0] + 1} {against}"
    places = list(_places(reading, bad, cited))
    if better is not None:
        window = reading.indexes[better[0]].window(claim.keys)
        places.insert(2, reading.in_document(better[0], window.start, window.end))
    return failed(message, places, [_STRICT], score=score, severity="fail" if better is not None else None)


def _pairs(reading: Reading, cited: _Cited) -> Iterator[tuple[Claim, tuple[int, ...]]]:
    """Each claim that cites, with the documents it cites; documents without text are left out."""
    for claim in reading.claims:
        if len(claim.keys) < _ENOUGH_WORDS:
            continue
        labels = [label for citation in claim.citations for label in citation.labels]
        docs = [d for label in labels if (d := cited.labels.document(label)) is not None]
        held = tuple(dict.fromkeys(d for d in docs if (reading.subject.documents[d].content or "").strip()))
        if held:
            yield claim, held


def _share(reading: Reading, claim: Claim, docs: tuple[int, ...]) -> float:
    """The best window in any cited document; a sentence that cites several may be spread over them."""
    alone = max(reading.indexes[d].window(claim.keys).share for d in docs)
    if alone >= _SUPPORTED or len(docs) == 1:
        return alone
    together = index_of("\n".join(reading.subject.documents[d].content or "" for d in docs))
    spread = sum(k in together.keys for k in claim.keys) / len(claim.keys)
    return max(alone, together.window(claim.keys).share, spread - 0.25)


def _better(reading: Reading, claim: Claim, docs: tuple[int, ...]) -> tuple[int, float] | None:
    """Another document of the prompt that holds the sentence clearly better than the cited ones."""
    shares = [(index.window(claim.keys).share, -d) for d, index in enumerate(reading.indexes) if d not in docs]
    if not shares:
        return None
    share, negative = max(shares)
    return (-negative, share) if share >= _SUPPORTED and share >= _share(reading, claim, docs) + 0.2 else None


def _named(cited: _Cited, claim: Claim) -> str:
    labels = dict.fromkeys(label for c in claim.citations for label in c.labels if cited.labels.is_citation(label))
    return ", ".join(f"[{clip(label, 24)}]" for label in list(labels)[:3])


def _places(reading: Reading, bad: list[tuple[Claim, tuple[int, ...], float]], cited: _Cited) -> Iterator[Evidence]:
    for claim, docs, _ in bad:
        yield reading.in_answer(claim.start, claim.end)
        for document in docs[:1]:
            window = reading.indexes[document].window(claim.keys)
            yield reading.in_document(document, window.start, window.end)


CHECKS = (
    Check(
        "citation-missing",
        "The prompt asks for citations and the answer has none.",
        "citation",
        "fail",
        judge_missing,
        _may_cite,
    ),
    Check(
        "citation-unknown",
        "A citation names a document that was not in the prompt.",
        "citation",
        "fail",
        judge_unknown,
        _may_cite,
    ),
    Check(
        "citation-unsupported",
        "The cited document does not hold the words of the sentence that cites it.",
        "citation",
        "warn",
        judge_unsupported,
        _may_cite,
    ),
)
