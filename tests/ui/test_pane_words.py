"""What the panes say in a word: chunks that are cited, checks that failed before, media, calls in a comparison."""

from __future__ import annotations

from dataclasses import replace

import pytest
from samples import refund_trace

from tracefix_tui.compare.rates import Rate
from tracefix_tui.model.check import CheckSpec, Verdict
from tracefix_tui.model.context import call_context
from tracefix_tui.model.message import MediaPart, Message, TextPart, ToolCall
from tracefix_tui.ui.content.chunks import call_chunks
from tracefix_tui.ui.content.diff_lines import PromptSide, compare_prompts, plain
from tracefix_tui.ui.content.draft_rows import media_words
from tracefix_tui.ui.content.params import call_params
from tracefix_tui.ui.content.run_rows import standing_rows
from tracefix_tui.workbench.judging import Standing


@pytest.mark.parametrize(
    ("answer", "printed", "first", "second"),
    [
        ("It is so [1].", (), "cited [1]", "not cited"),
        ("It is so [1, 2].", (), "cited [1]", "cited [2]"),
        ("It is so [d1].", (), "not cited", "cited [d1]"),
        ("It is so [policy/refund.md].", (), "cited", "not cited"),
        ("It is so [KB-114].", (["kb-114"], ["kb-9"], []), "cited [kb-114]", "not cited"),
        ("It is so [1].", (["7"], ["1"], ["2"]), "not cited", "cited [1]"),
    ],
)
def test_a_citation_names_a_chunk_by_number_id_or_label(
    answer: str, printed: tuple[list[str], ...], first: str, second: str
) -> None:
    trace = refund_trace()
    context = call_context(trace, trace.by_id["s6"])
    call = replace(context.call, output=(Message.of("assistant", answer),))
    shown = call_chunks(replace(context, call=call), printed)
    assert [section.note for section in shown] == [first, second, "not cited", "cut"]


def test_what_no_prompt_holds_is_unused() -> None:
    trace = refund_trace()
    context = call_context(trace, trace.by_id["s6"])
    assert {s.note for s in call_chunks(replace(context, in_prompt=(False,) * 4))} == {"unused"}


@pytest.mark.parametrize(("severity", "word"), [("fail", "FAIL"), ("warn", "WARN")])
def test_a_check_was_what_its_severity_says(severity: str, word: str) -> None:
    failed = Standing(CheckSpec("grounded"), Rate(0, 1, False), severity, "is not so")
    cells = [cell.text for cell in standing_rows([failed], (), 9, 80, ran=True).row(0).cells]
    assert cells[1] == f"{word} 0/1" and cells[3] == f"was {word}"
    now = replace(failed, rate=Rate(1, 1, False), severity="info")
    before = [Verdict("grounded", "fail", "is not so", severity=severity)]  # type: ignore[arg-type]
    assert standing_rows([now], (), 9, 80, ran=True, baseline=before).row(0).cells[3].text == f"was {word}"


def test_parameters_are_spelled_as_json() -> None:
    trace = refund_trace()
    span = trace.by_id["s6"]
    assert span.llm is not None
    call = replace(span.llm, stream=True, params={"logprobs": False})
    shown = call_params(trace, span, call, None)[0].text
    assert "true" in shown and "false" in shown and "True" not in shown


def test_media_are_counted() -> None:
    image = MediaPart("image", {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}})
    assert media_words(Message("user", (TextPart("what is this?"), image))) == "1 image"
    assert media_words(Message("user", (image, image, MediaPart("audio", {})))) == "2 images, 1 audio"
    assert media_words(Message.of("user", "words")) == ""


def test_a_message_of_calls_alone_shows_them_in_a_comparison() -> None:
    asking = Message("assistant", tool_calls=(ToolCall("c1", "get_order", '{"id": 8841}'),))
    a = PromptSide((asking,), {}, "", {})
    b = PromptSide((asking, asking), {}, "", {})
    lines = [(line.kind, plain(line.right)) for line in compare_prompts(a, b).lines if line.kind != "header"]
    assert lines == [("equal", 'get_order({"id": 8841})'), ("added", 'get_order({"id": 8841})')]
