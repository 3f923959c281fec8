"""De-hydration of a prompt of 1 MB: finding its template, variables and documents, proved to give it back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.benchmarks.measuring import by_turns, report, spread, timed
from tracefix_tui.model.context import call_context
from tracefix_tui.prompts.hydrated import dehydrate
from tracefix_tui.readers import open_trace


@pytest.mark.parametrize("name", ["1 MB prompt", "1 MB of passages", "1 MB line"])
def test_dehydration(name: str, trace_file: Callable[[str], Path]) -> None:
    trace = open_trace(str(trace_file(name))).traces[0]
    context = call_context(trace, trace.leaf_calls[-1])
    hydrated = dehydrate(context)
    assert hydrated.render() == context.call.messages
    (found,) = by_turns(lambda: timed(lambda: dehydrate(context)))
    size = sum(len(message.text) for message in context.call.messages)
    report(f"de-hydration, {name}", f"{spread(found)}, {size:,} characters, {len(hydrated.documents)} documents placed")
