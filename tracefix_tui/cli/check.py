"""`check`: the checks over rows of a file, one verdict a line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from tracefix_tui.cli.state import data, emit_line, json_option, say
from tracefix_tui.model.errors import EXIT_BAD_INPUT, EXIT_FAILED, EXIT_OK, EXIT_UNMEASURED, BadInput, UnreadableTrace
from tracefix_tui.model.json_value import JsonObject
from tracefix_tui.model.text import safe_line

if TYPE_CHECKING:
    from tracefix_tui.model.check import CheckSpec

_HINT = "Give JSONL, one object a line, with any of user_input, retrieved_contexts, response, ..."


@click.command("check")
@click.argument("rows", type=click.Path())
@click.option(
    "--checks", help="Checks to run, with commas between: citation-missing,contains:30 days. Default: all that apply."
)
@click.option(
    "--check", "single", multiple=True, metavar="SPEC", help='One check to run, commas and all: "contains:30, or 60".'
)
@json_option
def command(rows: str, checks: str | None, single: Sequence[str], as_json: bool) -> int:
    """Run checks over the rows of a JSONL file; `-` reads standard input.

    A row has any of id, user_input, retrieved_contexts, response, reference, tools, tool_calls, messages.
    Exits with 1 when a check fails, with 3 when the checks asked for could measure nothing.

    Example: tracefix-tui check rows.jsonl --checks citation-missing,json-invalid --json
    """
    from tracefix_tui.checks import judge_row

    specs = _specs(checks, single)
    values, complete = _values(rows)
    found = [(number, value) for number, value in enumerate(values, 1) if _is_row(number, value)]
    if not found:
        raise BadInput("no row in it has a column that is known here", where=rows, hint=_HINT)
    outcomes: set[str] = set()
    for number, row in found:
        ident = row.get("id", number)
        for verdict, line in judge_row(row, specs):
            outcomes.add(verdict.severity if verdict.outcome == "fail" else verdict.outcome)
            if as_json:
                emit_line({"id": ident, **line})
            else:
                score = "" if verdict.score is None else f" {verdict.score:.2f}"
                said = f"{verdict.outcome:<10}  {verdict.check}{score}  {verdict.message}"
                data(safe_line(f"{ident}  {said}"))
    if not complete or len(found) < len(values):
        return EXIT_BAD_INPUT
    if "fail" in outcomes:
        return EXIT_FAILED
    return EXIT_UNMEASURED if specs and outcomes == {"unmeasured"} else EXIT_OK


def _specs(checks: str | None, single: Sequence[str]) -> list[CheckSpec] | None:
    """The checks asked for; None for all that apply."""
    from tracefix_tui.checks import parse_spec

    if checks is None and not single:
        return None
    specs = [parse_spec(item.strip()) for item in (checks or "").split(",") if item.strip()]
    specs += [parse_spec(item) for item in single]
    if not specs:
        raise BadInput("no check is named", hint="Leave --checks out to run all that apply")
    return specs


def _values(path: str) -> tuple[Sequence[JsonObject], bool]:
    """The rows of a file, and whether it could be read to its end; what was wrong with it is told."""
    from tracefix_tui.readers import open_values

    try:
        carried = open_values(path)
    except UnreadableTrace as error:
        raise BadInput(error.what, where=error.where, hint=_HINT) from error
    for warning in carried.warnings:
        say(f"warning: {warning}")
    values = carried.values
    return (values[0] if len(values) == 1 and isinstance(values[0], list) else values), not carried.partial


def _is_row(number: int, value: object) -> bool:
    """Whether a value is an object with at least one column of a row; told where it is not."""
    from tracefix_tui.checks import COLUMNS

    if isinstance(value, dict) and any(name in value for name in COLUMNS):
        return True
    say(f"warning: row {number} skipped: not an object with a column of a row")
    return False
