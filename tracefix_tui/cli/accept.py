"""`accept`: one git commit of the prompt, one case in the golden dataset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import click

from tracefix_tui.cli.state import State, data, emit, json_option, pass_state, say
from tracefix_tui.model.text import safe_line


@click.command("accept")
@click.argument("attempt_id", metavar="ATTEMPT")
@click.option("--prompt", "prompt_name", help="The prompt file to write: prompts/NAME.prompt.yml.")
@click.option("--case", "case_name", help="The name of the golden case.")
@click.option("--tag", "tags", multiple=True, help="A failure mode; more than one may be given.")
@click.option("-m", "--message", help="The commit message.")
@click.option(
    "--expected",
    type=click.Choice(["output", "checks"]),
    help="What the case expects: the accepted output, or its checks only.",
)
@click.option(
    "--check", "checks", multiple=True, metavar="SPEC", help='Guard the case with this check too: "contains:30 days".'
)
@click.option("--no-case", is_flag=True, help="Commit the prompt alone.")
@click.option("--replace", "replace_case", is_flag=True, help="Replace a case of that name.")
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
@json_option
@pass_state
def command(
    state: State,
    attempt_id: str,
    prompt_name: str | None,
    case_name: str | None,
    tags: Sequence[str],
    message: str | None,
    expected: str | None,
    checks: Sequence[str],
    no_case: bool,
    replace_case: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Commit an attempt's prompt and add its case to the golden dataset: both, or nothing.

    Example: tracefix-tui accept 01k9x2 --prompt refund_answer --case opened-box -m "Answer from the context only"
    """
    from tracefix_tui.checks import parse_spec
    from tracefix_tui.store.accept import accept
    from tracefix_tui.store.attempts import AttemptLog
    from tracefix_tui.workbench.accepting import concerns, default_form, plan_accept, plan_lines, plan_public

    attempt = AttemptLog(state.workspace).get(attempt_id)
    form = default_form(attempt, state.workspace, [parse_spec(c) for c in checks])
    given = {
        "prompt_name": prompt_name,
        "case_name": case_name,
        "message": message,
        "expected": expected,
        "tags": tuple(tags) or None,
    }
    form = replace(form, add_case=not no_case, **{k: v for k, v in given.items() if v is not None})  # type: ignore[arg-type]
    plan = plan_accept(state.workspace, attempt, form, replace_case=replace_case)
    for line in concerns(state.workspace, attempt, form):
        say(f"mind: {safe_line(line)}")
    for line in plan_lines(plan):
        (data if dry_run and not as_json else say)(safe_line(line))
    if dry_run and as_json:
        emit(plan_public(plan))
    for refusal in plan.refusals[1:]:
        say(f"refused: {safe_line(str(refusal))}")
    if plan.refusals:
        raise plan.refusals[0]
    if dry_run:
        return
    done = accept(plan)
    for note in done.notes:
        say(f"note: {safe_line(note)}")
    if as_json:
        emit(done.to_public())
    else:
        data(f"commit {done.commit}\nprompt {done.prompt_path}\ncase   {done.case_path or 'none'}")
