"""What went wrong at a provider, in words and with the next step, from whatever LiteLLM raised."""

from __future__ import annotations

import email.utils
import os
import re
import time
from collections.abc import Iterator, Mapping

from tracefix_tui.model.errors import (
    AuthRejected,
    ContentFiltered,
    ModelNotFound,
    NoKey,
    ProviderDown,
    ProviderError,
    ProviderTimeout,
    RateLimited,
    RequestRejected,
    StreamCut,
)
from tracefix_tui.model.text import safe_line
from tracefix_tui.readers.shapes.secrets import without_secrets
from tracefix_tui.replay.providers import OFFLINE_MODEL, destination, provider_of

_LONGEST = 300
_NOISE = re.compile(r"^(?:litellm\.)?(?:[A-Za-z]+(?:Error|Exception|Timeout)\b\s*(?:-|:)\s*)+|^[A-Za-z_]+Exception - ")
_UNSUPPORTED = re.compile(r"does not support parameters: \[([^\]]*)\]|doesn't support (\w+)=")
_FILTERED = re.compile(r"content[ _]?(?:filter|management|policy)|safety system|responsible ai", re.IGNORECASE)
_NO_KEY = re.compile(
    r"api[_ ]key.*(?:must be set|not set|missing|required)|missing.*(?:api[_ ]key|credentials)|locate credentials",
    re.IGNORECASE,
)
_UNREACHED = re.compile(r"connection (?:error|refused)|name or service|getaddrinfo|no route|unreachable", re.IGNORECASE)
_HUNG_UP = re.compile(r"peer closed|incomplete chunked|server disconnected|connection reset", re.IGNORECASE)
_GARBLED = re.compile(r"line \d+ column \d+ \(char \d+\)|invalid start byte|not valid JSON", re.IGNORECASE)
_LONG_PROMPT = re.compile(r"context (?:length|window)|too many tokens|maximum.*tokens", re.IGNORECASE)


def explain(error: BaseException, model: str, *, started: bool = False, timeout: float | None = None) -> ProviderError:
    """The error of ours that an exception of LiteLLM stands for; `started` says that part of the answer came before.

    Its text holds no key: what looks like one, and the value of every key in the environment, is taken out.
    """
    said = scrub(_message(error))
    where = model
    names = {cls.__name__ for cls in type(error).__mro__}
    status = _status(error)
    if started and not names & {"ContentPolicyViolationError"}:
        if "Timeout" in names or "APITimeoutError" in names:
            return ProviderTimeout("the answer stopped coming", where=where, hint=_timeout_hint(timeout))
        return StreamCut(
            f"the stream broke off ({said})",
            where=where,
            hint="What came is kept. Run it again; a repeat may need a longer time limit",
        )
    if "Timeout" in names or "APITimeoutError" in names or status == 408:
        limit = f" within {timeout:g} s" if timeout else " in time"
        return ProviderTimeout(f"no answer{limit}", where=where, hint=_timeout_hint(timeout))
    return _by_names(names, said, model) or _by_status(
        status, said, model, error, connection="APIConnectionError" in names
    )


def cut_short(model: str) -> StreamCut:
    """The stream ended in good order but without saying that the answer was done."""
    return StreamCut("the stream ended before the answer did", where=model, hint="What came is kept. Run it again")


def filtered(model: str) -> ContentFiltered:
    """The provider's filter ended the answer."""
    return ContentFiltered(
        "the provider's content filter withheld the answer", where=model, hint="Change the prompt, or ask another model"
    )


def scrub(text: str, env: Mapping[str, str] | None = None) -> str:
    """One line of text without keys: neither those that look like one nor those that the environment holds."""
    for name, value in (os.environ if env is None else env).items():
        if len(value) >= 8 and name.upper().endswith(("_KEY", "_TOKEN", "_SECRET")):
            text = text.replace(value, "[removed]")
    cleaned = without_secrets(text)
    line = safe_line(" ".join(str(cleaned).split()))
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def _by_names(names: set[str], said: str, model: str) -> ProviderError | None:
    if "UnsupportedParamsError" in names:
        found = _UNSUPPORTED.search(said)
        what = (found.group(1) or found.group(2)) if found else ""
        named = what.replace("'", "") or "a parameter of this request"
        return RequestRejected(
            f"{model} does not take {named}",
            where=model,
            hint=f"Take {named} out of the parameters, or ask another model",
        )
    if "ContentPolicyViolationError" in names:
        return filtered(model)
    if "ImageFetchError" in names or "Image URL download is disabled" in said:
        return RequestRejected(
            "this provider takes images only inline, and addresses in a trace are not fetched",
            where=model,
            hint="Put the image into the message as a data: URL, or ask a provider that fetches images itself",
        )
    if "ContextWindowExceededError" in names:
        return RequestRejected(
            f"the prompt is too long for the model ({said})", where=model, hint="Drop documents or shorten the prompt"
        )
    if "Provider NOT provided" in said or "LiteLLMUnknownProvider" in names:
        return ModelNotFound(
            f"no provider is known for the model {model!r}",
            where=model,
            hint="Name it as provider/model, for example openai/gpt-4o-mini",
        )
    return None


def _by_status(status: int | None, said: str, model: str, error: BaseException, *, connection: bool) -> ProviderError:
    if _NO_KEY.search(said):
        return no_key(model, _key_names(model))
    host = destination(model)
    if status is None:
        return ProviderError(
            f"LiteLLM could not make the call ({said})", where=model, hint="Check the model's name and parameters"
        )
    if connection or (status == 500 and _UNREACHED.search(said)):
        return ProviderDown(
            f"{host} could not be reached ({said})", where=model, hint="Check the network, and that the server runs"
        )
    if status in (401, 403):
        return AuthRejected(
            f"{host} refused the key ({said})", where=model, hint=f"Check {_key_names(model)} and what the key may do"
        )
    if status == 404:
        return ModelNotFound(
            f"{host} does not know the model ({said})", where=model, hint="Check its name, or choose another model"
        )
    if status == 429:
        return _rate_limited(host, said, model, error)
    if status >= 500 and (told := _no_answer(said)):  # LiteLLM's own 500: the server never said so
        return ProviderDown(f"{host} {told} ({said})", where=model, hint="Run it again, or check what answers there")
    if status >= 500:
        return ProviderDown(
            f"{host} failed with {status} ({said})", where=model, hint="Run it again later, or ask another model"
        )
    if _FILTERED.search(said):
        return filtered(model)
    hint = (
        "Drop documents or shorten the prompt"
        if _LONG_PROMPT.search(said)
        else "Change what it complains of, and run it again"
    )
    return RequestRejected(f"{host} refused the request ({said})", where=model, hint=hint)


def _no_answer(said: str) -> str:
    """What became of an answer that no model gave; empty where a server did answer with an error."""
    if _HUNG_UP.search(said):
        return "closed the connection before the answer began"
    return "sent what cannot be read as an answer" if _GARBLED.search(said) else ""


def _rate_limited(host: str, said: str, model: str, error: BaseException) -> RateLimited:
    after = retry_after(error)
    wait = f"Wait {after:g} s" if after is not None else "Wait a while"
    what = f"{host} takes no more requests for now ({said})"
    return RateLimited(what, where=model, hint=f"{wait} and run it again", retry_after=after)


def retry_after(error: BaseException) -> float | None:
    """Seconds from a Retry-After header of the answer behind an exception: a number, or a date (RFC 9110 10.2.3)."""
    for headers in _headers(error):
        value = headers.get("retry-after")
        if value is None:
            continue
        try:
            return max(0.0, float(value))
        except ValueError:
            pass
        try:
            return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
        except ValueError:
            continue
    return None


def _headers(error: BaseException) -> Iterator[Mapping[str, str]]:
    for link in _chain(error):
        for holder in (link, getattr(link, "response", None)):
            for name in ("litellm_response_headers", "headers"):
                headers = getattr(holder, name, None)
                if isinstance(headers, Mapping):
                    yield headers


def _chain(error: BaseException) -> Iterator[BaseException]:
    link: BaseException | None = error
    seen: set[int] = set()
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        yield link
        link = link.__cause__ or link.__context__


def _status(error: BaseException) -> int | None:
    status = getattr(error, "status_code", None)
    return status if isinstance(status, int) else None


def _message(error: BaseException) -> str:
    """What the provider said, without the class names that LiteLLM puts before it."""
    text = str(error).strip()
    before = None
    while before != text:
        before, text = text, _NOISE.sub("", text, count=1).strip()
    return text.partition("\n")[0].partition(" Original exception: ")[0] or type(error).__name__


def no_key(model: str, names: str) -> NoKey:
    """No key in the environment; `names` are the variables that would hold it."""
    return NoKey(
        f"no key for this provider: {names} not set",
        where=model,
        hint=f"Set {names} in your environment, or choose {OFFLINE_MODEL}, which needs none",
    )


def _key_names(model: str) -> str:
    provider = provider_of(model)
    return " and ".join(key.partition("|")[0] for key in provider.keys) if provider and provider.keys else "the key"


def _timeout_hint(timeout: float | None) -> str:
    longer = f" (it is {timeout:g} s)" if timeout else ""
    return f"Give it a longer time limit{longer}, or ask for fewer tokens"
