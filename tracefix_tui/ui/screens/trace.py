"""The trace screen: what the model saw, what it was given, what it said, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from textual import on
from textual.geometry import Region, Size

from tracefix_tui.model.text import duration, money
from tracefix_tui.model.trace import Span
from tracefix_tui.ui.content.spans import COLUMNS, span_rows
from tracefix_tui.ui.keys import bind
from tracefix_tui.ui.library import Entry, Library
from tracefix_tui.ui.screens import OPENERS
from tracefix_tui.ui.screens.panes import Pane
from tracefix_tui.ui.screens.trace_evidence import EvidenceScreen
from tracefix_tui.ui.screens.trace_plan import SPECS, plan
from tracefix_tui.ui.screens.trace_work import Analysed, Analyst, CaseFound, Diagnosed
from tracefix_tui.ui.widgets.bars import Bar, Piece, titled
from tracefix_tui.ui.widgets.row_list import RowList
from tracefix_tui.ui.widgets.sections import Section
from tracefix_tui.ui.widgets.text_view import TextView

MANY_SPANS = 300


class TraceScreen(EvidenceScreen):
    """All traces of the library, one at a time, one span of it in the panes."""

    SPECS = SPECS
    BINDINGS = [
        *(bind(o.id, f"open_screen('{o.id}')") for o in OPENERS),
        bind("next_trace", "step_trace(1)"), bind("previous_trace", "step_trace(-1)"), bind("copy_as", "copy_as"),
        bind("narrower", "split(-2)"), bind("wider", "split(2)"),
    ]  # fmt: skip

    def __init__(self, library: Library, root: Path | None = None) -> None:
        super().__init__()
        self.library, self.root = library, root
        self.at = 0
        self.analyst = Analyst(self, root)
        self._split = 0
        self._wanted: Span | None = None

    # -- panes

    def make_panes(self) -> Sequence[Pane]:
        """Two lists and six texts."""
        self._panes = {
            "spans": RowList(id="spans"),
            **{name: TextView(id=name) for name in ("prompt", "chunks", "tools", "params")},
            "findings": RowList(id="findings", empty="checking..."),
            **{name: TextView(id=name) for name in ("expected", "output")},
        }
        return tuple(self._panes.values())

    def plan(self, size: Size) -> Mapping[str, Region]:
        """Where the panes are on a wide screen."""
        return plan(size, self._split, self._has("chunks"), self._has("tools"))

    def _has(self, name: str) -> bool:
        pane = self._panes[name]
        held = isinstance(pane, TextView) and pane.sections
        return not held or any(not s.key.startswith("empty") for s in held)

    # -- showing traces and spans

    def on_mount(self) -> None:
        """Show the first trace; what takes longer starts after the first paint."""
        if self.library.entries:
            self.show_trace(0)
        self.draw_header()
        self.set_focus(self._panes["spans" if not self.narrow else self.shown_pane])

    @property
    def entry(self) -> Entry | None:
        """The trace on the screen."""
        return self.library.entries[self.at] if self.library.entries else None

    def show_trace(self, at: int) -> None:
        """Show another trace of the library, at its last answer."""
        self.at, self.shown = at, None
        entry = self.library.entries[at]
        self.forget_findings()
        self.list_pane("spans").show(span_rows(entry.trace, self.flag_of), COLUMNS)
        self.title_pane("spans", f"Spans {len(entry.trace.spans):,}")
        self.draw_header()
        self.call_after_refresh(self._show_start, entry)

    def _show_start(self, entry: Entry) -> None:
        """What needs the spans' content, and the modules that lay it out, comes after the tree is painted."""
        from tracefix_tui.ui.content.shown import start_span

        if entry is not self.entry:
            return
        start = start_span(entry.trace)
        if start is not None:
            self.list_pane("spans").select_key(start.id, tell=False)
            self.show_span(start)
        self.draw_findings()
        self.draw_header()
        self.call_after_refresh(self.analyst.diagnose, entry)

    def show_span(self, span: Span) -> None:
        """Show a span in the panes; its analysis follows."""
        from tracefix_tui.ui.content.shown import Shown

        entry = self.entry
        assert entry is not None
        self.shown = Shown(entry.trace, span, self.findings or ())
        self._fill(keep=False)
        self.call_after_refresh(self.analyst.analyse, entry, span)

    def _fill(self, *, keep: bool) -> None:
        from tracefix_tui.ui.content.shown import empty_section

        if self.shown is None:
            return
        for name, (title, note, sections) in self.shown.panes().items():
            view = self.text_pane(name)
            if not sections:
                sections = [empty_section(name)]
            view.show(sections, keep=keep)
            self.title_pane(name, title, note)
        self.query_one("#board").refresh(layout=True)
        self.refresh_bindings()
        self.draw_summary()

    # -- results of the workers

    @on(Diagnosed)
    def _diagnosed(self, event: Diagnosed) -> None:
        if event.entry is not self.entry or self.shown is None:
            return
        self.findings = event.findings
        self.shown.findings = event.findings
        self._panes["spans"].refresh()
        self._fill(keep=True)
        self.draw_findings(event.problem)
        self.draw_header()

    @on(Analysed)
    def _analysed(self, event: Analysed) -> None:
        if self.shown is None or event.span is not self.shown.span:
            return
        self.shown.recording, self.shown.problems, self.shown.case = event.recording, event.problems, event.case
        self._fill(keep=True)

    def on_screen_resume(self) -> None:
        """Back from another screen: a case may have been accepted there."""
        if self.entry is not None and self.shown is not None:
            self.analyst.look_up(self.entry, self.shown.span)

    @on(CaseFound)
    def _case_found(self, event: CaseFound) -> None:
        if self.shown is not None and event.span is self.shown.span and event.case != self.shown.case:
            self.shown.case = event.case
            self._fill(keep=True)

    # -- header and summary

    def draw_header(self) -> None:
        """Name, id, counts of findings, time, tokens, cost; which trace of how many."""
        bar = self.query_one("#header", Bar)
        entry = self.entry
        if entry is None:
            words = "reading..." if self.library.waiting else "No traces here. Open a file: tracefix-tui open FILE"
            bar.show([Piece(" tracefix   ", "strong"), Piece(words)])
            return
        trace, count = entry.trace, len(self.library.entries)
        left = [Piece(f" {trace.id[:8]}   " if self.narrow else f"{trace.id[:8]}   ", "dim"), *self._counts()]
        left.append(Piece(f"   {duration(trace.duration_ns)}"))
        if self.shown is not None and len(trace.spans) <= MANY_SPANS:
            left += [Piece(f"   {trace.total_tokens:,} tok")] if trace.total_tokens is not None else []
            left += [Piece(f"   {money(trace.total_cost)}")] if trace.total_cost is not None else []
        if entry.file.source.partial:
            left.append(Piece("   PARTIAL FILE", "warn"))
        right = (
            [Piece(f"{self.at + 1}/{count}  " if self.narrow else f"trace {self.at + 1} of {count}   ")]
            if count > 1
            else []
        )
        if count > 1:
            right += [
                Piece("[ prev  ", "dim", "screen.step_trace(-1)"),
                Piece("] next ", "dim", "screen.step_trace(1)"),
            ]
        start = [] if self.narrow else titled(trace.name or "trace", [*left, *right], self.size.width)
        bar.show([*start, *left], right)

    def draw_reading(self, words: str) -> None:
        """Say that a file is being read."""
        self.query_one("#header", Bar).show([Piece(" tracefix   ", "strong"), Piece(words)])

    def _counts(self) -> list[Piece]:
        if self.findings is None:
            return [Piece("checking...", "dim")]
        from tracefix_tui.ui.content.findings import counts

        words = counts(self.findings)
        return [Piece(words, "badge" if "FAIL" in words else "warn" if "WARN" in words else "ok")]

    # -- messages of the panes

    @on(RowList.Highlighted, "#spans")
    def _span_highlighted(self, event: RowList.Highlighted) -> None:
        entry = self.entry
        if entry is None:
            return
        self._wanted = entry.trace.by_id.get(event.row.key)
        self.call_after_refresh(self._show_wanted)

    def _show_wanted(self) -> None:
        wanted, self._wanted = self._wanted, None
        if wanted is not None and (self.shown is None or wanted is not self.shown.span):
            self.show_span(wanted)

    @on(RowList.Chosen, "#spans")
    def _span_chosen(self) -> None:
        self.action_open_pane("prompt")

    @on(TextView.Chosen)
    def _text_chosen(self, event: TextView.Chosen) -> None:
        event.view.action_fold()

    # -- actions

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that would do nothing now are not there."""
        if action == "step_trace":
            return len(self.library.entries) > 1
        if action in ("copy_as",):
            return self.shown is not None and self.shown.context is not None
        if action == "split":
            return not self.narrow and not self.zoomed
        if action == "open_screen":
            opener = next(o for o in OPENERS if o.id == parameters[0])
            return not opener.needs_call or (self.shown is not None and self.shown.context is not None)
        return super().check_action(action, parameters)

    def action_open_screen(self, name: str) -> None:
        """Go on to another screen."""
        next(o for o in OPENERS if o.id == name).open(self)

    def action_step_trace(self, step: int) -> None:
        """The next trace of the library, or the one before."""
        self.show_trace((self.at + step) % len(self.library.entries))

    def action_split(self, columns: int) -> None:
        """Move the line between the span tree and the rest."""
        self._split = max(-20, min(40, self._split + columns))
        self.query_one("#board").refresh(layout=True)

    def action_warnings(self) -> None:
        """What was skipped or missing in the opened files."""
        from tracefix_tui.ui.help import TextScreen

        lines = [*self.library.failed, *self.library.notes] or ["Every file was read whole."]
        self.app.push_screen(TextScreen("Warnings", [Section("warnings", "\n".join(lines))]))

    def action_copy_as(self) -> None:
        """Choose a form to copy the call in."""
        from tracefix_tui.ui.screens.copy_as import copy_as

        copy_as(self)

    def resized(self) -> None:
        """The header says less on a narrow screen, and details of findings wrap."""
        self.draw_header()
        if self.shown is not None:
            self.draw_findings()
