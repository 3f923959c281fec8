"""Two JSON values compared path by path; items of lists are matched by what they are, not by where they stand."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from tracefix_tui.compare.sequence import longest_rise
from tracefix_tui.model.json_value import Json, JsonObject

JsonChangeKind: TypeAlias = Literal["added", "removed", "changed", "moved"]

_IDENTITY = ("id", "key", "name", "uuid", "slug", "type")
_PLAIN_KEY = re.compile(r"[A-Za-z_$][A-Za-z0-9_$\-]*")
_MAX_DEPTH = 100
_MAX_PAIRINGS = 2_500
_ALIKE = 0.4


@dataclass(frozen=True, slots=True)
class JsonChange:
    """One difference. `path` is like `items[2].name`, in the second value except for what was removed from the first.

    The root's path is empty. `moved_from` is the old path of something that moved.
    """

    path: str
    kind: JsonChangeKind
    before: Json = None
    after: Json = None
    moved_from: str = ""


def diff_json(a: Json, b: Json) -> tuple[JsonChange, ...]:
    """What differs, in the order of the second value; empty when they are equal. 1 equals 1.0, but not true."""
    try:
        return tuple(_diff(a, b, "", "", 0))
    except RecursionError:  # nested more deeply than Python can compare: different as a whole
        return (JsonChange("", "changed", a, b),)


def canonical(value: Json) -> str:
    """A text that is equal for equal values."""
    return json.dumps(_numbers(value), sort_keys=True, ensure_ascii=False)


def equal(a: Json, b: Json) -> bool:
    """Equal as JSON: `True` is not 1, key order does not count."""
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(equal(value, b[key]) for key, value in a.items())
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(equal(x, y) for x, y in zip(a, b, strict=True))
    return a == b


def _diff(a: Json, b: Json, at_a: str, at_b: str, depth: int) -> Iterator[JsonChange]:
    if depth < _MAX_DEPTH and isinstance(a, dict) and isinstance(b, dict):
        yield from _diff_objects(a, b, at_a, at_b, depth)
    elif depth < _MAX_DEPTH and isinstance(a, list) and isinstance(b, list):
        yield from _diff_lists(a, b, at_a, at_b, depth)
    elif not equal(a, b):
        yield JsonChange(at_b, "changed", a, b)


def _diff_objects(a: JsonObject, b: JsonObject, at_a: str, at_b: str, depth: int) -> Iterator[JsonChange]:
    for key, value in a.items():
        if key not in b:
            yield JsonChange(_key(at_a, key), "removed", value, None)
    for key, value in b.items():
        if key in a:
            yield from _diff(a[key], value, _key(at_a, key), _key(at_b, key), depth + 1)
        else:
            yield JsonChange(_key(at_b, key), "added", None, value)


def _diff_lists(a: list[Json], b: list[Json], at_a: str, at_b: str, depth: int) -> Iterator[JsonChange]:
    pairs = _matched(a, b)
    in_order = set(longest_rise(sorted(pairs)))
    left = {i for i, _ in pairs}
    partner = {j: i for i, j in pairs}
    for i, value in enumerate(a):
        if i not in left:
            yield JsonChange(f"{at_a}[{i}]", "removed", value, None)
    for j, value in enumerate(b):
        if j not in partner:
            yield JsonChange(f"{at_b}[{j}]", "added", None, value)
            continue
        i = partner[j]
        if (i, j) not in in_order:
            yield JsonChange(f"{at_b}[{j}]", "moved", a[i], value, moved_from=f"{at_a}[{i}]")
        yield from _diff(a[i], value, f"{at_a}[{i}]", f"{at_b}[{j}]", depth + 1)


def _matched(a: list[Json], b: list[Json]) -> list[tuple[int, int]]:
    """Pairs of places: equal items first, then items of one identity, then the most alike, then by place."""
    pairs = _same_keys([canonical(x) for x in a], [canonical(y) for y in b])
    for key in _IDENTITY:
        rest_a, rest_b = _rest(a, b, pairs)
        found = _same_keys([_identity(a[i], key) for i in rest_a], [_identity(b[j], key) for j in rest_b], once=True)
        pairs += [(rest_a[i], rest_b[j]) for i, j in found]
    rest_a, rest_b = _rest(a, b, pairs)
    if len(rest_a) * len(rest_b) <= _MAX_PAIRINGS:
        scored = [(-_alike(a[i], b[j]), abs(i - j), i, j) for i in rest_a for j in rest_b]
        for score, _, i, j in sorted(scored):
            if -score >= _ALIKE and i in rest_a and j in rest_b:
                pairs.append((i, j))
                rest_a.remove(i)
                rest_b.remove(j)
    if len(rest_a) == len(rest_b):
        pairs += [(i, j) for i, j in zip(rest_a, rest_b, strict=True) if type(a[i]) is type(b[j])]
    return pairs


def _rest(a: list[Json], b: list[Json], pairs: list[tuple[int, int]]) -> tuple[list[int], list[int]]:
    left, right = {i for i, _ in pairs}, {j for _, j in pairs}
    return [i for i in range(len(a)) if i not in left], [j for j in range(len(b)) if j not in right]


def _same_keys(a: list[str | None], b: list[str | None], *, once: bool = False) -> list[tuple[int, int]]:
    """Places of equal keys, the k-th with the k-th; with `once` only keys that stand once on each side."""
    places_a: dict[str, list[int]] = defaultdict(list)
    places_b: dict[str, list[int]] = defaultdict(list)
    for keys, places in ((a, places_a), (b, places_b)):
        for i, key in enumerate(keys):
            if key is not None:
                places[key].append(i)
    out: list[tuple[int, int]] = []
    for key, left in places_a.items():
        right = places_b.get(key, [])
        if not once or len(left) == len(right) == 1:
            out += zip(left, right, strict=False)
    return out


def _identity(value: Json, key: str) -> str | None:
    name = value.get(key) if isinstance(value, dict) else None
    return canonical(name) if isinstance(name, (str, int)) else None


def _alike(a: Json, b: Json) -> float:
    """How alike two items are, 0 to 1: shared pairs of key and value, shared items, or shared words."""
    if isinstance(a, dict) and isinstance(b, dict):
        keys = a.keys() | b.keys()
        shared = a.keys() & b.keys()
        same = sum(1.0 if equal(a[key], b[key]) else 0.3 for key in shared)
        return same / len(keys) if keys else 1.0
    if isinstance(a, list) and isinstance(b, list):
        left, right = {canonical(x) for x in a}, {canonical(y) for y in b}
        return len(left & right) / len(left | right) if left | right else 1.0
    if isinstance(a, str) and isinstance(b, str):
        words_a, words_b = set(a.split()), set(b.split())
        return len(words_a & words_b) / len(words_a | words_b) if words_a | words_b else 0.0
    return 0.0


def _numbers(value: Json) -> Json:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _numbers(item) for key, item in value.items()}
    return [_numbers(item) for item in value] if isinstance(value, list) else value


def _key(path: str, key: str) -> str:
    if not _PLAIN_KEY.fullmatch(key):
        return f"{path}[{json.dumps(key, ensure_ascii=False)}]"
    return f"{path}.{key}" if path else key
