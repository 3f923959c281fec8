"""`doctor`: what this installation can do, in a form that fits a bug report."""

from __future__ import annotations

import importlib.metadata
import platform
import shutil
import sys

import click

from tracefix_tui import __version__
from tracefix_tui.cli.state import State, data, emit, json_option, pass_state
from tracefix_tui.model.json_value import JsonObject

_LIBRARIES = ("textual", "litellm", "mcp", "pydantic", "GitPython", "sqlite-utils", "diff-match-patch", "ruamel.yaml")


@click.command("doctor")
@json_option
@pass_state
def command(state: State, as_json: bool) -> None:
    """Tell versions, the workspace, what can be replayed now, and what is missing. Names no key and no secret.

    Example: tracefix-tui doctor
    """
    facts = _facts(state)
    if as_json:
        emit(facts)
        return
    width = max(len(key) for key in facts)
    for key, value in facts.items():
        values = value if isinstance(value, list) else [value]
        for i, item in enumerate(values or ["none"]):
            data(f"{key if i == 0 else '':<{width}}  {item}")


def _facts(state: State) -> JsonObject:
    from tracefix_tui.readers.registry import format_names
    from tracefix_tui.replay.models import runnable_models
    from tracefix_tui.store.config import config_path

    workspace = state.workspace
    return {
        "tracefix-tui": __version__,
        "python": f"{platform.python_version()} {sys.platform} {platform.machine()}",
        "libraries": [f"{name} {_version(name)}" for name in _LIBRARIES],
        "git": shutil.which("git") or "not found: accept and history need it",
        "workspace": str(workspace.root),
        "repository": "yes" if workspace.is_repository else "no: accept needs `git init`",
        "configuration": str(config_path()),
        "formats": list(format_names()),
        "models": [f"{m.model}   {m.where}   {m.note}".rstrip() for m in runnable_models()],
    }


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"
