"""`show`: a trace as text or JSON."""

from __future__ import annotations

import click

from tracefix_tui.cli.state import data, emit, json_option, say
from tracefix_tui.cli.tree import trace_lines
from tracefix_tui.model.text import plural, safe_line
from tracefix_tui.model.trace import TraceFile


@click.command("show")
@click.argument("file", type=click.Path())
@json_option
def command(file: str, as_json: bool) -> None:
    """Print a trace as a tree with times, tokens, cost and findings; everything in it with --json.

    Example: tracefix-tui show trace.json --json | jq '.traces[0].spans[].llm.request_model'
    """
    from tracefix_tui.readers import open_trace

    opened = open_trace(file)
    if as_json:
        emit(opened.to_public())
        return
    data("\n".join(_lines(opened)))
    for warning in opened.source.warnings:
        say(f"warning: {warning}")


def _lines(opened: TraceFile) -> list[str]:
    from tracefix_tui.checks import diagnose

    source = opened.source
    spans = sum(len(trace.spans) for trace in opened.traces)
    lines = [
        f"{source.format}   {safe_line(source.path)}   {plural(len(opened.traces), 'trace')}, {plural(spans, 'span')}"
    ]
    for trace in opened.traces:
        lines += ["", *trace_lines(trace, diagnose(trace).findings)]
    return lines
