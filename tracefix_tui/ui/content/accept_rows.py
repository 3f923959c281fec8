"""The rows and sections of the accept dialog: what is expected, which checks guard the case, what will be written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tracefix_tui.model.attempt import Attempt
from tracefix_tui.model.check import CheckSpec
from tracefix_tui.ui.widgets.rows import Cell, ListRows, Row
from tracefix_tui.ui.widgets.sections import Section

if TYPE_CHECKING:
    from tracefix_tui.store.accept import Accepted, AcceptPlan
    from tracefix_tui.workbench.accepting import AcceptForm

EXPECTED = (("output", "the accepted output"), ("text", "my own text"), ("checks", "checks only"))


def expected_rows(chosen: str) -> ListRows:
    """What the case expects, one of three."""
    return ListRows([Row(key, (Cell(f"({'o' if key == chosen else ' '}) {words}"),)) for key, words in EXPECTED])


def offered_checks(attempt: Attempt, form: AcceptForm) -> tuple[CheckSpec, ...]:
    """The form's checks, then every other check that passed on the accepted answer."""
    passed = [v.spec for v in attempt.verdicts if v.outcome == "pass"]
    return tuple({spec.label: spec for spec in (*form.checks, *passed)}.values())


def check_rows(offered: Sequence[CheckSpec], chosen: Sequence[CheckSpec], attempt: Attempt) -> ListRows:
    """The checks to choose from, each with how the accepted answer stands."""
    stands = {v.spec.label: v for v in attempt.verdicts}
    words = {
        "pass": Cell("passes", "ok"),
        "fail": Cell("FAILS on this answer", "fail"),
        "unmeasured": Cell("unmeasured", "dim"),
    }
    labels = {spec.label for spec in chosen}
    rows = []
    for spec in offered:
        verdict = stands.get(spec.label)
        stand = words[verdict.outcome] if verdict else Cell("not run", "dim")
        rows.append(Row(spec.label, (Cell(f"[{'x' if spec.label in labels else ' '}] {spec.label}"), stand)))
    return ListRows(rows)


def case_rows(adds: bool, replaces: bool) -> ListRows:
    """Whether the case is added, and whether it may replace one of its name."""
    marks = {True: "x", False: " "}
    return ListRows(
        [
            Row("add", (Cell(f"[{marks[adds]}] add this case to the golden dataset"),)),
            Row("replace", (Cell(f"[{marks[replaces]}] replace a case of this name"),)),
        ]
    )


def plan_sections(plan: AcceptPlan, notes: Sequence[str]) -> list[Section]:
    """Everything a plan will do, or why it can not be done; then the change of the prompt file as a patch."""
    from tracefix_tui.compare.patch import unified
    from tracefix_tui.workbench.accepting import plan_lines

    out: list[Section] = []
    for refusal in plan.refusals:
        out.append(
            Section(
                f"refused{len(out)}",
                f"{refusal.what}\n{refusal.hint}",
                title="NOT POSSIBLE YET",
                rule=False,
                style="fail",
            )
        )
    if notes:
        out.append(Section("notes", "\n".join(notes), title="MIND", rule=False, style="warn"))
    lines = [line for line in plan_lines(plan) if not line.startswith("refused")]
    if not plan.secrets:
        lines.append("secrets     none found in what will be saved")
    lines.append(
        "frozen      the messages, documents and tool results of this call: later replays of the case need no network"
    )
    out.append(Section("plan", "\n".join(lines), title="will do"))
    if plan.prompt_file is not None and plan.old_text != plan.new_text:
        patch = unified(plan.old_text, plan.new_text, plan.prompt_path, plan.prompt_path)
        out.append(Section("patch", patch, title="the prompt file"))
    elif plan.prompt_file is not None:
        out.append(Section("patch", "The prompt file stays as it is.", title="the prompt file"))
    return out


def problem_sections(what: str, hint: str) -> list[Section]:
    """Why there is no plan."""
    return [Section("problem", f"{what}\n{hint}".strip(), title="NOT POSSIBLE YET", rule=False, style="fail")]


def accepted_sections(done: Accepted) -> list[Section]:
    """What was written."""
    lines = [f"commit      {done.commit}", f"prompt      {done.prompt_path}"]
    if done.case:
        lines += [f"case        {done.case}", f"case file   {done.case_path}"]
    lines += [f"note        {note}" for note in done.notes]
    return [
        Section("done", "\n".join(lines), title="ACCEPTED"),
        Section(
            "next",
            "esc goes back to the call; `git show` shows the commit.",
            style="note",
        ),
    ]
