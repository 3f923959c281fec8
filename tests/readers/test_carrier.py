import gzip
import io
import json
import re
import zipfile

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from tests.readers.otlp_samples import LLM, batch, data, lines, otlp_span, span
from tracefix_tui.model.errors import UnreadableTrace
from tracefix_tui.readers.carrier import unpack

RECORDS = [{"spanId": str(i), "note": 'a "quoted" brace } and \\ slash', "list": [[i], {"k": None}]} for i in range(6)]
DOCUMENT = {"head": {"ids": [1, 2]}, "spans": RECORDS}


def values(raw: bytes):
    return unpack(raw, "file").values


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    "pack",
    [
        lambda raw: raw,
        lambda raw: b"\xef\xbb\xbf" + raw,
        lambda raw: raw.decode().encode("utf-16"),
        lambda raw: raw.decode().encode("utf-16-le"),
        lambda raw: raw.decode().encode("utf-16-be"),
        gzip.compress,
        lambda raw: gzip.compress(gzip.compress(raw)),
        zstandard.compress,
        lambda raw: zipped(a=raw),
        lambda raw: zipped(a=gzip.compress(raw)),
        lambda raw: json.dumps(json.loads(raw), indent=2).encode(),
    ],
)
def test_one_document_however_it_is_packed(pack):
    carried = unpack(pack(data(DOCUMENT)), "file")
    assert (carried.values, carried.warnings, carried.partial) == ([DOCUMENT], [], False)


@pytest.mark.parametrize("between", ["\n", "\r\n", "\n\n", ",\n", "\n\x1e", ""])
def test_several_documents_one_after_another(between):
    assert values(between.join(json.dumps(r) for r in RECORDS).encode()) == RECORDS
    assert values(between.join(json.dumps(r, indent=4) for r in RECORDS).encode()) == RECORDS


def test_members_of_gzip_and_of_zip_follow_one_another():
    half = [b"\n".join(data(r) for r in part) + b"\n" for part in (RECORDS[:3], RECORDS[3:])]
    assert values(gzip.compress(half[0]) + gzip.compress(half[1])) == RECORDS
    assert values(zstandard.compress(half[0]) + zstandard.compress(half[1])) == RECORDS
    carried = unpack(zipped(one=half[0], two=half[1], readme=b"how to read this"), "file")
    assert carried.values == RECORDS
    assert carried.warnings == ["readme in the zip skipped: this is not JSON"]


def test_line_separators_inside_texts_do_not_split_lines():
    rows = [{"text": "a\u2028b\x85c"}, {"text": "d"}]
    assert values("\n".join(json.dumps(r, ensure_ascii=False) for r in rows).encode()) == rows


def test_bad_lines_are_skipped_counted_and_named():
    carried = unpack(b'{"a": 1}\n{oops\n{"b": 2}\nnot json\n{"c": 3}\n', "file")
    assert carried.values == [{"a": 1}, {"b": 2}, {"c": 3}]
    assert carried.partial
    assert carried.warnings == ["2 of 5 lines skipped: not JSON (line 2, 4)"]


def test_a_line_nested_too_deeply_costs_only_itself():
    carried = unpack(b'{"a": 1}\n' + b"[" * 100_000 + b'\n{"b": 2}\n', "file")
    assert carried.values == [{"a": 1}, {"b": 2}]
    assert carried.partial


def test_a_cut_last_line_keeps_its_whole_records():
    whole = data({"spans": RECORDS})
    carried = unpack(data({"spans": []}) + b"\n" + whole[: len(whole) // 2], "file")
    assert 0 < len(carried.values[1]["spans"]) < 6
    assert "line 2 was cut" in carried.warnings[0]


def test_an_indented_document_cut_after_a_key_is_not_lines():
    with pytest.raises(UnreadableTrace, match="JSON is damaged"):
        unpack(b'{\n  "head"', "file")


@given(st.integers(1, len(data(DOCUMENT)) - 1), st.booleans())
def test_a_document_cut_anywhere_keeps_whole_records_only(cut, pretty):
    text = json.dumps(DOCUMENT, indent=2) if pretty else json.dumps(DOCUMENT)
    try:
        carried = unpack(text[:cut].encode(), "file")
    except UnreadableTrace:
        assert '"spans"' not in text[:cut]
        return
    assert carried.partial
    assert carried.warnings
    kept = carried.values[0].get("spans", [])
    assert kept == RECORDS[: len(kept)]


@given(st.integers(0, len(data(DOCUMENT))), st.binary(min_size=1, max_size=4))
def test_damage_anywhere_is_partial_or_refused_but_never_a_crash(at, junk):
    raw = data(DOCUMENT)
    try:
        carried = unpack(raw[:at] + junk + raw[at:], "file")
    except UnreadableTrace as refusal:
        assert refusal.what
        return
    json.dumps(carried.values).encode()


@given(
    st.binary(max_size=60),
    st.sampled_from([b"", b"\x1f\x8b", b"PK\x03\x04", b"\x28\xb5\x2f\xfd", b"{", b"[", b"\xff\xfe"]),
)
def test_any_bytes_are_read_or_refused(raw, start):
    try:
        unpack(start + raw, "file")
    except UnreadableTrace as refusal:
        assert refusal.what
        assert refusal.hint


def test_a_cut_gzip_keeps_what_it_held():
    raw = gzip.compress(
        lines(*(batch(otlp_span(span(f"{i:016x}", None, "s", {"n": str(hash(i))}))) for i in range(200)))
    )
    carried = unpack(raw[: len(raw) // 2], "file")
    assert 50 < len(carried.values) < 200
    assert carried.partial
    assert any("cut off" in warning for warning in carried.warnings)


@pytest.mark.parametrize(
    "bomb",
    [
        lambda: gzip.compress(b" " * (80 << 20)),
        lambda: zstandard.compress(b" " * (80 << 20)),
        lambda: zipped(a=b" " * (80 << 20)),
        lambda: zipped(a=gzip.compress(b" " * (80 << 20))),
    ],
)
def test_a_bomb_is_refused(bomb):
    with pytest.raises(UnreadableTrace, match="zip bomb"):
        unpack(bomb(), "file")


def test_packed_in_itself_without_end_is_refused():
    raw = data(DOCUMENT)
    for _ in range(8):
        raw = gzip.compress(raw)
    with pytest.raises(UnreadableTrace, match="too many times"):
        unpack(raw, "file")


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "byte 0.*empty"),
        (b" \n\t", "byte 0.*empty"),
        (b"hello", "line 1, column 1.*not JSON"),
        (b"{a: 1}", "line 1, column 2.*not JSON"),
        (bytes(range(250, 256)) * 9, "byte 0.*binary"),
        (b"\x0a\xff\x01\x0a\x80" + bytes(range(128, 255)), "protobuf"),
        (b"PAR1....PAR1", "Parquet"),
        (b"SQLite format 3\x00...", "SQLite"),
        (b"\x1f\x8bxxxxxxxxxxx", "damaged"),
        (b"PK\x03\x04xxxxxxxxx", "zip is damaged"),
        (b"[" * 200_000, "nested too deeply"),
        (b"[" + b"9" * 5_000 + b"]", "thousands of digits"),
        (zipped(), "not a zip|holds no files|binary|not JSON"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_place_and_words(raw, words):
    with pytest.raises(UnreadableTrace) as caught:
        unpack(raw, "trace.json")
    assert re.search(words, str(caught.value))
    assert "trace.json" in str(caught.value)
    assert caught.value.hint


def test_broken_text_never_leaves_the_door():
    assert values(b'{"a": "x\\ud800y", "b": "\\ud83c\\udf37"}') == [{"a": "x\ufffdy", "b": "\U0001f337"}]
    carried = unpack(b'{"a": "x\xffy"}', "file")
    assert carried.values == [{"a": "x\ufffdy"}]
    assert "not UTF-8" in carried.warnings[0]


def test_numbers_that_json_does_not_know():
    assert values(b'{"score": NaN, "max_tokens": Infinity}') == [{"score": None, "max_tokens": "Infinity"}]


def test_ids_survive_in_a_cut_batch():
    raw = data(batch(otlp_span(span(LLM, None, "a", {"x": "y"})), otlp_span(span("aa" * 8, None, "b", {"x": "y"}))))
    (value,) = values(raw[:-40])
    assert [s["spanId"] for s in value["resourceSpans"][0]["scopeSpans"][0]["spans"]] == [LLM]
