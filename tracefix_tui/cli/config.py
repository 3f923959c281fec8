"""`config`: where the configuration is, what it says, whether it is right."""

from __future__ import annotations

import click

from tracefix_tui.cli.state import data, emit, json_option
from tracefix_tui.store.config import config_path, read_config


@click.command("config")
@click.argument("what", type=click.Choice(["show", "path", "check"]), default="show")
@json_option
def command(what: str, as_json: bool) -> None:
    """Show the configuration, its path, or check it.

    Example: tracefix-tui config check
    """
    path = config_path()
    values = {} if what == "path" else read_config()
    if as_json:
        emit(values if what == "show" else {"path": str(path), "exists": path.exists()})
    elif what == "path":
        data(str(path))
    elif what == "check":
        data(f"{path}: {'ok' if path.exists() else 'not there, defaults are used'}")
    else:
        for key, value in values.items():
            data(f"{key} = {value}")
        if not values:
            data(f"defaults; write {path} to change them")
