"""The diff screen: the recording against a run, or a run against another: prompts, outputs, and what the checks say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message

from tracefix_tui.compare.output import diff_output
from tracefix_tui.compare.patch import unified
from tracefix_tui.model.attempt import Attempt
from tracefix_tui.model.call import Usage
from tracefix_tui.model.check import Verdict
from tracefix_tui.model.message import Message as ChatMessage
from tracefix_tui.model.text import money, safe_line
from tracefix_tui.ui.content.diff_lines import Comparison, PromptSide, compare_outputs, compare_prompts
from tracefix_tui.ui.keys import bind
from tracefix_tui.ui.screens.panes import PaneScreen, PaneSpec
from tracefix_tui.ui.widgets.bars import WIDE, Bar, Piece
from tracefix_tui.ui.widgets.board import rows
from tracefix_tui.ui.widgets.diff_view import DiffView
from tracefix_tui.workbench.draft import Draft
from tracefix_tui.workbench.judging import pass_counts
from tracefix_tui.workbench.session import Session

_HELP = (
    "What is only on the left stands in [-...-] after a -, what is only on the right in {+...+} after a +. n and N go "
    "from change to change, v shows two columns or one, x swaps the sides, w wraps, space shows the lines that are the "
    "same."
)


@dataclass(frozen=True)
class Side:
    """One side of the comparison."""

    name: str
    draft: Draft
    output: ChatMessage | None
    verdicts: tuple[Verdict, ...]
    seconds: float | None
    cost: float | None
    usage: Usage

    @classmethod
    def recorded(cls, session: Session) -> Side:
        """The recording."""
        recording = session.recording
        ns, call = recording.span.duration_ns, recording.call
        seconds = None if ns is None else ns / 1e9
        return cls("recorded", Draft.of(recording), call.answer, recording.baseline, seconds, call.cost, call.usage)

    @classmethod
    def of(cls, session: Session, attempt: Attempt) -> Side:
        """A run."""
        number = next((i for i, a in enumerate(session.attempts, 1) if a.id == attempt.id), 0)
        r = attempt.result
        return cls(
            f"run {number}", session.draft_of(attempt), r.output, attempt.verdicts, r.latency_ms / 1000, r.cost, r.usage
        )


class Compared(Message):
    """The comparison is made."""

    def __init__(self, prompt: Comparison, output: Comparison, swapped: bool) -> None:
        super().__init__()
        self.prompt, self.output, self.swapped = prompt, output, swapped


class DiffScreen(PaneScreen):
    """Compares `before` (None: the recording) with `after`; `accept` is called when the user wants to go on to that."""

    SPECS = (PaneSpec("prompt-diff", "Prompt", "p", _HELP), PaneSpec("output-diff", "Output", "o", _HELP))
    CSS_PATH = "diff.tcss"
    BINDINGS = [
        bind("view_mode", "view_mode"), bind("swap", "swap"), bind("copy_patch", "copy"),
        bind("accept", "leave('accept')"), bind("edit", "leave('')"),
    ]  # fmt: skip

    def __init__(self, session: Session, before: Attempt | None, after: Attempt, accept: Callable[[], None]) -> None:
        super().__init__()
        first = Side.of(session, before) if before is not None else Side.recorded(session)
        self.sides = (first, Side.of(session, after))
        self.trace_id = session.recording.trace.id
        self.compared: Compared | None = None
        self.split: bool | None = None
        self._swapped = False
        self._accept = accept
        self._panes = {spec.id: DiffView(id=spec.id) for spec in self.SPECS}

    # -- panes

    def make_panes(self) -> Sequence[DiffView]:
        """The prompts over the outputs."""
        return tuple(self._panes.values())

    def plan(self, size: Size) -> Mapping[str, Region]:
        """Both get what they need, as far as it is there."""
        wanted = [max(4, self._panes[s.id].row_count + 2) for s in self.SPECS]
        top = max(size.height // 3, min(wanted[0], size.height - min(wanted[1], size.height // 2)))
        prompt, output = rows(size.region, top, 0.99)
        return {"prompt-diff": prompt, "output-diff": output}

    # -- comparing

    def on_mount(self) -> None:
        """Compare in a thread."""
        self.set_focus(self._panes["output-diff"])
        self._compare()

    @property
    def pair(self) -> tuple[Side, Side]:
        """The sides as they are shown now."""
        return (self.sides[1], self.sides[0]) if self._swapped else self.sides

    def _compare(self) -> None:
        left, right = self.pair
        swapped = self._swapped

        def work() -> None:
            prompt = compare_prompts(PromptSide.of(left.draft), PromptSide.of(right.draft))
            output = compare_outputs(diff_output(left.output, right.output))
            self.post_message(Compared(prompt, output, swapped))

        self.run_worker(work, thread=True, group="compare", exclusive=True)

    def on_compared(self, event: Compared) -> None:
        """Show it."""
        if event.swapped != self._swapped:
            return
        self.compared = event
        left, right = self.pair
        for name, what, found in (("prompt-diff", "Prompt", event.prompt), ("output-diff", "Output", event.output)):
            view = self._panes[name]
            view.show(found.lines)
            view.border_title = Content(f" {what}  {left.name} -> {right.name}   {_amount(found)} ")
            self._titles[name] = what
            count = view.change_count
            view.border_subtitle = Content(
                f" {count} change{'' if count == 1 else 's'}   n next " if count else " the same "
            )
        self._arrange_columns()
        self.query_one("#board").refresh(layout=True)
        self._draw()

    def _draw(self) -> None:
        left, right = self.pair
        mode = "split" if self._is_split() else "inline"
        words = [
            Piece(f" {self.trace_id[:8]}   ", "dim"),
            Piece("DIFF", "strong"),
            Piece(f"   {left.name} -> {right.name}"),
        ]
        amount = _amount(self.compared.output) if self.compared is not None else "comparing..."
        ends = [Piece(f"view: {mode}   ", "dim"), Piece(f"output {amount} ")]
        self.query_one("#header", Bar).show(words, ends if not self.narrow else ends[1:])
        bar = self.query_one("#summary", Bar)
        bar.show([Piece(" " + "   ".join(numbers(left, right, short=self.narrow)))])
        bar.display = True

    def draw_summary(self) -> None:
        """The numbers stay at the bottom at any width."""
        if self.is_mounted:
            self._draw()

    # -- views

    def _is_split(self) -> bool:
        return self.size.width >= WIDE if self.split is None else self.split and self.size.width >= WIDE

    def _arrange_columns(self) -> None:
        for view in self._panes.values():
            view.set_split(self._is_split())

    def on_resize(self, event: events.Resize) -> None:
        """One column below 110 columns."""
        self._arrange_columns()

    def action_view_mode(self) -> None:
        """Two columns, or one."""
        if self.size.width < WIDE:
            self.app.notify(f"two columns need {WIDE} columns", markup=False)
            return
        self.split = not self._is_split()
        self._arrange_columns()
        self.query_one("#board").refresh(layout=True)
        self._draw()

    def action_swap(self) -> None:
        """Compare the other way round."""
        self._swapped = not self._swapped
        self._compare()

    def action_copy(self) -> None:
        """Copy the focused comparison as a patch."""
        left, right = self.pair
        names = (f"{left.name.replace(' ', '-')}.txt", f"{right.name.replace(' ', '-')}.txt")
        if self.shown_pane == "output-diff":
            before, after = (side.output.text if side.output else "" for side in (left, right))
        else:
            before, after = (PromptSide.of(side.draft).text for side in (left, right))
        patch = unified(before, after, *names)
        if patch:
            self.copy_text(patch)
        else:
            self.app.notify("they are the same: nothing to copy", markup=False)

    def action_leave(self, wanted: str) -> None:
        """Back to the workbench, to edit or to accept."""
        self.app.pop_screen()
        if wanted == "accept":
            self.app.call_later(self._accept)


def _amount(found: Comparison) -> str:
    given_up = "  (too different to compare by word)" if found.gave_up else ""
    return f"+{found.added} -{found.removed} words   similarity {found.similarity:.2f}{given_up}"


def numbers(left: Side, right: Side, *, short: bool = False) -> list[str]:
    """`checks 1/4 -> 4/4 +3`, scores that moved, latency, cost and tokens with their differences."""
    out = []
    (a, of_a), (b, of_b) = pass_counts(left.verdicts), pass_counts(right.verdicts)
    out.append(f"checks {a}/{of_a} -> {b}/{of_b} {b - a:+d}" if of_b and of_a else f"checks {a}/{of_a} -> {b}/{of_b}")
    before = {v.spec.label: v.score for v in left.verdicts if v.outcome != "unmeasured"}
    moved = [(v.spec.label, before.get(v.spec.label), v.score) for v in right.verdicts if v.outcome != "unmeasured"]
    moves = [(name, x, y) for name, x, y in moved if x is not None and y is not None and abs(x - y) >= 0.005]
    moves.sort(key=lambda m: -abs(m[2] - m[1]))
    scores = [f"{safe_line(name)} {x:.2f} -> {y:.2f} {y - x:+.2f}" for name, x, y in moves[:3]]
    out += scores[: 0 if short else 1]
    if left.seconds is not None and right.seconds is not None:
        out.append(f"latency {left.seconds:.2f} -> {right.seconds:.2f}s {right.seconds - left.seconds:+.2f}")
    if left.cost is not None and right.cost is not None:
        difference = right.cost - left.cost
        sign = "-" if difference < 0 else "+"
        out.append(f"cost {money(left.cost)} -> {money(right.cost)} {sign}{money(abs(difference))}")
    if left.usage.output is not None and right.usage.output is not None:
        out.append(
            f"tokens {left.usage.output:,} -> {right.usage.output:,} {right.usage.output - left.usage.output:+,}"
        )
    return out + scores[0 if short else 1 :]
