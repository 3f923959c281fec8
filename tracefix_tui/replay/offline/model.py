"""The offline model itself: request in, answer out. Pure Python; it imports no LiteLLM."""

from __future__ import annotations

import json
import math
import random
import re
from dataclasses import dataclass

from tracefix_tui.model.attempt import Request
from tracefix_tui.model.json_value import Json
from tracefix_tui.model.message import ToolCall
from tracefix_tui.replay.offline.instructions import Instructions, follow
from tracefix_tui.replay.offline.reading import Passage, Reading, read
from tracefix_tui.replay.offline.structured import fill
from tracefix_tui.replay.offline.tooling import choose
from tracefix_tui.replay.offline.words import count_tokens, coverage, likeness, sentences, tokens, weights
from tracefix_tui.replay.providers import OFFLINE_MODEL

_RELEVANT = 0.34
_ALSO = 0.75
_NOISE = 0.12
_UNSURE = "I don't know: the documents I was given do not answer this."
_NOTHING = "I can only answer from text in the prompt, and found none there."
_CONDITION = re.compile(
    r"\d|\b(?:only|unless|except|within|until|before|after|must|not|never|cannot|if|provided|require[sd]?"
    r"|expire[sd]?|exclud\w+|final)\b",
    re.IGNORECASE,
)
_QUANTITY = re.compile(
    r"\b(?:how (?:many|much|long|old|often|far|big)|when|what (?:time|date|year|number|percent\w*)|by when)\b",
    re.IGNORECASE,
)
_MEASURE = re.compile(r"\d+[ -]?([^\W\d_]+|[%€$£])")
_YEAR = re.compile(r"\b((?:19|20)\d\d)(?:-(\d\d))?(?:-(\d\d))?\b")
_ERROR = re.compile(r"\berror\b|\bfailed\b|\bexception\b|\bnot found\b|\binvalid\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model says: a text, or calls of tools. `finish_reason` as chat completions spell it."""

    text: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    finish_reason: str = "stop"
    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True)
class _Line:
    """One sentence with where it stands and how well it answers."""

    text: str
    passage: Passage
    place: int
    score: float
    relevant: float


class OfflineModel:
    """`offline/extractive`. The same request, seed and repeat give the same answer; temperature 0 needs neither."""

    name = OFFLINE_MODEL

    def answer(self, request: Request, repeat: int = 0) -> Answer:
        """Read the request and answer it."""
        reading = read(request.messages)
        rules = follow(request, reading.instructions)
        chance = _chance(request, repeat)
        asked_in = count_tokens(json.dumps(request.to_litellm(), ensure_ascii=False))
        decision = choose(request, reading, rules)
        if decision is not None and decision.calls:
            spent = sum(count_tokens(call.name + call.arguments) for call in decision.calls)
            return Answer("", decision.calls, "tool_calls", asked_in, spent)
        text = decision.question if decision is not None else self._say(request, reading, rules, chance)
        text, reason = _limited(text, request)
        return Answer(text, (), reason, asked_in, count_tokens(text))

    def _say(self, request: Request, reading: Reading, rules: Instructions, chance: random.Random | None) -> str:
        failed = next((p for p in reversed(reading.results) if _ERROR.search(p.text[:200])), None)
        if failed is not None and all(_ERROR.search(p.text[:200]) for p in reading.results):
            return f"The tool {failed.tool} failed: {sentences(failed.text)[0]}"
        lines = rank(reading, rules, _temperature(request), chance)
        chosen = select(lines, rules)
        if rules.json:
            return _as_json(chosen, reading, rules)
        if not chosen:
            return (rules.unsure or _UNSURE) if reading.passages or rules.only_context else _NOTHING
        return _prose(chosen, rules)


def rank(reading: Reading, rules: Instructions, temperature: float, chance: random.Random | None) -> list[_Line]:
    """All sentences that could answer, best first.

    Told to stay with the documents, it weighs how much of the question a sentence and its passage cover; told to mind
    conditions, it prefers sentences that state one. Told neither, it goes by likeness, as a careless reader does.
    """
    rows = [(line, passage, tokens(line)) for passage in reading.passages for line in sentences(passage.text)]
    asked = weights(tokens(reading.question) or tokens(reading.earlier), [words for _, _, words in rows])
    told = rules.only_context or rules.careful
    support = {id(p): coverage(asked, tokens(p.text)) for p in reading.passages}
    ages = _ages(reading.passages) if rules.newest else {}
    measures = _measures(reading.question)
    wants_number = told and bool(_QUANTITY.search(reading.question))
    out = []
    for place, (line, passage, words) in enumerate(rows):
        relevant = coverage(asked, words)
        score = 0.75 * relevant + 0.25 * support[id(passage)] if told else likeness(asked, words)
        if score and rules.careful and _CONDITION.search(line):
            score += 0.2 + (0.2 if measures & _measures(line) else 0.0)
        if score and wants_number and re.search(r"\d", line):
            score += 0.12
        if score:
            score += 0.3 * ages.get(id(passage), 0.0)
        if chance is not None:
            score += temperature * _NOISE * -math.log(-math.log(chance.random() or 1e-12) or 1e-12)
        out.append(_Line(line, passage, place, score, max(relevant, 0.6 * support[id(passage)] if relevant else 0.0)))
    return sorted(out, key=lambda line: (-line.score, line.place))


def select(lines: list[_Line], rules: Instructions) -> list[_Line]:
    """The sentences to say, in the order they stand; none when nothing is relevant and the prompt asks for honesty."""
    grounded = rules.only_context or rules.unsure is not None
    usable = [line for line in lines if line.relevant >= (_RELEVANT if grounded else 0.01)]
    if not usable:
        return [] if grounded else lines[:1]
    best = usable[0]
    chosen = [best]
    for line in lines if rules.only_context or rules.careful else ():
        if len(chosen) >= rules.most:
            break
        also = line in usable and line.score >= _ALSO * best.score
        condition = rules.careful and line.passage is best.passage and bool(_CONDITION.search(line.text))
        if line is not best and (also or condition) and not any(_says_the_same(line, said) for said in chosen):
            chosen.append(line)
    return sorted(chosen, key=lambda line: line.place)


def _says_the_same(a: _Line, b: _Line) -> bool:
    """Whether one holds the other: the same passage often stands in the prompt and in a tool's result."""
    one, other = (" ".join(tokens(line.text)) for line in (a, b))
    return one in other or other in one


def _prose(chosen: list[_Line], rules: Instructions) -> str:
    """Sentences as they stand, each run of one passage followed by its citation where citations are asked for."""
    pieces: list[str] = []
    for i, line in enumerate(chosen):
        last_of_passage = i + 1 == len(chosen) or chosen[i + 1].passage is not line.passage
        text = line.text if line.text.endswith((".", "!", "?", "。", "！", "？")) else line.text + "."
        if rules.cite and last_of_passage:
            text = f"{text[:-1]} [{line.passage.label}]{text[-1]}"
        pieces.append(text)
    return " ".join(pieces)


def _as_json(chosen: list[_Line], reading: Reading, rules: Instructions) -> str:
    text = " ".join(line.text for line in chosen) if chosen else rules.unsure or _UNSURE
    labels = list(dict.fromkeys(line.passage.label for line in chosen if line.passage.label))
    value: Json = fill(rules, reading, text, labels, confidence=min(1.0, chosen[0].relevant) if chosen else 0.0)
    body = json.dumps(value, ensure_ascii=False, indent=2 if rules.fenced else None)
    return f"```json\n{body}\n```" if rules.fenced else body


def _limited(text: str, request: Request) -> tuple[str, str]:
    """The text cut where `stop` or a token limit says so, and why it ended."""
    stops = request.params.get("stop")
    for mark in [stops] if isinstance(stops, str) else stops if isinstance(stops, list) else []:
        if isinstance(mark, str) and mark and mark in text:
            text = text[: text.index(mark)]
    for name in ("max_tokens", "max_completion_tokens"):
        limit = request.params.get(name)
        if isinstance(limit, int) and count_tokens(text) > limit:
            return text[: 4 * limit].rstrip(), "length"
    return text, "stop"


def _temperature(request: Request) -> float:
    """As given; 0 where it is not, so that the model is steady unless it is asked not to be."""
    value = request.params.get("temperature")
    return float(value) if isinstance(value, (int, float)) else 0.0


def _chance(request: Request, repeat: int) -> random.Random | None:
    if _temperature(request) <= 0:
        return None
    asked = json.dumps([m.to_openai() for m in request.messages], sort_keys=True, ensure_ascii=False)
    return random.Random(f"{request.params.get('seed')}|{repeat}|{asked}")


def _measures(text: str) -> set[str]:
    """What is counted in a text: `day` in "45 days". A limit counts the same as the case it limits."""
    return {stem for word in _MEASURE.findall(text) for stem in tokens(word)}


def _ages(passages: tuple[Passage, ...]) -> dict[int, float]:
    """0 for the passage with the oldest date, 1 for the newest; passages without a date are as old as the oldest."""
    found = {id(p): max(("".join(g or "00" for g in m) for m in _YEAR.findall(p.text)), default="") for p in passages}
    order = sorted(set(found.values()) | {""})
    return {key: order.index(date) / max(1, len(order) - 1) for key, date in found.items()}
