"""Where the panes of the workbench are, and what the help says of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from textual.geometry import Region, Size
from textual.widget import Widget

from tracefix_tui.ui.screens.panes import PaneSpec
from tracefix_tui.ui.widgets.board import Board, Plan, columns, rows

SPECS = (
    PaneSpec(
        "prompt", "Prompt", "p",
        "The messages of the prompt, with {{placeholders}} where text of the trace was put in. Enter edits one, "
        "esc leaves the editor, F4 takes it to $EDITOR. + adds a message, x removes one, R changes its role: "
        "roles are never part of the text.",
    ),
    PaneSpec(
        "params", "Params", "m",
        "The model, every parameter with what it was on the recording, the tools and the answer's format. Enter "
        "changes one, x leaves it out, + adds one. `repeat` runs show how often an answer comes; a press stops at "
        "the cost guard.",
    ),
    PaneSpec(
        "vars", "Vars", "v",
        "Variables and documents that fill the prompt. Enter edits, x drops a document, shift+up and shift+down "
        "move it; documents that were retrieved but cut are below: enter puts one into the prompt. + writes a new "
        "one.",
    ),
    PaneSpec(
        "changes", "Changes", "g",
        "What differs from the recording. A result proves most when one thing was changed. u takes the last edit "
        "back.",
    ),
    PaneSpec(
        "findings", "Findings", "f",
        "How the checks stand over the runs of this draft, against the recording. FIXED and REGRESSED need "
        "several runs; before, the counts are shown. A number, or enter, keeps that check for the case; + adds an "
        "expectation of your own.",
    ),
    PaneSpec(
        "output", "Output", "o",
        "What the model answers now. esc stops a run, and what came is kept.",
    ),
    PaneSpec(
        "recorded", "Recorded", "c",
        "What the model answered on the recording.",
    ),
    PaneSpec(
        "runs", "Runs", "h",
        "Every run of this call, the newest first, also from earlier sittings. Enter shows it and brings its "
        "draft back, b branches from it, space marks it, d compares the marked one (or the recording) with the "
        "one under the cursor.",
    ),
)  # fmt: skip
WITH_EDITOR = "prompt"
_LARGE = ("output", "recorded", "runs", "findings")


class WorkBoard(Board):
    """A board on which a pane alone may still share the space: `alone` says how."""

    def __init__(self, *panes: Widget, plan: Plan, alone: Callable[[Size, str], Mapping[str, Region]], id: str) -> None:
        super().__init__(*panes, plan=plan, id=id)
        self._alone = alone

    def _place(self, size: Size) -> Mapping[str, Region]:
        return self._alone(size, self.only) if self.only else self._plan(size)

    def show_only(self, pane: str | None) -> None:
        """Give the board to one pane and what goes with it, or let all back."""
        self.only = pane
        shown = set(self._alone(self.size, pane)) if pane else None
        for child in self.children:
            child.display = shown is None or child.id in shown
        self.refresh(layout=True)


def plan(size: Size, wants: Mapping[str, int]) -> Mapping[str, Region]:
    """Regions for a wide screen; `wants` are the rows that each list has."""
    strip = min(wants["runs"], 4) + 2 if wants["runs"] else 0
    bottom_rows = max(6, size.height * 27 // 100)
    top, *strips, bottom = rows(size.region, 0.99, *([strip] if strip else []), bottom_rows)
    left, right = columns(top, 0.54, 0.46)
    listed, editor = rows(left, _list_rows(wants["prompt"], left.height), 0.99)
    names = ("params", "vars", "changes", "findings")
    sizes = share(right.height, [max(1, wants[name]) + 2 for name in names])
    recorded, output = columns(bottom, 0.5, 0.5)
    out = {"prompt": listed, "editor": editor, "recorded": recorded, "output": output}
    out |= dict(zip(names, rows(right, *sizes), strict=True))
    return {**out, "runs": strips[0]} if strips else out


def share(height: int, wants: Sequence[int], least: int = 3) -> list[int]:
    """Rows for panes over each other: what each wants where there is room, else the biggest give way one by one.

    Rows that nobody wants go to the last.
    """
    sizes = list(wants)
    while sum(sizes) > height:
        biggest = sizes.index(max(sizes))
        if sizes[biggest] <= least:
            break
        sizes[biggest] -= 1
    sizes[-1] += max(0, height - sum(sizes))
    return sizes


def alone(size: Size, pane: str, messages: int, narrow: bool) -> Mapping[str, Region]:
    """Regions for one pane: the prompt with its editor; on a narrow screen with the output under it."""
    region, out = size.region, {}
    if narrow and pane not in _LARGE:
        region, strip = rows(region, 0.99, max(5, size.height * 32 // 100))
        out["output"] = strip
    if pane == WITH_EDITOR:
        listed, editor = rows(region, _list_rows(messages, region.height), 0.99)
        return {**out, "prompt": listed, "editor": editor}
    return {**out, pane: region}


def _list_rows(messages: int, height: int) -> int:
    return max(3, min(messages + 2, height // 3))
