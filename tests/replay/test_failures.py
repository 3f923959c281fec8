"""Errors in words: keys are taken out, waiting times are read."""

from __future__ import annotations

import email.utils
import time

import pytest

from tracefix_tui.model.errors import ProviderError, RequestRejected
from tracefix_tui.replay.failures import explain, retry_after, scrub


class Refused(Exception):
    """An exception with the headers of the answer behind it, as client libraries raise them."""

    def __init__(self, headers: dict[str, str]) -> None:
        super().__init__("refused")
        self.headers = headers


@pytest.mark.parametrize(("value", "seconds"), [("2", 2.0), ("0.5", 0.5), ("-3", 0.0), ("soon", None)])
def test_retry_after_in_seconds(value: str, seconds: float | None) -> None:
    assert retry_after(Refused({"retry-after": value})) == seconds


def test_retry_after_as_a_date_and_behind_another_error() -> None:
    when = email.utils.formatdate(time.time() + 30, usegmt=True)
    outer = RuntimeError("wrapped")
    outer.__cause__ = Refused({"retry-after": when})
    seconds = retry_after(outer)
    assert seconds is not None and 25 < seconds <= 30


def test_no_retry_after() -> None:
    assert retry_after(RuntimeError("no headers")) is None


def test_keys_are_taken_out() -> None:
    env = {"MISTRAL_API_KEY": "plain-words-as-key", "HOME": "/home/someone", "SHORT_KEY": "abc"}
    said = "key plain-words-as-key is bad; /home/someone abc\nBearer abcdefghijklmnop12345"
    assert scrub(said, env) == "key [removed] is bad; /home/someone abc [removed]"


def test_long_talk_is_cut() -> None:
    assert len(scrub("x" * 5000, {})) == 300


def test_an_error_of_unknown_making_still_has_a_next_step() -> None:
    error = explain(RuntimeError("what is this"), "openai/gpt-4o")
    assert isinstance(error, ProviderError)
    assert "what is this" in str(error) and error.hint


def test_a_prompt_that_is_too_long() -> None:
    class ContextWindowExceededError(Exception):
        status_code = 400

    error = explain(ContextWindowExceededError("maximum context length is 8192 tokens"), "openai/gpt-4o")
    assert isinstance(error, RequestRejected)
    assert "Drop documents" in error.hint
