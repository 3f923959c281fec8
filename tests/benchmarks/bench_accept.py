"""Accepting a run (prompt file, case file, commit, golden row), against the git commands of such a commit alone."""

from __future__ import annotations

import subprocess
from itertools import count
from pathlib import Path
from statistics import median

from tests.benchmarks.measuring import by_turns, report, spread, timed
from tracefix_tui.demo.workspace import REFUND, make
from tracefix_tui.readers import open_trace
from tracefix_tui.replay.litellm_caller import caller_for
from tracefix_tui.store.accept import accept
from tracefix_tui.store.workspace import Workspace
from tracefix_tui.workbench.accepting import AcceptForm, plan_accept
from tracefix_tui.workbench.draft import Draft
from tracefix_tui.workbench.recording import Recording, choose_span, record
from tracefix_tui.workbench.session import Session


def _session(shop: Path) -> tuple[Session, Recording]:
    trace = open_trace(str(shop / REFUND)).traces[0]
    recording = record(trace, choose_span(trace), prompts_dir=shop / "prompts")
    return Session(recording, Workspace.find(shop)), recording


def test_accept(tmp_path: Path) -> None:
    shop, other = make(tmp_path / "shop"), make(tmp_path / "other")
    session, recording = _session(shop)
    template = recording.hydrated.template_messages[0].text
    numbers = count(1)

    def ours() -> float:
        number = next(numbers)
        draft = Draft.of(recording, [{"edit": "template", "index": 0, "text": f"{template}\nRule {number}."}])
        attempt = session.run(draft, caller_for(draft.model))
        form = AcceptForm("refund_answer", f"case-{number}", message=f"refund_answer: rule {number}")
        return timed(lambda: accept(plan_accept(session.workspace, attempt, form)))

    def git_alone() -> float:
        number = next(numbers)
        for name in ("prompts/refund_answer.prompt.yml", f"case-{number}.json"):
            (other / name).write_text(f"{template} {number}", encoding="utf-8")

        def commit() -> None:
            for command in (["add", "-A"], ["commit", "-q", "-m", f"rule {number}"]):
                subprocess.run(["git", *command], cwd=other, check=True)

        return timed(commit)

    accepted, committed = by_turns(ours, git_alone)
    words = f"{spread(accepted)}, git add and commit {spread(committed)}: {median(accepted) / median(committed):.1f}x"
    report("accept, planned and done", words)
