"""`check`: the checks over rows of a file, one verdict a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click

from tracefix_tui.cli.state import data, emit_line, json_option
from tracefix_tui.model.errors import EXIT_FAILED, EXIT_OK, BadInput
from tracefix_tui.model.json_value import JsonObject
from tracefix_tui.model.text import safe_line


@click.command("check")
@click.argument("rows", type=click.Path())
@click.option(
    "--checks", help="Checks to run, with commas between: citation-missing,contains:30 days. Default: all that apply."
)
@json_option
def command(rows: str, checks: str | None, as_json: bool) -> int:
    """Run checks over the rows of a JSONL file. Exits with 1 when a check fails.

    A row has any of id, user_input, retrieved_contexts, response, reference, tools, tool_calls, messages.

    Example: tracefix-tui check rows.jsonl --checks citation-missing,json-invalid --json
    """
    from tracefix_tui.checks import judge_row, parse_spec

    specs = [parse_spec(item.strip()) for item in checks.split(",") if item.strip()] if checks else None
    failed = False
    for number, row in _rows(Path(rows)):
        ident = row.get("id", number)
        for verdict, line in judge_row(row, specs):
            failed = failed or (verdict.outcome == "fail" and verdict.severity == "fail")
            if as_json:
                emit_line({"id": ident, **line})
            else:
                score = "" if verdict.score is None else f" {verdict.score:.2f}"
                said = f"{verdict.outcome:<10}  {verdict.check}{score}  {verdict.message}"
                data(safe_line(f"{ident}  {said}"))
    return EXIT_FAILED if failed else EXIT_OK


def _rows(path: Path) -> Iterator[tuple[int, JsonObject]]:
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if not line.strip():
                    continue
                try:
                    row = json.loads(line)
                except ValueError as error:
                    raise BadInput(
                        f"not JSON: {error}", where=f"{path} line {number}", hint="Give one JSON object a line"
                    ) from error
                if not isinstance(row, dict):
                    raise BadInput(
                        "not a JSON object", where=f"{path} line {number}", hint="Give one JSON object a line"
                    )
                yield number, row
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"cannot be read: {error}", where=str(path), hint="Give a JSONL file") from error
