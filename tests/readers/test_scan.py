import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.readers.otlp_samples import TRACE, batch, data, otlp_span, pairs, span, spans
from tracefix_tui.readers import open_trace
from tracefix_tui.readers.otel.otlp import READER

NASTY = [
    '{"traceId":"x","startTimeUnixNano":"1"}',
    '"traceId"',
    "traceId",
    '\\"traceId\\":',
    'status": {}',
    "\\",
    '"},{"traceId":"',
    "tulip 🌷 \u2028 ä",
    "\ud800",
    "openinference.span.kind",
]
texts = st.sampled_from(NASTY) | st.text(max_size=12)
attributes = st.dictionaries(
    texts | st.sampled_from(["input.value", "status", "traceId"]),
    texts | st.integers() | st.lists(texts, max_size=2),
    max_size=3,
)


@st.composite
def encoded_spans(draw):
    """Spans with links, events and statuses of all sorts, their keys in an order of their own."""
    order = draw(st.permutations(range(12)) | st.just(range(12)))
    found = []
    for number in range(draw(st.integers(1, 5))):
        raw = span(f"{number + 1:016x}", f"{1:016x}" if number else None, draw(texts), draw(attributes), at=number)
        if draw(st.booleans()):
            raw["attributes"] = {
                "openinference.span.kind": draw(st.sampled_from(["LLM", "TOOL", "CHAIN"])),
                **raw["attributes"],
            }
        if draw(st.booleans()):
            raw["events"] = [{"name": draw(texts), "attributes": draw(attributes)}]
        made = otlp_span(raw)
        made["status"] = draw(
            st.sampled_from([{}, {"code": 1}, {"code": 2, "message": 'bad "status": {} x'}, {"code": 0}])
        )
        if links := draw(st.integers(0, 3)):
            made["links"] = [
                {"traceId": TRACE, "spanId": "ab" * 8, "attributes": pairs(draw(attributes))} for _ in range(links)
            ]
        keys = sorted(made, key=lambda k: order[sorted(made).index(k) % 12]) if draw(st.booleans()) else made
        found.append({key: made[key] for key in keys})
    return found


@st.composite
def files(draw):
    """Export requests in one document, in a list, or a line each; groups in several layouts."""
    batches = []
    for number in range(draw(st.integers(1, 3))):
        found = draw(encoded_spans())
        for item in found:
            item["spanId"] = f"{number:04x}" + item["spanId"][4:]
        group = batch(*found, scope=f"scope-{number}")
        scopes = group["resourceSpans"][0]["scopeSpans"]
        scopes[0] = draw(
            st.sampled_from(
                [
                    scopes[0],
                    {"spans": found},
                    {**scopes[0], "schemaUrl": "https://x.example"},
                    dict(reversed(scopes[0].items())),
                ]
            )
        )
        if draw(st.booleans()):
            scopes.append(
                {"scope": {"name": "second"}, "spans": [otlp_span(span(f"{number + 77:016x}", None, "z", {"a": 1}))]}
            )
        batches.append(group)
    how = draw(st.sampled_from(["one", "list", "lines", "indented"]))
    unicode = draw(st.booleans())
    if how == "lines":
        return batches, "\n".join(json.dumps(b, ensure_ascii=unicode) for b in batches).encode("utf-8", "replace")
    whole = batches[:1] if how == "one" else batches
    shown = whole[0] if how == "one" else whole
    return whole, json.dumps(shown, indent=2 if how == "indented" else None, ensure_ascii=unicode).encode(
        "utf-8", "replace"
    )


def shown(result):
    return json.dumps([trace.to_public() for trace in result.traces]).encode("utf-8", "replace")


@given(files())
def test_scanning_gives_what_parsing_gives_or_nothing(file):
    _, raw = file
    quick = READER.read_large(raw)
    if quick is None:
        return
    from tracefix_tui.readers.carrier import unpack

    values = [v for value in unpack(raw, "x").values for v in (value if isinstance(value, list) else [value])]
    slow = READER.read(values)
    assert shown(quick) == shown(slow)
    assert (quick.format, quick.warnings) == (slow.format, slow.warnings)


@pytest.mark.parametrize("count", [1, 40])
@pytest.mark.parametrize("indent", [None, 1])
def test_the_usual_layouts_are_scanned(count, indent):
    found = [otlp_span(s) for s in spans()] + [
        otlp_span(span(f"{i:016x}", None, "n", {"openinference.span.kind": "TOOL"})) for i in range(count)
    ]
    result = READER.read_large(json.dumps(batch(*found), indent=indent).encode())
    assert sum(len(trace.spans) for trace in result.traces) == len(found)
    assert result.format == "otlp/openinference"
    assert result.traces[0].metadata["service.name"] == "garden-shop"


@given(st.integers(0, 2**32))
def test_a_cut_or_changed_file_never_raises(seed):
    raw = bytearray(data(batch(*map(otlp_span, spans()))))
    chance = random.Random(seed)
    for _ in range(chance.randint(0, 3)):
        raw[chance.randrange(len(raw))] = chance.choice(b'"{}[],:x\\\x00\xff')
    result = READER.read_large(bytes(raw[: chance.randint(1, len(raw))]))
    for trace in result.traces if result else ():
        trace.to_public()


def test_damage_inside_a_span_is_said_when_it_is_opened():
    raw = data(batch(*map(otlp_span, spans()))).replace(b'"When do I', b'"When \x01 do I', 1)
    (trace,) = READER.read_large(raw).traces
    assert any("damaged" in note for s in trace.spans for note in s.detail.lossy)


@pytest.mark.slow
def test_a_large_file_is_opened_without_parsing_it(tmp_path):
    path = tmp_path / "large.json"
    rows = [
        otlp_span(span(f"{i + 1:016x}", None, "n", {"openinference.span.kind": "TOOL", "input.value": "x" * 900}))
        for i in range(6_000)
    ]
    path.write_bytes(data(batch(*rows)))
    file = open_trace(str(path))
    assert len(file.traces[0].spans) == 6_000
    assert file.traces[0].spans[5_999].detail.input == "x" * 900
    path.write_bytes(data(batch(*rows))[:-3_000])
    cut = open_trace(str(path))
    assert cut.source.partial
    assert 5_990 < len(cut.traces[0].spans) < 6_000
