"""Copying a recorded call as code, JSON or curl."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracefix_tui.model.errors import TracefixError
from tracefix_tui.ui.screens.choice import ChoiceScreen

if TYPE_CHECKING:
    from tracefix_tui.ui.screens.trace import TraceScreen

_CHOICES = (
    ("litellm", "LiteLLM snippet", "a Python script that sends this call again"),
    ("json", "request JSON", "the request as LiteLLM takes it"),
    ("curl", "curl", "for an OpenAI-compatible server; the key comes from the environment"),
    ("span", "span JSON", "everything recorded of this step"),
)


def copy_as(screen: TraceScreen) -> None:
    """Ask for the form, then copy."""

    def chosen(form: str | None) -> None:
        if form is not None:
            _copy(screen, form)

    screen.app.push_screen(ChoiceScreen("Copy as", _CHOICES), chosen)


def _copy(screen: TraceScreen, form: str) -> None:
    from tracefix_tui.replay.request import build_request
    from tracefix_tui.ui import snippets
    from tracefix_tui.ui.content.output import json_of

    shown = screen.shown
    if shown is None or shown.context is None:
        return
    if form == "span":
        screen.copy_text(json_of(shown.span))
        return
    try:
        request, _ = build_request(shown.context.call)
    except TracefixError as error:
        screen.app.notify(str(error), severity="error", markup=False)
        return
    screen.copy_text(
        {"litellm": snippets.as_litellm, "json": snippets.as_json, "curl": snippets.as_curl}[form](request)
    )
