"""The tools: what was offered, what was called with which arguments, whether those fit the schema, what came back."""

from __future__ import annotations

import json
from collections.abc import Sequence

from tracefix_tui.model.call import LLMCall, ToolDef
from tracefix_tui.model.check import Step
from tracefix_tui.model.json_value import Json, JsonObject
from tracefix_tui.model.text import duration
from tracefix_tui.model.trace import ToolRun, Trace
from tracefix_tui.ui.content.parts import Marks, as_text, text_section
from tracefix_tui.ui.widgets.sections import Section

Problems = dict[str, str]

MOST_RUNS = 100


def call_tools(
    trace: Trace, call: LLMCall, steps: Sequence[Step], problems: Problems, marks: Marks | None = None
) -> list[Section]:
    """Runs in time order, then calls the model made in this answer that no span ran, then tools that were offered only.

    `problems` says by `span id` or `output N` what is wrong with arguments; absent means not checked yet.
    """
    offered = {tool.name: tool for tool in call.tools}
    near = nearest_runs(call, steps)
    out: list[Section] = []
    if len(near) < len(steps):
        words = f"{len(near)} runs shown of {len(steps):,}: those nearest to this call"
        out.append(Section("far", words, style="note", rule=False))
    for number, step in near:
        out += run_sections(trace, step, number, offered.get(step.run.name), problems, marks)
    ran = {step.run.call_id for step in steps if step.run.call_id}
    asked = [c for message in call.output for c in message.tool_calls]
    for n, asked_call in enumerate(asked):
        if asked_call.id and asked_call.id in ran:
            continue
        note = _checked(problems.get(f"output {n}"), offered.get(asked_call.name), bool(call.tools))
        where = f"output.tool_calls[{n}].function.arguments"
        out.append(
            text_section(
                f"asked {where}",
                asked_call.arguments,
                title=f"- {asked_call.name}",
                note="asked",
                sub=note,
                rule=False,
                indent=2,
            )
        )
    used = {step.run.name for step in steps} | {c.name for c in asked}
    for n, tool in enumerate(call.tools):
        words = "offered" if tool.name in used else "offered, not called"
        body = tool_text(tool)
        out.append(
            text_section(f"tools[{n}]", body, title=tool.name, note=words, rule=False, indent=2, preview=1, marks=marks)
        )
    return out


def nearest_runs(call: LLMCall, steps: Sequence[Step]) -> list[tuple[int, Step]]:
    """The runs to show, with their numbers: all of a few; of many those the messages name, or the last."""
    numbered = list(enumerate(steps, 1))
    if len(numbered) <= MOST_RUNS:
        return numbered
    known = {c.id for m in (*call.messages, *call.output) for c in m.tool_calls if c.id}
    return ([n for n in numbered if n[1].run.call_id in known] or numbered)[-MOST_RUNS:]


def run_sections(
    trace: Trace, step: Step, number: int, offered: ToolDef | None, problems: Problems, marks: Marks | None
) -> list[Section]:
    """One run: a header with time and outcome, the arguments, the result."""
    span = trace.by_id.get(step.span_id)
    run = step.run
    words = "ERROR" if run.is_error else "ok"
    title = f"{number} {run.name}"
    note = f"{duration(span.duration_ns) if span else ''} {words}".strip()
    arguments = arguments_text(run)
    checked = _checked(problems.get(step.span_id), offered, False)
    key = step.span_id
    arguments = arguments or "(no arguments recorded)"
    out = [
        text_section(
            f"{key}/tool.arguments", arguments, title=title, note=note, sub=checked,
            sub_style=_shade(checked), rule=False, gap=False,
            indent=2, style="fail" if run.is_error else "", marks=marks,
        )
    ]  # fmt: skip
    result = as_text(run.result)
    body = result or "(no result recorded)"
    out.append(
        text_section(
            f"{key}/tool.result", body, title="> result", rule=False, indent=4, preview=6, folded=False, marks=marks
        )
    )
    return out


def arguments_text(run: ToolRun) -> str:
    """The arguments as recorded."""
    return run.arguments_raw if run.arguments_raw is not None else as_text(run.arguments)


def tool_text(tool: ToolDef) -> str:
    """The description and the schema."""
    schema = (
        json.dumps(tool.parameters, ensure_ascii=False, indent=2)
        if tool.parameters is not None
        else "(no schema recorded)"
    )
    return f"{tool.description}\n{schema}" if tool.description else schema


def argument_problems(call: LLMCall, steps: Sequence[Step]) -> Problems:
    """Arguments held against the offered schemas: `""` where they fit, else the first thing that is wrong."""
    offered = {tool.name: tool.parameters for tool in call.tools if tool.parameters is not None}
    out: Problems = {}
    for step in steps:
        if step.run.name in offered:
            out[step.span_id] = _problem(step.run.arguments, step.run.arguments_raw, offered[step.run.name])
    for n, asked in enumerate(c for message in call.output for c in message.tool_calls):
        if asked.name in offered:
            out[f"output {n}"] = _problem(None, asked.arguments, offered[asked.name])
    return out


def _problem(parsed: Json, raw: str | None, schema: JsonObject) -> str:
    from jsonschema import Draft202012Validator  # 60 ms; this runs in a worker, after the first paint
    from jsonschema.exceptions import SchemaError, best_match
    from referencing.exceptions import Unresolvable

    value = parsed
    if raw is not None:
        try:
            value = json.loads(raw)
        except ValueError:
            return "not JSON"
    try:
        Draft202012Validator.check_schema(schema)
        error = best_match(Draft202012Validator(schema).iter_errors(value))
    except (SchemaError, Unresolvable):
        return "the schema is broken"
    return "" if error is None else str(error.message)


def _shade(checked: str) -> str:
    return "note" if checked in ("", "args fit") else "fail"


def _checked(problem: str | None, offered: ToolDef | None, any_offered: bool) -> str:
    if problem is not None:
        return f"BAD ARGS {problem}" if problem else "args fit"
    return "NOT OFFERED" if offered is None and any_offered else ""
