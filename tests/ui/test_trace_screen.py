"""The trace screen, read as a user reads it: at 160x48 and at 80x24."""

from __future__ import annotations

from samples import ANSWER, OPENED, POLICY, pipeline_trace, refund_trace
from screen import NARROW, WIDE, diagnosed, finding, lines, opened, press, settled, text

from tracefix_tui.model.check import Evidence
from tracefix_tui.ui.keys import KEYS
from tracefix_tui.ui.widgets.row_list import RowList

EVERYTHING = f"""
support-bot / refund-flow
7f3ac21e
4.21s
Spans 6
v agent.run
llm answer
Prompt
system ──
Answer ONLY from the context
chunk 1
question
Chunks 4  (3 in prompt)
1 0.83
cited [1]
not cited
cut
Tools 1 run, 2 offered
get_order
BAD ARGS
offered
Params
gpt-4o-mini
temperature  0.2
Expected
{ANSWER[:40]}
finish=stop
^p commands
? help
^q quit
"""


async def test_everything_of_the_last_answer_is_in_view() -> None:
    async with opened(refund_trace()) as (app, _):
        shown = text(app)
        for words in EVERYTHING.strip().splitlines():
            assert words in shown, words


async def test_the_waterfall_places_spans_in_time() -> None:
    async with opened(refund_trace()) as (app, _):
        row = next(line for line in lines(app) if "llm answer" in line)
        assert "   ██" in row.split("2.90s")[1].split("┃")[0]


async def test_moving_in_the_tree_shows_another_step() -> None:
    async with opened(refund_trace()) as (app, pilot):
        await press(app, pilot, "up")
        assert "Input  tool get_order" in text(app)
        await press(app, pilot, "g", "down")
        assert "Chunks 4" in text(app) and "Input  retrieve" in text(app) and OPENED in text(app)


async def test_a_number_goes_to_the_evidence_and_again_to_the_next() -> None:
    places = (
        Evidence("s6", "output.content", 0, 12, ANSWER[:12]),
        Evidence("s2", "documents[0].content", 35, 42, "30 days"),
    )
    async with opened(refund_trace()) as (app, pilot):
        diagnosed(
            app,
            finding("s6", "contradicted", *places),
            finding("s5", "tool-ignored", Evidence("s5", "tool.result", 0, 9)),
        )
        await settled(app, pilot)
        assert "FAIL 2" in lines(app)[0] and "raise top_k to 4" in text(app)
        await press(app, pilot, "1")
        assert app.screen.focused is not None and app.screen.focused.id == "output"
        assert "<-1" in next(line for line in lines(app) if ANSWER[:20] in line)
        await press(app, pilot, "1")
        assert app.screen.focused.id == "chunks"
        await press(app, pilot, "2")
        assert app.screen.focused.id == "tools"
        await press(app, pilot, "9")
        assert app.screen.focused.id == "tools"


async def test_evidence_in_another_step_selects_that_step() -> None:
    where = Evidence("s4", "output.tool_calls[0].function.arguments", 0, 5)
    async with opened(refund_trace()) as (app, pilot):
        diagnosed(app, finding("s4", "tool-arguments", where))
        await settled(app, pilot)
        await press(app, pilot, "1")
        spans = app.trace_screen.list_pane("spans")
        assert spans.current is not None and spans.current.key == "s4"
        assert app.screen.focused is not None and app.screen.focused.id == "output"


async def test_results_of_the_checks_do_not_move_the_focus() -> None:
    async with opened(refund_trace()) as (app, pilot):
        await press(app, pilot, "tab", "slash", "r", "e")
        before = app.screen.focused
        diagnosed(app, finding("s6", "contradicted"))
        await settled(app, pilot)
        assert app.screen.focused is before and before is not None and before.id == "find-line"


async def test_find_and_filter() -> None:
    async with opened(refund_trace()) as (app, pilot):
        await press(app, pilot, "tab", "slash", *"refund")
        assert "match 1 of 3" in text(app)
        await press(app, pilot, "enter")
        assert app.screen.focused is not None and app.screen.focused.id == "prompt"
        await press(app, pilot, "shift+tab", "ampersand", *"llm")
        assert "2 shown of 6" in text(app)
        await press(app, pilot, "escape")
        assert not app.screen.query("#find-line")


async def test_zoom_gives_a_pane_the_screen_and_back() -> None:
    async with opened(refund_trace()) as (app, pilot):
        await press(app, pilot, "tab", "z")
        assert "Spans 6" not in text(app) and POLICY in text(app)
        await press(app, pilot, "escape")
        assert "Spans 6" in text(app)


async def test_traces_are_stepped_through() -> None:
    async with opened(refund_trace(), pipeline_trace(), refund_trace("second", "another")) as (app, pilot):
        assert "trace 1 of 3" in text(app)
        await press(app, pilot, "right_square_bracket")
        assert "trace 2 of 3" in text(app) and "pipeline" in lines(app)[0]
        await press(app, pilot, "left_square_bracket", "left_square_bracket")
        assert "trace 3 of 3" in text(app) and "another" in lines(app)[0]


async def test_a_single_trace_offers_no_next() -> None:
    async with opened(refund_trace()) as (app, pilot):
        assert "next trace" not in text(app)
        await press(app, pilot, "right_square_bracket")
        assert "support-bot" in lines(app)[0]


async def test_a_pipeline_shows_its_stages_and_decisions() -> None:
    async with opened(pipeline_trace()) as (app, _):
        shown = text(app)
        assert "steps inside" in shown and "stage_05" in shown and "22 -> 8 at threshold 0.3" in shown
        assert "refund after 45 days" in shown


async def test_narrow_shows_one_pane_under_tabs() -> None:
    async with opened(refund_trace(), size=NARROW) as (app, pilot):
        shown = lines(app)
        assert "[Spans 6]" in shown[1] and "Chunks 4" in shown[1] and "Findings" in shown[1]
        assert "│" not in shown[4] and "┃" not in shown[4]
        await press(app, pilot, "tab")
        assert "[Prompt]" in lines(app)[1] and "system ──" in text(app)
        assert "^p more" in lines(app)[-1] and "? help" in lines(app)[-1]


async def test_narrow_jumps_open_the_pane() -> None:
    async with opened(refund_trace(), size=NARROW) as (app, pilot):
        diagnosed(app, finding("s6", "contradicted", Evidence("s6", "messages[1].content", 0, 6)))
        await settled(app, pilot)
        await press(app, pilot, "1")
        assert "[Prompt]" in lines(app)[1]
        assert any(line.startswith("1 FAIL contradicted") for line in lines(app))


async def test_the_terminal_may_change_its_size() -> None:
    async with opened(refund_trace()) as (app, pilot):
        await press(app, pilot, "tab")
        await pilot.resize_terminal(*NARROW)
        await settled(app, pilot)
        assert "[Prompt]" in lines(app)[1]
        await pilot.resize_terminal(*WIDE)
        await settled(app, pilot)
        assert "Spans 6" in text(app) and "Tools 1 run" in text(app)
        await pilot.resize_terminal(20, 5)
        await settled(app, pilot)


async def test_help_is_about_the_focused_pane() -> None:
    async with opened(refund_trace()) as (app, pilot):
        await press(app, pilot, "tab", "tab", "question_mark")
        shown = text(app)
        assert "Help: Chunks" in shown and "not in" not in shown.split("keys here")[0][:10] and "(find_next)" in shown
        await press(app, pilot, "escape")
        assert "Help: Chunks" not in text(app)


async def test_jump_letters() -> None:
    async with opened(refund_trace()) as (app, pilot):
        await press(app, pilot, "ctrl+o")
        assert "t  Tools 1 run" in text(app)
        await press(app, pilot, "t")
        assert app.screen.focused is not None and app.screen.focused.id == "tools"


async def test_the_palette_names_what_works() -> None:
    async with opened(refund_trace()) as (app, pilot):
        await press(app, pilot, "ctrl+p")
        await pilot.pause(0.3)
        assert "view: Zoom pane" in text(app)
        await press(app, pilot, *"findings")
        await pilot.pause(0.3)
        await press(app, pilot, "enter")
        assert isinstance(app.screen.focused, RowList) and app.screen.focused.id == "findings"


async def test_the_footer_holds_at_most_eight_keys_that_work() -> None:
    async with opened(refund_trace()) as (app, pilot):
        keys = [part for part in lines(app)[-1].split("^o jump")[0].split("   ") if part.strip()]
        assert 0 < len(keys) <= 8 and "space fold" in lines(app)[-1]
        await press(app, pilot, "tab", "tab", "tab", "tab", "tab")
        assert "enter" in lines(app)[-1] or "⏎ open" in lines(app)[-1]
        await press(app, pilot, "slash")
        assert "^p commands" in lines(app)[-1]


async def test_light_and_dark() -> None:
    async with opened(refund_trace()) as (app, pilot):
        before = app.ink("document")
        await press(app, pilot, "ctrl+t")
        assert app.current_theme.dark is False and app.ink("document") != before


async def test_keys_of_the_user(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "config.toml").write_text('[keys]\nzoom = "ctrl+f"\nnonsense = "x"\n', encoding="utf-8")
    async with opened(refund_trace()) as (app, pilot):
        assert "nonsense: unknown" in text(app)
        await press(app, pilot, "tab", "ctrl+f")
        assert "Spans 6" not in text(app)


async def test_copy_as_offers_forms() -> None:
    async with opened(refund_trace()) as (app, pilot):
        await press(app, pilot, "Y")
        assert "LiteLLM snippet" in text(app) and "curl" in text(app)
        await press(app, pilot, "escape")
        assert "LiteLLM snippet" not in text(app)


async def test_expected_and_chunks_say_when_there_are_none() -> None:
    async with opened(pipeline_trace()) as (app, _):
        assert "No chunks were retrieved" in text(app) and "No tools were offered" in text(app)
        assert "No expected output" in text(app)


async def test_a_long_name_leaves_room_for_the_facts() -> None:
    name = "nightly evaluation of the returns assistant " * 5
    for size in (WIDE, (112, 40)):
        async with opened(refund_trace(name=name), pipeline_trace(), size=size) as (app, pilot):
            diagnosed(app, finding("s6", "contradicted"))
            await settled(app, pilot)
            header = lines(app)[0]
            assert "nightly" in header and "FAIL 1" in header and "4.21s" in header and "1,322 tok" in header
            assert "trace 1 of 2" in header


async def test_tools_are_counted_short_in_a_tab() -> None:
    async with opened(refund_trace(), size=NARROW) as (app, _):
        assert " Tools 1 " in lines(app)[1] and "offered" not in lines(app)[1]


async def test_the_palette_explains_the_ways_on() -> None:
    async with opened(refund_trace()) as (app, pilot):
        await press(app, pilot, "ctrl+p")
        await pilot.pause(0.3)
        assert "replay: Edit and replay" in text(app) and KEYS["edit"].help in text(app)
