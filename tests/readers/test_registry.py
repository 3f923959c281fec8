import pytest

from tests.readers.otlp_samples import FIND, ROOT, TRACE, batch, data, lines, otlp_span, rest_span, spans
from tracefix_tui.model.errors import UnreadableTrace
from tracefix_tui.readers import open_trace, read_bytes
from tracefix_tui.readers.registry import format_names, readers

ONE = batch(otlp_span(spans()[0]))


def ids(file):
    return sorted(span.id for trace in file.traces for span in trace.spans)


@pytest.mark.parametrize(
    "wrap",
    [lambda v: v, lambda v: [v], lambda v: [[v]], lambda v: {"data": [v]}, lambda v: {"a case": [v], "another": []}],
)
def test_a_trace_is_found_inside_wrappers(wrap):
    assert ids(read_bytes(data(wrap(ONE)), "x")) == [ROOT]


def test_other_pages_make_the_file_partial():
    row = rest_span(spans()[0])
    assert not read_bytes(data({"data": [row], "next_cursor": None}), "x").source.partial
    for page in ({"data": [row], "next_cursor": "abc"}, {"data": [row], "meta": {"page": 1, "totalPages": 3}}):
        source = read_bytes(data(page), "x").source
        assert source.partial
        assert "more pages" in source.warnings[0]


def test_foreign_lines_are_skipped_and_counted():
    file = read_bytes(lines(ONE, "a text", 5, {"x": 1}, [1]), "x")
    assert ids(file) == [ROOT]
    assert file.source.warnings == ("4 entries of the file skipped: not of a known format",)


def test_spans_of_one_trace_from_two_formats_are_one_trace():
    file = read_bytes(lines(ONE, rest_span(spans()[1])), "x")
    assert [trace.id for trace in file.traces] == [TRACE]
    assert ids(file) == sorted([ROOT, FIND])
    assert set(file.source.format.split("+")) == {"otlp/openinference", "phoenix"}


@pytest.mark.parametrize(
    "value", [None, 5, "text", [], {}, [1, 2], {"a": 1}, {"resourceSpans": []}, {"resourceMetrics": []}]
)
def test_json_that_is_no_trace_is_refused_in_words(value):
    with pytest.raises(UnreadableTrace) as caught:
        read_bytes(data(value), "x.json")
    assert caught.value.hint


def test_unknown_json_is_described():
    with pytest.raises(UnreadableTrace, match=r"an object with the keys colour, size.*Formats that are read: otlp"):
        read_bytes(data({"colour": 1, "size": 2}), "x.json")


def test_a_damaged_file_without_a_trace_says_where_it_is_damaged():
    with pytest.raises(UnreadableTrace, match="line 2, column 6"):
        read_bytes(b'{"colour": 1,\n"a": ?}', "x.json")


def test_paths_that_cannot_be_read(tmp_path):
    for path, words in (
        (tmp_path / "none.json", "no such file"),
        (tmp_path, "is a folder"),
        ("a\0b", "cannot be read"),
    ):
        with pytest.raises(UnreadableTrace, match=words):
            open_trace(str(path))


def test_a_file_is_opened_by_path(tmp_path):
    path = tmp_path / "trace.json"
    path.write_bytes(data(ONE))
    file = open_trace(str(path))
    assert ids(file) == [ROOT]
    assert file.source.path == str(path)


def test_every_format_has_a_name():
    assert {"otlp", "phoenix", "otel-console"} <= set(format_names())
    assert len(set(format_names())) == len(list(readers()))


def test_no_reader_trips_over_odd_values():
    odd = [
        None,
        1,
        "x",
        [],
        {},
        [{}],
        {"data": None},
        {"runs": {}},
        {"context": 1},
        {"info": []},
        {"trace": {}},
        {"type": 1},
    ]
    for reader in readers():
        for value in odd:
            assert reader.sniff(value) in (True, False)
