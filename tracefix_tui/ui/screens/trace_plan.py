"""Where the panes of the trace screen are, and what the help says of each."""

from __future__ import annotations

from collections.abc import Mapping

from textual.geometry import Region, Size

from tracefix_tui.ui.screens.panes import PaneSpec
from tracefix_tui.ui.widgets.board import columns, rows

SPECS = (
    PaneSpec(
        "spans", "Spans", "s",
        "The steps of this trace as a tree, each with its duration and its place in time. `!` marks steps with "
        "findings, `x` failed ones. The other panes show the step under the cursor. Space folds a branch, & filters.",
    ),
    PaneSpec(
        "prompt", "Prompt", "p",
        "The prompt as the model saw it. Text that came from a retrieved chunk, a variable or a tool is tinted, and "
        "the right margin names its source; <-1 marks the evidence of finding 1. Copies are of the recorded text.",
    ),
    PaneSpec(
        "chunks", "Chunks", "c",
        "What retrieval found before this call: rank, score, source. Numbered chunks were in the prompt, `-` were cut. "
        "`cited [1]` says that the answer points at it. Space opens a long chunk.",
    ),
    PaneSpec(
        "tools", "Tools", "t",
        "Tools that ran, with their arguments held against the schema that was offered, and their results; then what "
        "was offered. `args fit` and `BAD ARGS` are the verdict of the JSON schema.",
    ),
    PaneSpec(
        "output", "Output", "o",
        "The recorded answer with its tool calls, or what the step gave. <-1 marks the evidence of finding 1.",
    ),
    PaneSpec(
        "findings", "Findings", "f",
        "What the checks say is wrong, worst first. Press a number to go to its evidence, again for the next place; "
        "enter does the same for the row under the cursor.",
    ),
    PaneSpec(
        "params", "Params", "m",
        "Model, parameters and tokens; whether the call can be sent again exactly, and what would be left out; what "
        "the file did not hold; scores, metadata and attributes (space opens them).",
    ),
    PaneSpec(
        "expected", "Expected", "x", "The answer that the golden dataset expects for this input, with its checks."
    ),
)  # fmt: skip


def plan(size: Size, split: int, chunks: bool, tools: bool) -> Mapping[str, Region]:
    """Regions for a wide screen. `split` moves the left edge of the prompt; an empty pane gives its column away."""
    findings = 8 if size.height >= 36 else 6
    output = max(5, size.height // 5)
    top, middle, bottom = rows(size.region, 0.99, findings, output)
    left_width = max(24, min(size.width // 2, size.width * 27 // 100 + split))
    if size.width < 140 or not (chunks and tools):
        side_share = 0.4 if chunks or tools else 0.28
        left, prompt, side = columns(top, left_width, 1 - side_share, side_share)
        share = 0.5 if chunks == tools else 0.75 if chunks else 0.25
        chunk_pane, tool_pane = rows(side, share, 1 - share)
    else:
        left, prompt, chunk_pane, tool_pane = columns(top, left_width, 0.48, 0.26, 0.26)
    spans, params = rows(left, 0.64, 0.36)
    found, expected = columns(middle, 0.62, 0.38)
    return {
        "spans": spans, "params": params, "prompt": prompt, "chunks": chunk_pane, "tools": tool_pane,
        "findings": found, "expected": expected, "output": bottom,
    }  # fmt: skip
