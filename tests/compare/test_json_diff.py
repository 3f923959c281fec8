"""JSON diffs: path by path, with moves."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from tracefix_tui.compare.json_diff import JsonChange, canonical, diff_json
from tracefix_tui.model.json_value import Json

VALUES: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["a", "b", "a b"]) | st.floats(0, 2),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["a", "id", "x y", ""]), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(VALUES)
def test_equal_values_have_no_difference(value: Json) -> None:
    assert diff_json(value, json.loads(json.dumps(value))) == ()


@given(VALUES, VALUES)
def test_there_is_a_difference_exactly_where_values_differ(a: Json, b: Json) -> None:
    assert (diff_json(a, b) == ()) == (canonical(a) == canonical(b))


@given(VALUES, VALUES)
def test_each_path_leads_to_its_value(a: Json, b: Json) -> None:
    for change in diff_json(a, b):
        if change.kind != "removed":
            assert canonical(look(b, change.path)) == canonical(change.after)
        else:
            assert canonical(look(a, change.path)) == canonical(change.before)


def look(value: Json, path: str) -> Json:
    """Walk a path by trying every step a value offers."""
    if not path:
        return value
    if isinstance(value, list):
        index, _, rest = path.removeprefix("[").partition("]")
        return look(value[int(index)], rest)
    assert isinstance(value, dict)
    for key, item in value.items():
        for step in (f".{key}", key, f"[{json.dumps(key, ensure_ascii=False)}]"):
            if step and path.startswith(step) and path[len(step) :][:1] in ("", ".", "["):
                return look(item, path[len(step) :])
    raise AssertionError(path)


def test_objects() -> None:
    assert diff_json({"a": 1, "b": {"c": [1]}}, {"b": {"c": [1], "d e": None}}) == (
        JsonChange("a", "removed", 1, None),
        JsonChange('b["d e"]', "added", None, None),
    )


def test_a_moved_item_is_not_removed_and_added() -> None:
    changes = diff_json(["a", "b", "c", "d"], ["d", "a", "b", "c"])
    assert changes == (JsonChange("[0]", "moved", "d", "d", moved_from="[3]"),)


def test_items_are_matched_by_identity_and_by_likeness() -> None:
    before: Json = [{"id": 1, "n": "x"}, {"id": 2, "n": "y"}]
    after: Json = [{"id": 0, "n": "new"}, {"id": 1, "n": "x"}, {"id": 2, "n": "z"}]
    assert diff_json(before, after) == (
        JsonChange("[0]", "added", None, {"id": 0, "n": "new"}),
        JsonChange("[2].n", "changed", "y", "z"),
    )
    assert diff_json(["keep this text", "x"], ["this text keep now"])[0].kind == "removed"


def test_truth_is_not_a_number() -> None:
    assert diff_json({"a": True}, {"a": 1}) == (JsonChange("a", "changed", True, 1),)
    assert diff_json({"a": 1.0}, {"a": 1}) == ()


def test_deep_and_long_values_are_compared() -> None:
    deep_a: Json = 1
    deep_b: Json = 2
    for _ in range(3_000):
        deep_a, deep_b = [deep_a], [deep_b]
    assert diff_json(deep_a, deep_b) == (JsonChange("", "changed", deep_a, deep_b),)
    assert len(diff_json(list(range(5_000)), [str(i) for i in range(4_000)])) == 9_000
