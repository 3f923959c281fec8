"""Words, sentences and how alike they are: the arithmetic of the offline model."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence

_CJK = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_TOKEN = re.compile(rf"[{_CJK}]+|[^\W_]+(?:['’][^\W_]+)?")
_IS_CJK = re.compile(rf"[{_CJK}]")
_SENTENCE = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=[^\sa-z])|(?<=[。！？])|\n+")
_BULLET = re.compile(r"^\s*(?:[-*•]|#{1,6})\s+")
_SUFFIXES = (("ies", "y"), ("ing", ""), ("ed", ""), ("es", ""), ("s", ""))
_ABSENT = 0.3
_STOPWORDS = frozenset(
    re.findall(
        r"\w+",
        """a about after all also am an and any are as at be been but by can could did do does for from get give go had
        has have he her his how i if in into is it its just may me my no not now of on one or our out please should so
        some tell than that the their them then there these they this to up us was we were what when where which who
        why will with would you your""",
    )
)


def tokens(text: str) -> list[str]:
    """Stems of the words that carry meaning; pairs of characters where a script has no spaces."""
    found: list[str] = []
    for word in _TOKEN.findall(text.lower()):
        if _IS_CJK.match(word):
            found += [word[i : i + 2] for i in range(len(word) - 1)] or [word]
        elif word not in _STOPWORDS:
            found.append(_stem(word))
    return found


def sentences(text: str) -> list[str]:
    """Sentences and lines of a text, without bullets and without empty ones."""
    pieces = (_BULLET.sub("", piece).strip() for piece in _SENTENCE.split(text))
    return [piece for piece in pieces if piece and _TOKEN.search(piece)]


def weights(asked: Iterable[str], texts: Sequence[Sequence[str]]) -> dict[str, float]:
    """How much each asked word tells texts apart: rare and long words more, after Spärck Jones' idf.

    A word that occurs nowhere counts less: it may be a detail of the asker's own case.
    """
    seen = Counter(token for text in texts for token in set(text))
    count = len(texts) or 1
    return {token: _idf(count, seen[token]) * min(1.0, (len(token) + 1) / 5) for token in set(asked)}


def _idf(texts: int, holding: int) -> float:
    return math.log(1 + (texts + 1) / (holding + 0.5)) * (1.0 if holding else _ABSENT)


def coverage(asked: dict[str, float], text: Iterable[str]) -> float:
    """The weighted share, 0 to 1, of the asked words that the text holds."""
    total = sum(asked.values())
    present = set(text)
    return sum(w for token, w in asked.items() if token in present) / total if total else 0.0


def likeness(asked: dict[str, float], text: Sequence[str]) -> float:
    """Plain similarity, which favours short sentences that echo the question: coverage over the root of the length."""
    return coverage(asked, text) / math.sqrt(max(3, len(text))) * math.sqrt(3)


def count_tokens(text: str) -> int:
    """A rough count of model tokens: four characters each, never none for some text."""
    return 0 if not text else max(1, round(len(text) / 4))


def _stem(word: str) -> str:
    word = word.removesuffix("'s").removesuffix("’s")
    if len(word) < 4 or not word.isascii():
        return word
    for suffix, ending in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3 and not word.endswith("ss"):
            return word[: -len(suffix)] + ending
    return word.removesuffix("e") if len(word) > 4 else word
