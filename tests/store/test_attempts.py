"""The attempt log: what was replayed comes back exactly, the newest first, by the beginning of its id."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracefix_tui.model.attempt import Attempt, Change, FidelityEntry, Request, Result
from tracefix_tui.model.call import ToolDef, Usage
from tracefix_tui.model.check import Evidence, Suggestion, Verdict
from tracefix_tui.model.errors import StoreError
from tracefix_tui.model.message import MediaPart, Message, ReasoningPart, TextPart, ToolCall, UnknownPart
from tracefix_tui.store.attempts import AttemptLog, _Ids, new_attempt_id
from tracefix_tui.store.record import from_record, to_record
from tracefix_tui.store.workspace import Workspace

ASKED = Message(
    "user",
    (
        TextPart("How long?", {"cache_control": {"type": "ephemeral"}}),
        MediaPart("image", {"type": "image_url", "image_url": {"url": "data:,"}}),
        UnknownPart({"type": "odd", "value": [1, {"a": None}]}),
    ),
    listed=True,
    extra={"x": 1},
)
ANSWER = Message(
    "assistant", (ReasoningPart("hm"), TextPart("30 days")), (ToolCall("c1", "f", '{"a": 1.0}'),), name="n"
)
FULL = Attempt(
    id="0" * 12,
    created="2026-01-01T00:00:00.000+00:00",
    trace_id="t1",
    span_id="s1",
    request=Request(
        *("m", (ASKED,), {"temperature": 0.0, "stop": ["x"]}),
        (ToolDef("f", None, {"type": "object"}, True),),
        *("auto", {"type": "text"}),
    ),
    result=Result(ANSWER, "stop", Usage(1, 2, None, 0, None, 5, False), 0.0, 12.5, 0.0, "cut", True, "m-1"),
    changes=(Change("document", "2", "document 2 dropped"), Change("model", "", "m -> n")),
    verdicts=(
        Verdict(
            *("cites", "fail", "no", 0.0, (Evidence("s1", "output.content", 1, 2, "x"),)),
            *("citation", "warn", (Suggestion("a", "b", {"c": 1}),), {"v": 1}),
        ),
    ),
    repeat=3,
    parent="p",
    trace_path="-",
    prompt={"messages": [{"role": "user", "content": "{{q}}"}]},
    variables={"q": "How long?"},
    documents=({"id": "d1", "content": "x"},),
    recorded_output=Message.of("assistant", "60 days"),
    fidelity=(FidelityEntry("max_tokens", "left out", "Infinity"),),
)


def attempt(id: str, **rest: object) -> Attempt:
    return replace(Attempt(id, "2026-01-01T00:00:00", "t1", "s1", Request("m", ()), Result()), **rest)  # type: ignore[arg-type]


@pytest.fixture
def log(tmp_path: Path) -> AttemptLog:
    return AttemptLog(Workspace(tmp_path))


def test_an_attempt_comes_back_exactly(log: AttemptLog) -> None:
    assert log.append(FULL) == FULL
    assert log.get(FULL.id) == FULL
    assert repr(log.get(FULL.id)) == repr(FULL)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
texts = st.text(st.characters())
objects = st.dictionaries(texts, json_values, max_size=2)
parts = st.one_of(
    st.builds(TextPart, texts, objects),
    st.builds(ReasoningPart, texts),
    st.builds(MediaPart, texts, objects),
    st.builds(UnknownPart, objects),
)
messages = st.builds(
    Message,
    texts,
    st.lists(parts, max_size=3).map(tuple),
    st.lists(st.builds(ToolCall, st.none() | texts, texts, texts), max_size=2).map(tuple),
    st.none() | texts,
    st.none() | texts,
    st.booleans(),
    objects,
)
numbers = st.none() | st.floats(allow_nan=False)
results = st.builds(
    Result,
    st.none() | messages,
    st.none() | texts,
    st.builds(Usage, st.none() | st.integers()),
    numbers,
    st.floats(allow_nan=False) | st.integers(),
    numbers,
    st.none() | texts,
)
requests = st.builds(
    Request, texts, st.lists(messages, max_size=2).map(tuple), objects, st.just(()), json_values, json_values
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(requests, results)
def test_any_attempt_survives_being_a_record(request: Request, result: Result) -> None:
    made = attempt("a", request=request, result=result)
    back = from_record(Attempt, json.loads(json.dumps(to_record(made))))
    assert back == made
    assert repr(back) == repr(made)


@pytest.mark.parametrize(
    "record", [None, [], "x", {}, {"id": "a", "request": 3}, {"id": "a", "request": {"messages": [1]}}]
)
def test_a_record_that_does_not_fit_is_told(record: object) -> None:
    with pytest.raises(StoreError, match="stored Attempt cannot be read"):
        from_record(Attempt, record)  # type: ignore[arg-type]


def test_fields_of_a_later_version_are_left_out() -> None:
    record = {**to_record(FULL), "later": 1}
    assert from_record(Attempt, record) == FULL


def test_ids_grow_and_are_short() -> None:
    ids = [new_attempt_id() for _ in range(2000)]
    assert ids == sorted(set(ids))
    assert {len(i) for i in ids} == {12}
    assert set("".join(ids)) <= set("0123456789abcdefghjkmnpqrstvwxyz")
    made = _Ids()
    assert made.next(1_800_000_000_000) < made.next(1_800_000_000_000) < made.next(1_700_000_000_000)
    assert _Ids().next(1_700_000_000_000) < _Ids().next(1_800_000_000_000) < _Ids().next(2_600_000_000_000)


def test_get_takes_a_unique_beginning(log: AttemptLog) -> None:
    for id in ("abc1", "abd2", "xyz3"):
        log.append(attempt(id))
    assert log.get("x").id == "xyz3"
    assert log.get("ABC").id == "abc1"
    for wrong, words in (
        ("ab", "Say which: abd2, abc1"),
        ("q", "replay FILE"),
        ("", "no attempt"),
        ("%", "no attempt"),
    ):
        with pytest.raises(StoreError, match=words):
            log.get(wrong)
    with pytest.raises(StoreError, match="already"):
        log.append(attempt("abc1"))


def test_lists_are_newest_first_by_trace_and_span(log: AttemptLog) -> None:
    assert log.list() == ()
    for id, trace, span in (("1", "t1", "s1"), ("2", "t1", "s2"), ("3", "t2", "s1"), ("4", "t1", "s1")):
        log.append(attempt(id, trace_id=trace, span_id=span))
    assert [a.id for a in log.list()] == ["4", "3", "2", "1"]
    assert [a.id for a in log.list(trace_id="t1")] == ["4", "2", "1"]
    assert [a.id for a in log.list(trace_id="t1", span_id="s1")] == ["4", "1"]
    assert [a.id for a in log.list(limit=2)] == ["4", "3"]


def test_secrets_never_reach_the_log(log: AttemptLog, tmp_path: Path) -> None:
    key = "ghp_" + "aB3dE5gH7j" * 4
    stored = log.append(attempt("a", request=Request("m", (Message.of("user", f"my key is {key}"),))))
    assert stored.request.messages[0].text == "my key is [secret removed: github token]"
    assert log.get("a") == stored
    assert all(key.encode() not in p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from tracefix_tui.model.attempt import *\n"
        "from tracefix_tui.store.attempts import *; from tracefix_tui.store.workspace import Workspace\n"
        "log = AttemptLog(Workspace(Path(sys.argv[1])))\n"
        "for i in range(25): log.append(Attempt(new_attempt_id(), '', 't', 's', Request('m', ()), Result()))"
    )
    workers = [subprocess.Popen([sys.executable, "-c", program, str(tmp_path)]) for _ in range(4)]
    assert [w.wait() for w in workers] == [0] * 4
    assert AttemptLog(Workspace(tmp_path)).count() == 100
