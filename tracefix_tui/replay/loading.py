"""LiteLLM, loaded once, quiet and without any network of its own. The only place that imports it for calls."""

from __future__ import annotations

import gc
import importlib
import importlib.metadata
import logging
import os
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from types import ModuleType
from typing import Any

from tracefix_tui.replay.offline.provider import register

_BEFORE_IMPORT = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # else the price map is fetched at import
    "LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS": "True",  # else a header map is fetched at the first Anthropic call
    "LITELLM_MODE": "PRODUCTION",  # else a .env file near the package is loaded, from wherever that is
    "MAX_IMAGE_URL_DOWNLOAD_SIZE_MB": "0",  # else image addresses in a trace are fetched
}
_LOGGERS = ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy")
_LOCK = threading.Lock()


def load_litellm() -> ModuleType:
    """The litellm module. The first call takes 3 to 5 s: make it off the UI thread."""
    with _LOCK, _no_collecting():
        loaded = _load()
        for module in ("litellm", "pydantic"):  # what they deprecate is not ours to mend, nor to write over the screen
            warnings.filterwarnings("ignore", module=rf"{module}(\.|$)")
        return loaded


@cache
def skips_mcp() -> bool:
    """True when this LiteLLM knows `_skip_mcp_handler`.

    Without it, a call with tools imports the `mcp` package (0.7 s, and an error where that extra is not installed).
    """
    major, minor = [*importlib.metadata.version("litellm").split("."), "0"][:2]
    return (int(major), int(minor)) >= (1, 106)


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Spare the garbage collector what is loaded.

    Walking it again and again took 0.7 of 2.5 s, held the screen for 160 ms at a time, and made the exit 1.4 s longer.
    """
    if _load.cache_info().currsize:
        yield
        return
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        if was_on:
            gc.enable()


@cache
def _load() -> ModuleType:
    for name, value in _BEFORE_IMPORT.items():
        os.environ.setdefault(name, value)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import litellm

        _silence(litellm)
        _first_call(litellm)
    register(litellm)
    loaded: ModuleType = litellm
    return loaded


def _silence(litellm: Any) -> None:
    litellm.suppress_debug_info = True
    litellm.telemetry = False
    litellm.disable_hf_tokenizer_download = True
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        logger.handlers = [logging.NullHandler()]
        logger.propagate = False
        logger.setLevel(logging.CRITICAL)


def _first_call(litellm: Any) -> None:
    """A call that never leaves the process: the first one builds what later ones share (0.5 s)."""
    answer = litellm.completion(
        model="openai/warm-up",
        messages=[{"role": "user", "content": "x"}],
        mock_response="x",
        stream=True,
        stream_options={"include_usage": True},
    )
    for _ in answer:
        pass
    importlib.import_module(
        "openai.resources"
    )  # 0.3 s that the first call of an OpenAI-like provider would take longer
