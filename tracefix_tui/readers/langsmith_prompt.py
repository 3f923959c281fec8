"""The prompt template of a LangSmith call: LangChain records it in the prompt run that comes before the call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from tracefix_tui.model.call import PromptRef
from tracefix_tui.model.json_value import Json
from tracefix_tui.readers.langsmith_runs import Run
from tracefix_tui.readers.values import json_object, text_or_none

_ROLES = {"system": "system", "human": "user", "ai": "assistant"}
_SYNTAXES: dict[str, Literal["fstring", "mustache", "jinja"]] = {
    "f-string": "fstring",
    "mustache": "mustache",
    "jinja2": "jinja",
}


def prompt_of(run: Run, siblings: Sequence[Run]) -> PromptRef | None:
    """The template and variables of the last prompt run before this call under the same parent.

    A call in between used it up. Without one, the name and commit of a hub prompt in the metadata, if it is there.
    """
    before = [other for other in siblings if other is not run and other.order <= run.order]
    for other in sorted(before, key=lambda r: r.order, reverse=True):
        if other.kind == "llm":
            break
        if other.kind == "prompt" and (found := _read(other, run)) is not None:
            return found
    name, version = _hub(run)
    return PromptRef(name, version) if name else None


def _read(prompt: Run, run: Run) -> PromptRef | None:
    kwargs = json_object(json_object(prompt.raw.get("serialized")).get("kwargs"))
    syntaxes: list[str] = []
    template = _template(kwargs, syntaxes)
    name, version = _hub(prompt)
    if name is None:
        name, version = _hub(run)
    if template is None and name is None:
        return None
    variables = {**json_object(kwargs.get("partial_variables")), **prompt.inputs}
    syntax = _SYNTAXES.get(syntaxes[0] if syntaxes else "f-string", "unknown")
    return PromptRef(name, version, template, variables, syntax if template is not None else "unknown")  # type: ignore[arg-type]


def _template(kwargs: dict[str, Any], syntaxes: list[str]) -> Json:
    """The text of a plain template, or the messages of a chat template."""
    listed = kwargs.get("messages")
    if not isinstance(listed, list):
        text = kwargs.get("template")
        syntaxes.append(text_or_none(kwargs.get("template_format")) or "f-string")
        return text if isinstance(text, str) else None
    out: list[Json] = []
    for item in listed:
        message = _message(item, syntaxes)
        if message is None:
            return None
        out.append(message)
    return out or None


def _message(item: Any, syntaxes: list[str]) -> Json:
    """One message of a chat template; None for a form that is not known, so that no half template is shown."""
    if not isinstance(item, dict):
        return None
    names = item.get("id")
    kind = str(names[-1]) if isinstance(names, list) and names else ""
    kwargs = json_object(item.get("kwargs"))
    if kind == "MessagesPlaceholder":
        return {"role": "placeholder", "content": "{" + str(kwargs.get("variable_name") or "messages") + "}"}
    role = kind.removesuffix("PromptTemplate").removesuffix("Chunk").removesuffix("Message").lower()
    role = _ROLES.get(role, text_or_none(kwargs.get("role")) or role)
    if isinstance(kwargs.get("content"), (str, list)):
        return {"role": role, "content": kwargs["content"]}
    prompts = kwargs.get("prompt")
    texts = [_text(prompt, syntaxes) for prompt in (prompts if isinstance(prompts, list) else [prompts])]
    if not texts or any(text is None for text in texts):
        return None
    if len(texts) == 1 and not isinstance(prompts, list):
        return {"role": role, "content": texts[0]}
    return {"role": role, "content": [{"type": "text", "text": text} for text in texts]}


def _text(prompt: Any, syntaxes: list[str]) -> str | None:
    kwargs = json_object(json_object(prompt).get("kwargs"))
    syntaxes.append(text_or_none(kwargs.get("template_format")) or "f-string")
    text = kwargs.get("template")
    return text if isinstance(text, str) else None


def _hub(run: Run) -> tuple[str | None, str | None]:
    meta = run.metadata
    owner, repo = text_or_none(meta.get("lc_hub_owner")), text_or_none(meta.get("lc_hub_repo"))
    name = f"{owner}/{repo}" if owner and repo and owner != "-" else repo
    return name, text_or_none(meta.get("lc_hub_commit_hash"))
