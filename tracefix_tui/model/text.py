"""Text safety: the only door between untrusted text and a terminal."""

from __future__ import annotations

from tracefix_tui.model.json_value import finite

_PICTURES = {code: chr(0x2400 + code) for code in range(0x20) if code not in (0x0A, 0x09)}
_PICTURES[0x7F] = "\u2421"
_C1 = {code: "\ufffd" for code in range(0x80, 0xA0)}
_BIDI = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)], "\ufffd")
_INVISIBLE = dict.fromkeys([0x2028, 0x2029], "\u240a") | dict.fromkeys([0xFEFF, *range(0xE0000, 0xE0080)], "\ufffd")
_SURROGATES = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
_TABLE = {**_PICTURES, **_C1, **_BIDI, **_INVISIBLE, **_SURROGATES}
_LINE_TABLE = {**_TABLE, 0x0A: "\u240a", 0x09: " "}


def safe(text: str) -> str:
    """Text that can be shown: control, escape, bidi and invisible characters become visible ones.

    One character becomes one character, so offsets into the original stay valid. Newlines and tabs stay.
    A carriage return before a newline is shown as well: the bytes are what matters here.
    """
    if text.isascii() and text.isprintable():
        return text
    return text.translate(_TABLE)


def safe_line(text: str) -> str:
    """Like `safe`, on one line: newlines become a visible mark, tabs a space."""
    if text.isascii() and text.isprintable():
        return text
    return text.translate(_LINE_TABLE)


def clip(text: str, width: int) -> str:
    """At most `width` characters of `safe_line(text)`, with an ellipsis where something was cut."""
    shown = safe_line(text[: width + 1])
    return shown if len(shown) <= width else shown[: max(0, width - 1)] + "…"


def plural(count: int, noun: str, many: str | None = None) -> str:
    """`1 span`, `2 spans`, `1,203 entries`."""
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


def duration(ns: int | None) -> str:
    """A duration in nanoseconds as people read it: `840us`, `120ms`, `4.21s`, `3m12s`; `-` when unknown."""
    if ns is None:
        return "-"
    if ns < 1_000_000:
        return f"{ns / 1e3:.0f}us"
    if ns < 1_000_000_000:
        return f"{ns / 1e6:.0f}ms"
    if ns < 60_000_000_000:
        return f"{ns / 1e9:.2f}s"
    return f"{ns // 60_000_000_000}m{ns % 60_000_000_000 // 1_000_000_000:02d}s"


def money(amount: float | None) -> str:
    """US dollars with enough digits to see a difference: `$0.0031`, `$1.24`; `-` when unknown."""
    if amount is None:
        return "-"
    return f"${amount:.2f}" if amount >= 1 else f"${amount:.4f}" if amount else "$0"


_JSON_TABLE = {
    code: f"\\u{code:04x}"
    if code <= 0xFFFF
    else f"\\u{0xD800 + ((code - 0x10000) >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
    for code in (0x7F, *_C1, *_BIDI, *_INVISIBLE, *_SURROGATES)
}


def json_text(value: object, indent: int | None = 2, *, ascii_only: bool = False) -> str:
    """JSON that is safe to print: what `safe` would replace is written as a numeric escape, so nothing is lost.

    NaN and the infinities become words. `ascii_only` escapes every other letter beyond ASCII as well.
    """
    import json

    def dumped(value: object) -> str:
        return json.dumps(value, ensure_ascii=ascii_only, indent=indent, allow_nan=False)

    try:
        text = dumped(value)
    except ValueError:
        text = dumped(finite(value))
    return text.translate(_JSON_TABLE)
