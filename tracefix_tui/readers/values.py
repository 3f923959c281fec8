"""Values of trace files: text that holds JSON, times in any unit, ids in any spelling, dotted keys, vectors."""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

_JSON_STARTS = '{["'
_HEX = re.compile(r"[0-9a-fA-F]+\Z")
_NUMBER = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?\Z")
_FRACTION = re.compile(r"(\.\d{6})\d+")
# A vector is at least this many numbers; shorter lists of numbers are data that people read.
_MIN_VECTOR = 8
_MAX_INDEX_DIGITS = 6
# Half a century from now in nanoseconds: a larger number is no time.
_LATEST_NS = 4_000_000_000_000_000_000
_LATEST_TEXT = str(_LATEST_NS)
_NS_DIGITS = len(_LATEST_TEXT)
# Deeper than anything an application writes, and well within what Python can walk, compare and print by recursion.
_DEEPEST = 200


def maybe_json(value: Any, depth: int = 3) -> Any:
    """The value a text encodes, up to `depth` encodings deep.

    What does not parse, or is nested more than 200 levels deep, is given back as it is.
    """
    while depth > 0 and isinstance(value, str):
        stripped = value.strip()
        if not stripped or stripped[0] not in _JSON_STARTS:
            break
        try:
            found = json.loads(stripped)
        except (ValueError, RecursionError):
            break
        if stripped.count("[") + stripped.count("{") > _DEEPEST and _nested_deeper(found, _DEEPEST):
            break
        value = mend_values(found) if "\\ud" in stripped.lower() else found
        depth -= 1
    return value


def _nested_deeper(value: Any, levels: int) -> bool:
    layer = [value]
    for _ in range(levels + 1):
        inner = (item.values() if isinstance(item, dict) else item for item in layer if isinstance(item, (dict, list)))
        layer = [item for items in inner for item in items if isinstance(item, (dict, list))]
        if not layer:
            return False
    return True


def json_object(value: Any) -> dict[str, Any]:
    """The object a value is or encodes; empty for anything else."""
    found = maybe_json(value)
    return found if isinstance(found, dict) else {}


def json_list(value: Any) -> list[Any]:
    """The list a value is or encodes; empty for anything else."""
    found = maybe_json(value)
    return found if isinstance(found, list) else []


def text_or_none(value: Any) -> str | None:
    """A text that is not empty, or None; numbers become their text."""
    if isinstance(value, str):
        return value or None
    return None if value is None or isinstance(value, (bool, list, dict)) else str(value)


def number(value: Any) -> float | None:
    """A finite number, also from a text (`"213"`, `"0.5"`); None for anything else. Whole numbers come back as int."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        text = value.strip()
        if not _NUMBER.match(text):
            return None
        value = int(text) if text.lstrip("+-").isdigit() else float(text)
    if isinstance(value, int):
        return value
    if not isinstance(value, float) or not math.isfinite(value):
        return None
    return int(value) if value.is_integer() else value


def whole(value: Any) -> int | None:
    """A whole number, also from a text or a float such as `213.0`; None for anything else."""
    found = number(value)
    return found if isinstance(found, int) else None


def is_absent(value: Any) -> bool:
    """None, or the NaN that a data frame writes where a cell is empty."""
    return value is None or (isinstance(value, float) and math.isnan(value))


def parse_time(value: Any) -> int | None:
    """A time as nanoseconds since the epoch, UTC; None where it is none.

    Takes ISO 8601 (a time without a zone is UTC), and seconds, milliseconds, microseconds or nanoseconds since the
    epoch as number or text; the unit follows from the size.
    """
    if isinstance(value, str):
        if len(value) == _NS_DIGITS and value.isascii() and value.isdigit() and value < _LATEST_TEXT:
            return int(value)
        text = value.strip().strip('"')
        if not _NUMBER.match(text):
            return _iso_ns(text)
        value = int(text) if text.lstrip("+-").isdigit() else float(text)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if not 0 < value < _LATEST_NS:
        return None
    scale = 1_000_000_000 if value < 1e11 else 1_000_000 if value < 1e14 else 1_000 if value < 1e17 else 1
    return value * scale if isinstance(value, int) else round(value * scale)


def _iso_ns(text: str) -> int | None:
    if len(text) < 10 or not text[:4].isdigit():
        return None
    exact = _FRACTION.search(text)
    nanos = int(exact.group(0)[7:10].ljust(3, "0")) if exact else 0
    try:
        moment = datetime.fromisoformat(_FRACTION.sub(r"\1", text).replace(" UTC", "+00:00"))
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    delta = moment - datetime(1970, 1, 1, tzinfo=UTC)
    ns = (delta.days * 86_400 + delta.seconds) * 1_000_000_000 + delta.microseconds * 1_000 + nanos
    return ns if ns > 0 else None


def normal_id(value: Any, size: int) -> str | None:
    """An OpenTelemetry id as lower-case hex; None for a missing one.

    `size` is the number of bytes: 16 for traces, 8 for spans. Base64, as protobuf's JSON mapping writes bytes, becomes
    hex; a leading `0x` goes; ids of any other form are opaque and stay.
    """
    if value is None or value == "":
        return None
    text = str(value)
    in_base64 = 4 * math.ceil(size / 3)
    if text[:2] in ("0x", "0X") and len(text) != in_base64:  # some base64 begins like that
        text = text[2:]
    if len(text) == size * 2 and _HEX.match(text):
        return text.lower()
    if len(text) == in_base64:
        try:
            raw = base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)
        except (binascii.Error, ValueError):
            return text
        if len(raw) == size:
            return raw.hex()
    return text


def unflatten(pairs: Iterable[tuple[str, Any]]) -> Any:
    """Nested objects and lists from dotted keys: `a.0.b` becomes `{"a": [{"b": ...}]}`.

    Objects whose keys are all indices become lists in the order of the numbers, gaps closed. Where a key is both a
    value and a prefix (`a` and `a.b`), the deeper one wins and the value stands beside it under the key `""`.
    """
    root: dict[str, Any] = {}
    for key, value in pairs:
        node = root
        steps = key.split(".")
        for step in steps[:-1]:
            below = node.get(step)
            if not isinstance(below, _Node):
                below = _Node() if step not in node else _Node({"": below})
                node[step] = below
            node = below
        last = node.get(steps[-1])
        if isinstance(last, _Node):
            last[""] = value
        else:
            node[steps[-1]] = value
    return _settle(root)


class _Node(dict[str, Any]):
    """An object made by `unflatten`, told apart from objects that were values."""


def _settle(node: Any) -> Any:
    settled: dict[str, Any] = {}
    for key, value in node.items():
        settled[key] = _settle(value) if isinstance(value, _Node) else value
    if settled and all(key.isdecimal() and key.isascii() and len(key) <= _MAX_INDEX_DIGITS for key in settled):
        return [settled[key] for key in sorted(settled, key=int)]
    return settled


def undot(value: Any) -> Any:
    """The same value with the dotted keys of its objects nested, at every depth."""
    if isinstance(value, list):
        return [undot(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    pairs = [(key, undot(item)) for key, item in value.items() if not is_absent(item)]
    return unflatten(pairs) if any("." in key for key, _ in pairs) else dict(pairs)


def drop_vectors(value: Any) -> tuple[Any, list[int]]:
    """The value with each embedding vector replaced by `{"dim": n}`, and the sizes of those dropped."""
    dropped: list[int] = []
    return _without_vectors(value, dropped), dropped


def _without_vectors(value: Any, dropped: list[int]) -> Any:
    if isinstance(value, dict):
        return {key: _without_vectors(item, dropped) for key, item in value.items()}
    if not isinstance(value, list):
        return value
    if is_vector(value):
        dropped.append(len(value))
        return {"dim": len(value)}
    return [_without_vectors(item, dropped) for item in value]


def is_vector(value: Any) -> bool:
    """A list of numbers long enough to be an embedding, at least one of them a fraction."""
    if not isinstance(value, list) or len(value) < _MIN_VECTOR:
        return False
    numbers = all(isinstance(item, (int, float)) and not isinstance(item, bool) for item in value)
    return numbers and any(isinstance(item, float) for item in value)


def vectors_note(sizes: list[int]) -> str:
    """`embedding vectors dropped: 2 x 1536`; sizes that differ are listed."""
    counts: dict[int, int] = {}
    for size in sizes:
        counts[size] = counts.get(size, 0) + 1
    return "embedding vectors dropped: " + ", ".join(f"{count} x {size}" for size, count in counts.items())


def mend_text(text: str) -> str:
    """The text with each half of a broken surrogate pair replaced, so that it can be written as UTF-8."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def mend_values(value: Any) -> Any:
    """`mend_text` for every text in a value, keys included."""
    if isinstance(value, str):
        return mend_text(value)
    if isinstance(value, list):
        return [mend_values(item) for item in value]
    if isinstance(value, dict):
        return {mend_text(key): mend_values(item) for key, item in value.items()}
    return value
