"""Styles of a widget's parts, blended with what is behind them."""

from __future__ import annotations

from rich.style import Style
from textual.widget import Widget


def part_style(widget: Widget, name: str) -> Style:
    """The style of a component class, holding only what its rule sets, so that it can be laid over others.

    Textual's own partial style leaves colours with transparency unblended, which paints them white.
    """
    styles = widget.get_component_styles(name)
    whole = styles.rich_style
    own = Style(
        color=whole.color if styles.has_any_rules("color", "auto_color") else None,
        bgcolor=whole.bgcolor if styles.has_rule("background") else None,
    )
    return own + styles.text_style
