"""`diagnose`: what is wrong with the traces in some files."""

from __future__ import annotations

from typing import cast

import click

from tracefix_tui.cli.state import data, emit, json_option, say
from tracefix_tui.cli.tree import finding_line, trace_header
from tracefix_tui.model.errors import EXIT_FAILED, EXIT_OK
from tracefix_tui.model.json_value import Json, JsonObject


@click.command("diagnose")
@click.argument("files", nargs=-1, required=True, type=click.Path())
@json_option
def command(files: tuple[str, ...], as_json: bool) -> int:
    """Name what is wrong with each trace, where the evidence is, and what to try. Exits with 1 when a check fails.

    Example: tracefix-tui diagnose trace.json
    """
    from tracefix_tui.checks import diagnose
    from tracefix_tui.readers import open_trace

    answers, failed, lines = [], False, []
    for file in files:
        opened = open_trace(file)
        for warning in opened.source.warnings:
            say(f"warning: {warning}")
        for trace in opened.traces:
            found = diagnose(trace)
            answers.append(found)
            failed = failed or any(f.verdict.severity == "fail" for f in found.findings)
            lines.append(trace_header(trace))
            lines += [finding_line(n, f) for n, f in enumerate(found.findings, 1)] or ["    nothing found"]
            lines += [f"      try: {s.change} ({s.why})" for f in found.findings[:1] for s in f.verdict.suggest[:1]]
    if as_json:
        emit(_joined([a.to_public() for a in answers]))
    else:
        data("\n".join(lines))
    return EXIT_FAILED if failed else EXIT_OK


def _joined(answers: list[JsonObject]) -> JsonObject:
    """One answer over all traces: findings in order, numbers added up."""
    findings = [f for a in answers for f in cast("list[Json]", a["findings"])]
    if len(answers) == 1:
        return {**answers[0], "findings": findings}
    return {"findings": findings, **{key: _added([a[key] for a in answers]) for key in ("time", "cost")}}


def _added(parts: list[Json]) -> JsonObject:
    total: JsonObject = {}
    for part in parts:
        for key, value in (part if isinstance(part, dict) else {}).items():
            before = total.get(key)
            if isinstance(value, dict):
                total[key] = _added([before or {}, value])
            elif isinstance(value, int | float) and isinstance(before, int | float):
                total[key] = value + before
            else:
                total.setdefault(key, value)
    return total
