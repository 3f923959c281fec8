"""What the offline model reads in a request: the passages it may answer from, the question, and the rest."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tracefix_tui.model.json_value import Json
from tracefix_tui.model.message import Message
from tracefix_tui.replay.offline.words import sentences

_CONTEXT_WORDS = (
    r"context|documents?|sources?|passages?|excerpts?|search results?|retrieved [a-z ]+|knowledge base|references?"
    r"|articles?|kontext|dokumente|quellen|contexto|documentos|contesto|documenti|contexte|контекст|документы|上下文|文档|参考|コンテキスト"
)
_QUESTION_WORDS = (
    r"(?:user(?:'s)? |customer(?:'s)? )?(?:question|query|request)|frage|pregunta|domanda|вопрос|问题|問題|質問"
)
_OTHER_WORDS = r"answer|antwort|instructions?|rules|task|output(?: format)?|history|conversation|format"
_CONTEXT = re.compile(
    rf"^\s*(?:#+\s*)?(?:<(?:{_CONTEXT_WORDS})\b[^>]*>|(?:{_CONTEXT_WORDS})\s*[:：])\s*(?P<rest>.*)$", re.IGNORECASE
)
_QUESTION = re.compile(
    rf"^\s*(?:#+\s*)?(?:<(?:{_QUESTION_WORDS})>|(?:{_QUESTION_WORDS})\s*[:：])\s*(?P<rest>.*)$", re.IGNORECASE
)
_OTHER = re.compile(
    rf"^\s*(?:#+\s*)?(?:<(?:{_OTHER_WORDS})>|(?:{_OTHER_WORDS})\s*[:：])\s*(?P<rest>.*)$", re.IGNORECASE
)
_CLOSING = re.compile(r"^\s*</\w+>\s*$")
_LABEL = re.compile(
    r"^\s*(?:\[(?P<a>[\w.:#/ -]{1,48})\]"
    r"|(?:document|doc|source|passage|chunk|dokument|quelle)\s*\[?#?(?P<b>\w{1,12})\]?\s*[:.)\]-]"
    r"|<(?:document|doc|source|passage|chunk)\b[^>]*?\b(?:id|index|name|n)=[\"'](?P<c>[^\"']+)[\"'][^>]*>)"
    r"\s*[:：-]?\s*(?P<rest>.*)$",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"^\s*(?P<d>\d{1,3})[.):]\s+(?P<rest>.*)$")
_TAG = re.compile(r"</?\w+[^>]*>\s*$")
_TEXT_KEYS = ("content", "text", "snippet", "page_content", "body", "passage", "document", "answer", "result")
_ID_KEYS = ("id", "doc_id", "document_id", "source", "title", "name", "url")
_INSTRUCTION = re.compile(
    r"^(?:you are|you're|your (?:task|job|role)|answer|use|cite|if |do not|don't|never|always|respond|reply|return"
    r"|write|say|please|only|be |act |base |keep|when |given|make sure|ensure|output|format|follow|refer|include"
    r"|provide|think|help|ask|check|the following)",
    re.IGNORECASE,
)
_LONG = 400


@dataclass(frozen=True, slots=True)
class Passage:
    """A text to answer from. `label` is how the prompt numbers or names it; `tool` the tool that gave it."""

    text: str
    label: str | None = None
    tool: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A request as read. `instructions` is all text that is neither passage nor question."""

    passages: tuple[Passage, ...]
    question: str
    instructions: str
    earlier: str = ""
    results: tuple[Passage, ...] = ()


@dataclass
class _Split:
    """One message taken apart line by line."""

    passages: list[Passage] = field(default_factory=list)
    question: list[str] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)
    _mode: str = "rest"
    _label: str | None = None
    _lines: list[str] = field(default_factory=list)

    def feed(self, text: str) -> _Split:
        """Take in a whole text."""
        for line in text.split("\n"):
            self._line(line)
        self._close()
        return self

    def _line(self, line: str) -> None:
        label = _LABEL.match(line) or (_NUMBERED.match(line) if self._mode in ("context", "numbered") else None)
        if label and (self._mode != "rest" or any(c.isdigit() for c in _label_of(label))):
            self._open("numbered", _label_of(label), label["rest"])
        elif match := _CONTEXT.match(line):
            self._open("context", None, match["rest"])
        elif match := _QUESTION.match(line):
            self._open("question", None, match["rest"])
        elif match := _OTHER.match(line):
            self._open("rest", None, match["rest"])
        elif _CLOSING.match(line):
            self._open("context" if self._mode == "numbered" else "rest", None, "")
        else:
            self._lines.append(line)

    def _open(self, mode: str, label: str | None, first: str) -> None:
        self._close()
        self._mode, self._label = mode, label
        self._lines = [_TAG.sub("", first)] if first.strip() else []

    def _close(self) -> None:
        text = "\n".join(self._lines).strip()
        self._lines = []
        if not text:
            return
        if self._mode == "numbered":
            self.passages.append(Passage(text, self._label))
        elif self._mode == "context":
            self.passages += [Passage(part.strip()) for part in re.split(r"\n\s*\n", text) if part.strip()]
        elif self._mode == "question":
            self.question.append(text)
        else:
            self.rest.append(text)


def read(messages: Sequence[Message]) -> Reading:
    """Take the messages of a request apart. Tool results after the last question are `results` and passages too."""
    asked_at = max((i for i, m in enumerate(messages) if m.role == "user"), default=-1)
    passages: list[Passage] = []
    rules: list[str] = []
    question, earlier = "", ""
    results: list[Passage] = []
    for i, message in enumerate(messages):
        if message.role == "assistant":
            continue
        if message.role in ("tool", "function"):
            found = tuple(_from_tool(message, messages[:i]))
            passages += found
            results += found if i > asked_at else ()
            continue
        split = _Split().feed(message.text)
        if message.role == "user":
            earlier = question or earlier
            question = "\n".join(split.question) or _last_part(split)
        passages += split.passages
        rules += split.rest
    if not passages:
        passages = _facts(rules)
    return Reading(tuple(_numbered(passages)), question, "\n".join(rules), earlier, tuple(results))


def _last_part(split: _Split) -> str:
    """The question of a message that does not mark it: its last paragraph, taken out of where it stood."""
    holder = split.rest if split.rest else None
    if holder is None and split.passages:
        last = split.passages[-1]
        head, blank, tail = last.text.rpartition("\n\n")
        if blank and tail.strip():
            split.passages[-1] = Passage(head.strip(), last.label)
            return tail.strip()
        return ""
    if not holder:
        return ""
    if split.passages and not holder[-1].rstrip().endswith(("?", "？")):
        head, blank, tail = split.passages[-1].text.rpartition("\n\n")
        if blank and tail.rstrip().endswith(("?", "？")):
            split.passages[-1] = Passage(head.strip(), split.passages[-1].label)
            return tail.strip()
    head, _, tail = holder[-1].rpartition("\n\n")
    text = tail.strip() or holder[-1]
    if len(text) > _LONG:
        lines = sentences(text)
        asked = next((s for s in reversed(lines) if s.endswith(("?", "？"))), lines[-1] if lines else text)
        split.passages.append(Passage(text.replace(asked, "").strip()))
        text = asked
    holder[-1] = head
    if len(head) > _LONG and not split.passages:
        split.passages += [Passage(part.strip()) for part in re.split(r"\n\s*\n", head) if part.strip()]
    return text


def _facts(rules: Sequence[str]) -> list[Passage]:
    """Statements among the instructions, for prompts that hold their facts without marking them."""
    facts = [s for text in rules for s in sentences(text) if not _INSTRUCTION.match(s) and not s.endswith(("?", ":"))]
    return [Passage("\n".join(facts))] if facts else []


def _numbered(passages: Sequence[Passage]) -> Iterator[Passage]:
    """Passages that the prompt does not label are counted from 1, as a reader would."""
    for number, passage in enumerate(passages, 1):
        yield passage if passage.label is not None else Passage(passage.text, str(number), passage.tool)


def _label_of(match: re.Match[str]) -> str:
    groups = match.groupdict()
    return next((groups[key].strip() for key in ("a", "b", "c", "d") if groups.get(key)), "")


def _from_tool(message: Message, before: Sequence[Message]) -> Iterator[Passage]:
    name = next((c.name for m in reversed(before) for c in m.tool_calls if c.id == message.tool_call_id), message.name)
    try:
        value: Json = json.loads(message.text)
    except (ValueError, RecursionError):
        value = message.text
    rows = (
        value
        if isinstance(value, list)
        else next((v for v in value.values() if isinstance(v, list) and v and isinstance(v[0], dict)), [value])
        if isinstance(value, dict)
        else [value]
    )
    for row in rows or [value]:
        text = (
            next((str(row[k]) for k in _TEXT_KEYS if isinstance(row.get(k), str)), None)
            if isinstance(row, dict)
            else None
        )
        label = next((str(row[k]) for k in _ID_KEYS if row.get(k)), None) if isinstance(row, dict) and text else None
        yield Passage(text or "\n".join(_lines(row)), label, name or "tool")


def _lines(value: Json, path: str = "") -> Iterator[str]:
    """A JSON value as lines `path: value`."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _lines(item, f"{path} {key}".strip().replace("_", " "))
    elif isinstance(value, list):
        for item in value:
            yield from _lines(item, path)
    elif value is not None:
        text = value if isinstance(value, str) else json.dumps(value)
        yield f"{path}: {text}" if path else text
