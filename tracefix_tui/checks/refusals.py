"""Refusals: the model declines, a filter withheld the answer, or it says it does not know although a document fits."""

from __future__ import annotations

import re

from tracefix_tui.checks.check import Check, Judgement, failed, passed, unmeasured
from tracefix_tui.checks.lexical import index_of
from tracefix_tui.checks.reading import Reading
from tracefix_tui.model.check import Evidence, Suggestion
from tracefix_tui.model.json_value import JsonObject
from tracefix_tui.model.text import clip

_FILTER_REASONS = (
    "content_filter content_filtered safety refusal recitation blocklist prohibited_content guardrail_intervened"
)
_FILTERED = frozenset(_FILTER_REASONS.split())
_DONT_KNOW = re.compile(
    r"\b(?:I|we) (?:do not|don['\u2019]t|could not|couldn['\u2019]t|cannot|can['\u2019]t"
    r"|was(?: not|n['\u2019]t) able to|am unable to|were unable to)"
    r" (?:have|know|find|locate|see|answer|determine|provide (?:an|that|this|the) answer)"
    r"|\b(?:unable to|cannot|can['\u2019]t|not possible to|impossible to) (?:answer|determine|find|give an answer)\b"
    r"|\b(?:context|documents?|passages?|sources?|information|text|excerpts?)(?: \w+){0,2}"
    r" (?:do(?:es)? not|don['\u2019]t|doesn['\u2019]t) (?:contain|mention|provide|include|say|specify|answer|state)"
    r"|\bno (?:relevant |such )?(?:information|answer|mention|document|data|results?)"
    r" (?:is |was |were |are )?(?:found|available|provided|given|about|on|in)\b"
    r"|\b(?:not|isn['\u2019]t) (?:mentioned|provided|specified|stated|found|contained|included|available)"
    r" in the (?:context|document|passage|source|provided|given|text)"
    r"|\bnot enough (?:information|context)\b|\binsufficient (?:information|context)\b",
    re.I,
)
_REFUSES = re.compile(
    r"^\W*(?:(?:I['\u2019]m|I am)(?: very| really| so)? sorry|sorry|apologies|my apologies|unfortunately"
    r"|as an? (?:AI|language model|assistant))?[^.\n]{0,60}?"
    r"\b(?:I|we) (?:cannot|can['\u2019]t|am unable to|['\u2019]m unable to|am not able to|['\u2019]m not able to"
    r"|won['\u2019]t|will not|must decline to|have to decline|decline to)\s+(?:be able to )?"
    r"(?:assist|help|comply|fulfil|fulfill|provide|do that|do this|discuss|continue|engage|support|answer|create"
    r"|generate|write|share|process|respond|participate)",
    re.I,
)
_HEAD = 300
_SHORT_REFUSAL = 1200
_SHORT_UNKNOWN = 600
_FITS = 0.6


def says_it_does_not_know(answer: str) -> bool:
    """The answer, in its first 300 characters, says that it has no answer."""
    return bool(_DONT_KNOW.search(answer[:_HEAD]))


def judge_refusal(reading: Reading, params: JsonObject) -> Judgement:
    """Fails when the model declines, a filter withheld the answer, or it does not know although a document fits."""
    subject = reading.subject
    if subject.output is None:
        return unmeasured("no output is recorded")
    reason, spoken = subject.finish_reason or "", subject.output.extra.get("refusal")
    if reason.lower() in _FILTERED:
        where = Evidence(subject.span_id, "finish_reason", 0, len(reason), reason)
        message = f"the answer was withheld (finish reason {clip(reason, 24)})"
        return failed(message, [where], score=0.0, severity="fail")
    if isinstance(spoken, str) and spoken:
        where = Evidence(subject.span_id, "output.refusal", 0, len(spoken), spoken)
        return failed(f"the model refused: {clip(spoken, 60)}", [where], score=0.0)
    if subject.output.tool_calls:
        return passed("the model calls a tool")
    if not reading.is_final:
        return unmeasured("the output is not an answer in text")
    match = _REFUSES.search(reading.answer[:_HEAD]) if len(reading.answer) < _SHORT_REFUSAL else None
    if match and not says_it_does_not_know(reading.answer):
        return failed("the model declines to answer", [reading.in_answer(match.start(), match.end())], score=0.0)
    return _unknown(reading)


def _unknown(reading: Reading) -> Judgement:
    """Not to know is right when nothing fits; it fails when a document of the prompt holds the words asked for."""
    match = _DONT_KNOW.search(reading.answer[:_HEAD])
    if match is None or len(reading.answer) > _SHORT_UNKNOWN:
        return passed("the model answers")
    asked = {t.key for t in index_of(reading.question).tokens if t.content}
    if not asked or not reading.indexes:
        return passed("the model says it does not know")
    windows = [(index.window(asked), i) for i, index in enumerate(reading.indexes)]
    window, document = max(windows, key=lambda pair: pair[0].share)
    if window.share < _FITS or window.share * len(asked) < 2:
        return passed("the model says it does not know, and no document fits the question")
    held = f"document {document + 1} holds {window.share:.0%} of the question's words"
    first = Suggestion(
        f"move document {document + 1} to the front of the context", "the middle of a long context is easily missed"
    )
    return failed(
        f"the model says it does not know, but {held}",
        [
            reading.in_answer(match.start(), match.end()),
            reading.in_document(document, window.start, window.end),
        ],
        [first],
        score=0.2,
    )


def _answered(reading: Reading) -> bool:
    return reading.subject.output is not None


CHECKS = (
    Check(
        "refusal",
        "The model declines, or says it does not know although a document fits.",
        "instruction",
        "warn",
        judge_refusal,
        _answered,
    ),
)
