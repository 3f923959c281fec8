"""LiteLLM is loaded once, and the garbage collector is spared its thousands of modules."""

from __future__ import annotations

import gc

from tracefix_tui.replay.loading import load_litellm


def test_what_is_loaded_is_not_collected_and_collecting_goes_on() -> None:
    loaded = load_litellm()
    assert gc.isenabled()
    assert gc.get_freeze_count() > 100_000
    frozen = gc.get_freeze_count()
    assert load_litellm() is loaded
    assert gc.get_freeze_count() <= frozen, "what came after the first load is collected as ever"
