"""The offline model reads: its answers follow from the documents, the question and the instructions."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracefix_tui.model.attempt import Request
from tracefix_tui.model.call import ToolDef
from tracefix_tui.model.errors import ModelNotFound
from tracefix_tui.model.message import Message, ToolCall
from tracefix_tui.replay.caller import TextDelta, run, run_or_raise
from tracefix_tui.replay.offline.caller import OfflineCaller
from tracefix_tui.replay.offline.reading import read

GENERAL = "[1] Customers can return unworn shoes for a full refund. Refunds go to the original card."
LIMITS = "[2] Refunds are possible within 30 days of delivery. After 30 days we only offer store credit."
HOURS = "[3] Our stores open at 9 and close at 18. Parking is free."
QUESTION = "Can I get a refund for shoes I bought 45 days ago?"
CAREFUL = "Answer only from the context and cite it as [n]. Check time limits and conditions before you answer."


WEATHER = ToolDef(
    "get_weather",
    "Current weather of a city",
    {
        "type": "object",
        "properties": {
            "city": {"type": "string"},
            "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
            "days": {"type": "integer"},
        },
        "required": ["city"],
    },
)


def ask(system: str, *documents: str, question: str = QUESTION, **more: Any) -> str:
    prompt = "Context:\n" + "\n".join(documents) + f"\n\nQuestion: {question}"
    return say(Request("offline/extractive", (Message.of("system", system), Message.of("user", prompt)), **more))


def say(request: Request, repeat: int = 0) -> str:
    output = run_or_raise(request, OfflineCaller(), repeat=repeat).output
    assert output is not None
    return output.text


def test_what_stands_in_the_prompt_and_in_a_tools_result_is_said_once() -> None:
    messages = [
        Message.of("system", f"Answer only from the context.\nContext:\n{LIMITS}"),
        Message.of("user", "Within how many days of delivery are refunds possible?"),
        Message("assistant", tool_calls=(ToolCall("c1", "search", "{}"),)),
        Message.of("tool", f"[kb-2] {LIMITS.removeprefix('[2] ')}", tool_call_id="c1"),
    ]
    answer = say(Request("offline/extractive", tuple(messages)))
    assert answer.count("Refunds are possible within 30 days of delivery.") == 1


def test_a_careless_prompt_gets_the_likest_sentence() -> None:
    answer = ask("You are a helpful support agent.", GENERAL, LIMITS, HOURS)
    assert answer == "Customers can return unworn shoes for a full refund."


def test_told_to_check_conditions_it_finds_the_limit() -> None:
    answer = ask(CAREFUL, GENERAL, LIMITS, HOURS)
    assert answer == "Refunds are possible within 30 days of delivery. After 30 days we only offer store credit [2]."


def test_without_the_document_it_cannot_know_the_limit() -> None:
    assert "30 days" not in ask(CAREFUL, GENERAL, HOURS)
    assert "[1]" in ask(CAREFUL, GENERAL, HOURS)


def test_it_cites_only_when_told() -> None:
    assert "[1]" in ask("Cite your sources as [n].", GENERAL)
    assert "[1]" not in ask("Answer the question.", GENERAL)
    assert "[1]" not in ask("Answer the question. Do not cite sources.", GENERAL)


def test_it_cites_by_the_label_of_the_prompt() -> None:
    document = '<document id="returns-policy">\nRefunds take five days.\n</document>'
    assert ask("Cite the sources.", document, question="How long do refunds take?").endswith("[returns-policy].")


def test_it_says_that_it_does_not_know_when_told_to_stay_with_the_documents() -> None:
    asked = "Who founded the company?"
    assert "don't know" in ask("Answer only from the context.", GENERAL, HOURS, question=asked)
    told = 'Answer only from the context. If the answer is not there, say "I cannot help with that."'
    assert ask(told, GENERAL, HOURS, question=asked) == "I cannot help with that."
    assert "don't know" not in ask("Be helpful.", GENERAL, HOURS, question=asked), "a careless prompt gets a guess"


def test_the_number_of_sentences_is_kept() -> None:
    assert ask(CAREFUL + " Answer in one sentence.", LIMITS).count(".") == 1
    assert ask(CAREFUL + " Answer in at most 2 sentences.", LIMITS).count(".") == 2


def test_the_newest_document_wins_when_told() -> None:
    old = "[1] As of 2021, refunds take ten days."
    new = "[2] As of 2026, refunds take five days."
    asked = "How long do refunds take?"
    assert "ten" in ask("Answer only from the context in one sentence.", old, new, question=asked)
    told = "Answer only from the context in one sentence. Prefer the most recent document."
    assert "five" in ask(told, old, new, question=asked)


def test_json_by_schema() -> None:
    schema = {
        "type": "object",
        "properties": {
            "answer": {"type": "string"},
            "days": {"type": "integer"},
            "decision": {"enum": ["refund", "store_credit"]},
            "citations": {"type": "array", "items": {"type": "integer"}},
            "confidence": {"type": "number"},
            "found": {"type": "boolean"},
        },
    }
    form = {"type": "json_schema", "json_schema": {"name": "a", "schema": schema}}
    value = json.loads(ask(CAREFUL, GENERAL, LIMITS, response_format=form))
    assert value["answer"].startswith("Refunds are possible within 30 days")
    assert (value["days"], value["citations"], value["found"]) == (30, [2], True)
    assert value["decision"] == "store_credit"
    assert 0 < value["confidence"] <= 1


def test_json_by_words_comes_in_a_fence_unless_told_otherwise() -> None:
    asked = 'Answer only from the context. Reply in JSON with the keys "answer" and "sources".'
    assert ask(asked, LIMITS).startswith("```json\n")
    bare = json.loads(ask(asked + " Return only the JSON, no markdown.", LIMITS))
    assert set(bare) == {"answer", "sources"} and bare["sources"] == [2]


def test_other_languages() -> None:
    german = Message.of(
        "user",
        "Kontext:\n[1] Die Erstattung dauert lange.\n[2] Der Laden öffnet um neun.\n\nFrage: Wann öffnet der Laden?",
    )
    assert say(Request("offline/extractive", (german,))) == "Der Laden öffnet um neun."
    chinese = Message.of("user", "上下文:\n[1] 退款需要五天。\n[2] 商店九点开门。\n\n问题: 商店几点开门?")
    assert say(Request("offline/extractive", (chinese,))) == "商店九点开门。"


def test_documents_without_labels_or_headings_are_found() -> None:
    text = f"{GENERAL[4:]}\n\n{LIMITS[4:]}\n\n{HOURS[4:]}\n\n" + "Padding of the page. " * 20 + f"\n\n{QUESTION}"
    reading = read((Message.of("user", text),))
    assert reading.question == QUESTION
    assert reading.passages[1].text == LIMITS[4:]


def test_facts_in_the_system_message_are_used() -> None:
    system = Message.of(
        "system", "You are a support agent. Answer shortly. Refunds take five days. Shops open at nine."
    )
    assert (
        say(Request("offline/extractive", (system, Message.of("user", "How long do refunds take?"))))
        == "Refunds take five days."
    )


def test_nothing_to_read_is_admitted() -> None:
    assert "found none" in say(Request("offline/extractive", (Message.of("user", "hello"),)))


def test_temperature_zero_is_steady_and_heat_varies_by_repeat_and_seed() -> None:
    def heated(**params: Any) -> Request:
        prompt = "Context:\n" + "\n".join((GENERAL, LIMITS, HOURS)) + f"\n\nQuestion: {QUESTION}"
        return Request("offline/extractive", (Message.of("user", prompt),), params)

    assert len({say(heated(temperature=0), repeat=i) for i in range(10)}) == 1
    assert len({say(heated(), repeat=i) for i in range(10)}) == 1
    warm = [say(heated(temperature=1.0), repeat=i) for i in range(20)]
    assert len(set(warm)) > 1
    assert warm == [say(heated(temperature=1.0), repeat=i) for i in range(20)], "the same repeat gives the same answer"
    assert len({say(heated(temperature=1.0, seed=s)) for s in range(20)}) > 1


def test_limits_and_stops() -> None:
    long = run(
        Request(
            "offline/extractive", (Message.of("user", f"Context:\n{LIMITS}\n\nQuestion: refunds?"),), {"max_tokens": 4}
        ),
        OfflineCaller(),
    )
    assert long.finish_reason == "length"
    assert long.output is not None and len(long.output.text) <= 16
    assert ask("Answer.", LIMITS, params={"stop": ["within"]}) == "Refunds are possible "


def test_it_streams_and_stops() -> None:
    request = Request("offline/extractive", (Message.of("user", f"Context:\n{LIMITS}\n\nQuestion: refunds?"),))
    stop = threading.Event()
    result = run(request, OfflineCaller(pace=0.01), lambda e: stop.set() if isinstance(e, TextDelta) else None, stop)
    assert result.stopped and result.output is not None and result.output.text == "Refunds"
    whole = run(request, OfflineCaller())
    assert whole.cost == 0 and whole.usage.input and whole.usage.output and not whole.stopped


def test_there_is_one_offline_model() -> None:
    with pytest.raises(ModelNotFound, match="offline/extractive"):
        run_or_raise(Request("offline/genius", (Message.of("user", "hi"),)), OfflineCaller())


def test_litellm_knows_it_as_a_provider(litellm: ModuleType, elsewhere: Callable[..., Any]) -> None:
    messages = [{"role": "user", "content": f"Context:\n{LIMITS}\n\nQuestion: How many days for refunds?"}]
    whole = elsewhere(litellm.completion, model="offline/extractive", messages=messages)
    assert whole.choices[0].message.content.startswith("Refunds are possible within 30 days")
    assert whole.usage.total_tokens == whole.usage.prompt_tokens + whole.usage.completion_tokens > 0

    asked = {"model": "offline/extractive", "messages": [{"role": "user", "content": "weather in Paris?"}]}
    parts = elsewhere(lambda: list(litellm.completion(**asked, tools=[WEATHER.to_openai()], stream=True)))
    arguments = "".join(c.function.arguments for p in parts for c in p.choices[0].delta.tool_calls or [])
    assert json.loads(arguments) == {"city": "Paris"}
    assert parts[-1].choices[0].finish_reason == "tool_calls"


def test_litellm_can_await_it(litellm: ModuleType, elsewhere: Callable[..., Any]) -> None:
    messages = [{"role": "user", "content": f"Context:\n{HOURS}\n\nQuestion: Is parking free?"}]
    answer = elsewhere(lambda: asyncio.run(litellm.acompletion(model="offline/extractive", messages=messages)))
    assert answer.choices[0].message.content == "Parking is free."


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["system", "user", "assistant", "tool"]), st.text(max_size=200)), max_size=5),
    st.floats(0, 2),
)
def test_any_request_gets_an_answer(messages: list[tuple[str, str]], temperature: float) -> None:
    made = tuple(Message.of(role, text) for role, text in messages)
    result = run(Request("offline/extractive", made, {"temperature": temperature}, (WEATHER,)), OfflineCaller())
    assert result.error is None and result.output is not None
