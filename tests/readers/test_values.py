import base64
import json
import math
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracefix_tui.readers.values import (
    drop_vectors,
    json_object,
    maybe_json,
    mend_values,
    normal_id,
    number,
    parse_time,
    undot,
    unflatten,
    vectors_note,
    whole,
)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(json_values.filter(lambda v: isinstance(v, (dict, list))), st.integers(1, 3))
def test_values_encoded_up_to_three_times_are_found_again(value, times):
    text = value
    for _ in range(times):
        text = json.dumps(text)
    assert maybe_json(text) == value


@given(st.text())
def test_text_that_is_no_json_stays_as_it_is(text):
    found = maybe_json(text)
    assert found == text or json.loads(text.strip()) is not None


def test_text_nested_deeper_than_python_can_parse_stays_as_it_is():
    text = "[" * 100_000
    assert maybe_json(text) is text


@pytest.mark.parametrize(("levels", "parsed"), [(150, True), (300, False), (900, False)])
def test_text_nested_deeper_than_the_program_can_walk_stays_as_it_is(levels, parsed):
    text = '{"a":' * levels + "[" * 8 + "]" * 8 + "}" * levels
    assert (maybe_json(text) != text) == parsed


def test_a_long_list_is_not_deep():
    assert len(maybe_json(json.dumps([{"a": [i]} for i in range(500)]))) == 500


def test_an_object_in_text_is_found_and_anything_else_is_empty():
    assert json_object('{"a": 1}') == {"a": 1}
    assert json_object("[1]") == json_object("oops") == json_object(None) == {}


@pytest.mark.parametrize(
    "text",
    [
        "2025-10-09T08:53:20.123456Z",
        "2025-10-09T08:53:20.123456+00:00",
        "2025-10-09T10:53:20.123456+02:00",
        "2025-10-09 08:53:20.123456",
        "2025-10-09T08:53:20.123456",
        '"2025-10-09T08:53:20.123456Z"',
        "1760000000123456000",
        1_760_000_000_123_456_000,
        1_760_000_000_123_456,
        1_760_000_000.123456,
    ],
)
def test_one_moment_in_every_spelling(text):
    assert abs(parse_time(text) - 1_760_000_000_123_456_000) < 1_000


def test_nanoseconds_of_iso_times_are_kept():
    assert parse_time("2025-10-09T08:53:20.123456789Z") == 1_760_000_000_123_456_789


@pytest.mark.parametrize("value", [None, "", "soon", 0, -5, True, math.nan, math.inf, "9" * 400, [], {}, "2025-99-99"])
def test_what_is_no_time_is_none(value):
    assert parse_time(value) is None


@given(st.datetimes(datetime(1971, 1, 1), datetime(2090, 1, 1)))
def test_iso_times_agree_with_the_clock(moment):
    expected = round((moment.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1e6)
    assert abs(parse_time(moment.isoformat()) // 1_000 - expected) <= 1


@given(st.binary(min_size=16, max_size=16))
def test_trace_ids_in_hex_and_base64_are_the_same(raw):
    hex_id = raw.hex()
    assert normal_id(base64.b64encode(raw).decode(), 16) == hex_id
    assert normal_id(hex_id.upper(), 16) == normal_id("0x" + hex_id, 16) == hex_id


@given(st.binary(min_size=8, max_size=8))
def test_span_ids_in_hex_and_base64_are_the_same(raw):
    assert normal_id(base64.b64encode(raw).decode(), 8) == normal_id(raw.hex(), 8) == raw.hex()


def test_other_ids_are_opaque():
    assert normal_id("span-7", 8) == "span-7"
    assert normal_id(12, 8) == "12"
    assert normal_id("", 8) is None


@given(st.integers(-(10**12), 10**12))
def test_numbers_come_from_text_too(count):
    assert number(count) == number(str(count)) == number(float(count)) == whole(f"{count}.0") == count


@pytest.mark.parametrize("value", ["", "x", "1e9999", "9" * 5_000, None, True, math.nan, math.inf, [], "٣"])
def test_what_is_no_number_is_none(value):
    assert number(value) is None


def flatten(value, prefix=""):
    if isinstance(value, (dict, list)) and value:
        items = value.items() if isinstance(value, dict) else enumerate(value)
        return [pair for key, item in items for pair in flatten(item, f"{prefix}.{key}" if prefix else str(key))]
    return [(prefix, value)]


names = st.text("abcdefgh_", min_size=1, max_size=6)
trees = st.recursive(
    st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, min_size=1, max_size=12) | st.dictionaries(names, inner, min_size=1, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(names, trees, min_size=1, max_size=4))
def test_unflatten_undoes_flattening(tree):
    assert unflatten(reversed(flatten(tree))) == tree


def test_indices_are_numbers_and_gaps_close():
    assert unflatten([("m.10.x", "last"), ("m.2.x", "mid"), ("m.0.x", "first")]) == {
        "m": [{"x": "first"}, {"x": "mid"}, {"x": "last"}]
    }


def test_a_key_that_is_value_and_prefix_loses_neither():
    assert unflatten([("a", 1), ("a.b", 2)]) == unflatten([("a.b", 2), ("a", 1)]) == {"a": {"": 1, "b": 2}}


@given(st.lists(st.tuples(st.text(".ab01", max_size=8), st.integers()), max_size=10))
def test_unflatten_takes_any_keys(pairs):
    unflatten(pairs)


def test_dotted_keys_inside_structures_are_nested():
    raw = [{"message.role": "user", "message.tool_calls": [{"tool_call.id": "c", "tool_call.x": math.nan}]}]
    assert undot(raw) == [{"message": {"role": "user", "tool_calls": [{"tool_call": {"id": "c"}}]}}]


def test_vectors_are_dropped_and_named():
    vector = [0.1] * 1536
    value, sizes = drop_vectors(
        {"data": [{"embedding": vector}, {"embedding": vector}], "scores": [0.5, 0.25], "ids": list(range(9))}
    )
    assert value == {
        "data": [{"embedding": {"dim": 1536}}, {"embedding": {"dim": 1536}}],
        "scores": [0.5, 0.25],
        "ids": list(range(9)),
    }
    assert vectors_note(sizes) == "embedding vectors dropped: 2 x 1536"


def test_broken_surrogates_are_replaced_so_that_text_can_be_written():
    value = mend_values({"a\ud800": ["\udc00x", "\U0001f337"]})
    assert json.dumps(value, ensure_ascii=False).encode("utf-8")
    assert value == {"a\ufffd": ["\ufffdx", "\U0001f337"]}
    assert maybe_json('["\\ud83d x", "\\ud83c\\udf37"]') == ["\ufffd x", "\U0001f337"]
