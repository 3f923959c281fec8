"""From the bytes of a file to JSON values: unpack, decode, split, and keep what a damaged file still holds."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from tracefix_tui.model.errors import UnreadableTrace
from tracefix_tui.model.text import plural
from tracefix_tui.readers import compressed
from tracefix_tui.readers.salvage import salvage
from tracefix_tui.readers.values import mend_text, mend_values

_MAX_LAYERS = 4
_SHOWN_LINES = 8
_LONE_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_SEPARATORS = " \t\r\n,\x1e"
_CONSTANTS = {"NaN": None, "Infinity": "Infinity", "-Infinity": "-Infinity"}
# NaN is how a data frame writes "absent"; the infinities stay visible as the words that clients also send.
_DECODER = json.JSONDecoder(parse_constant=_CONSTANTS.__getitem__)
_SQLITE = b"SQLite format 3\x00"
_BINARY = {
    b"PAR1": (
        "this is a Parquet file",
        "Convert it first: pandas.read_parquet(FILE).to_json(OUT, orient='records', lines=True)",
    ),
    b"\x89PNG": ("this is a picture", "Open the exported trace, not a screenshot of it"),
    b"%PDF": ("this is a PDF", "Open the exported trace as JSON"),
}


@dataclass(slots=True)
class Carried:
    """The JSON values of one input, what was wrong with it, and whether some of it is missing.

    `damage` is (where, why) of the first thing that could not be read.
    """

    values: list[Any] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    partial: bool = False
    damage: tuple[str, str] | None = None

    def hurt(self, where: str, why: str, warning: str) -> None:
        """Note that something of the input is lost."""
        self.partial = True
        self.damage = self.damage or (where, why)
        self.warnings.append(warning)

    def add(self, other: Carried, name: str) -> None:
        """Take the values of a member, its warnings prefixed with its name."""
        self.values.extend(other.values)
        self.warnings.extend(f"{name}: {warning}" for warning in other.warnings)
        self.partial = self.partial or other.partial
        self.damage = self.damage or other.damage


def unpack(data: bytes, path: str) -> Carried:
    """The JSON values in the bytes of a file, however it is packed; raises `UnreadableTrace` where there are none."""
    return _unpack(data, path, compressed.Budget(path, len(data)), _MAX_LAYERS)


def _unpack(data: bytes, path: str, budget: compressed.Budget, layers: int) -> Carried:
    if not data.strip():
        raise UnreadableTrace(path, "byte 0", "the file is empty", "Export the trace again")
    packed = data.startswith((compressed.GZIP, compressed.ZSTD, *compressed.ZIP))
    if packed and layers == 0:
        raise UnreadableTrace(
            path, "byte 0", "it is packed in itself too many times", "Unpack it and open the file inside"
        )
    if data.startswith(compressed.ZIP):
        return _unzip(data, path, budget, layers)
    if packed:
        expand = compressed.gunzip if data.startswith(compressed.GZIP) else compressed.unzstd
        plain, problem = expand(data, budget)
        if problem and not plain.strip():
            raise UnreadableTrace(path, "byte 0", problem, "Download or compress it again")
        carried = _unpack(plain, path, budget, layers - 1)
        if problem:
            carried.hurt("end of file", problem, f"{problem}: what came before it is shown")
        return carried
    if data.startswith(_SQLITE):
        from tracefix_tui.readers.pipeline import read_sqlite  # few files are databases

        rows, warnings = read_sqlite(data, path)
        return Carried(list(rows), warnings)
    return parse(_decode(data, path), path)


def _unzip(data: bytes, path: str, budget: compressed.Budget, layers: int) -> Carried:
    members, problems = compressed.unzip(data, path, budget)
    whole = Carried()
    for problem in problems:
        whole.hurt("", problem, problem)
    for name, content in members:
        try:
            whole.add(_unpack(content, name, budget, layers - 1), name)
        except UnreadableTrace as refusal:
            whole.warnings.append(f"{name} in the zip skipped: {refusal.what}")
    if not whole.values:
        why = "; ".join(whole.warnings) or "the zip holds no files"
        raise UnreadableTrace(path, "", why, "Open a zip that holds JSON or JSONL exports")
    return whole


def _decode(data: bytes, path: str) -> str:
    """The text of plain bytes: UTF-8 with or without a mark, or UTF-16; raises `UnreadableTrace` for binary data."""
    for magic, (why, hint) in _BINARY.items():
        if data.startswith(magic):
            raise UnreadableTrace(path, "byte 0", why, hint)
    encoding = "utf-8-sig"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif data[1:2] == b"\x00" or data[:1] == b"\x00":
        encoding = "utf-16-le" if data[1:2] == b"\x00" else "utf-16-be"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as problem:
        text = data.decode("utf-8", "replace").removeprefix("\ufeff")
        if encoding == "utf-8-sig" and text.lstrip()[:1] in ("{", "[", '"'):
            return text
        proto = data[:1] == b"\x0a" or data[4:5] == b"\x0a"
        why = "this looks like OTLP in protobuf, not JSON" if proto else "this is binary data, not JSON"
        hint = "Export it as OTLP/JSON (in the collector: `format: json`)" if proto else "Open a JSON or JSONL export"
        raise UnreadableTrace(path, f"byte {problem.start}", why, hint) from None


def parse(text: str, path: str) -> Carried:
    """The JSON values of a text: one document, one per line, or several written one after another."""
    carried = _parse(text, path)
    if "\ufffd" in text:
        carried.warnings.append("some bytes are not UTF-8: each is shown as \ufffd")
    if _LONE_SURROGATE.search(text):
        carried.values = [mend_values(value) for value in carried.values]
    return carried


def _parse(text: str, path: str) -> Carried:
    try:
        return Carried([_DECODER.decode(text)])
    except RecursionError:
        raise _too_deep(path) from None
    except json.JSONDecodeError as problem:
        failure = problem
    except ValueError:  # the only other one: Python refuses numbers of more than 4300 digits
        raise UnreadableTrace(
            path, "", "a number in it has thousands of digits", "Open the export as it was made"
        ) from None
    return _lines(text) or _concatenated(text, path) or _cut(text, path, failure)


def _lines(text: str) -> Carried | None:
    """One value per line, where most lines are; bad ones are counted, and what is whole in a cut last line is kept."""
    rows = [(number, row) for number, row in enumerate(text.split("\n"), 1) if row.strip()]
    if len(rows) < 2:
        return None
    carried = Carried()
    bad: list[tuple[int, str, Exception]] = []
    for place, (number, row) in enumerate(rows):
        try:
            carried.values.append(_DECODER.decode(row))
        except (ValueError, RecursionError) as problem:
            bad.append((number, row, problem))
            if len(bad) > 20 and len(bad) > place // 2:
                return None
    if len(bad) * 2 > len(rows) or not carried.values:
        return None
    if bad and not any(map(_is_record, carried.values)):
        return None  # a few lines of an indented document that was cut, not a file of lines
    if bad:
        _note_bad_lines(carried, bad, len(rows), rows[-1][0])
    return carried


def _is_record(value: Any) -> bool:
    """Whether a line's value can be a record: an object, a list, or one of them as JSON text."""
    return isinstance(value, (dict, list)) or (isinstance(value, str) and value.lstrip()[:1] in ("{", "["))


def _note_bad_lines(carried: Carried, bad: list[tuple[int, str, Exception]], count: int, last: int) -> None:
    number, row, problem = bad[0]
    column = f", column {problem.colno}" if isinstance(problem, json.JSONDecodeError) else ""
    shown = ", ".join(str(number) for number, _, _ in bad[:_SHOWN_LINES]) + (", ..." if len(bad) > _SHOWN_LINES else "")
    note = f"{len(bad)} of {plural(count, 'line')} skipped: not JSON (line {shown})"
    last_number, row, problem = bad[-1]
    if last_number == last and isinstance(problem, json.JSONDecodeError):
        value, found = salvage(row, problem.pos)
        if found and value:
            carried.values.append(value)
            note += f"; line {last} was cut, what is whole in it is kept"
    carried.hurt(f"line {number}{column}", "the line is not JSON", note)


def _concatenated(text: str, path: str) -> Carried | None:
    """Values written one after another with nothing or commas between, as a console exporter does."""
    carried, at, end = Carried(), 0, len(text)
    while True:
        while at < end and text[at] in _SEPARATORS:
            at += 1
        if at == end:
            return carried if carried.values else None
        try:
            value, at = _DECODER.raw_decode(text, at)
        except RecursionError:
            raise _too_deep(path) from None
        except ValueError as problem:
            return _cut_after(carried, text, at, problem) if carried.values else None
        if not isinstance(value, (dict, list)):
            return None
        carried.values.append(value)


def _cut_after(carried: Carried, text: str, at: int, problem: ValueError) -> Carried:
    """Several whole values and then a broken one."""
    position = problem.pos if isinstance(problem, json.JSONDecodeError) else at
    value, found = salvage(text[at:], position - at)
    if found and value:
        carried.values.append(value)
    where = _place(text, position)
    lost = f"{where}: not JSON; {plural(len(carried.values), 'document')} before it kept"
    carried.hurt(where, "what follows is not JSON", lost)
    return carried


def _cut(text: str, path: str, failure: json.JSONDecodeError) -> Carried:
    """What is whole in a single document that is cut or damaged."""
    where = _place(text, failure.pos)
    value, found = salvage(text, failure.pos)
    if not found or not value:
        why = "this is not JSON" if failure.pos <= 1 else f"the JSON is damaged: {mend_text(failure.msg)}"
        raise UnreadableTrace(path, where, why, "Open a JSON or JSONL export of a trace")
    if failure.pos >= len(text.rstrip()) or failure.msg.startswith("Unterminated string"):
        why = "the file is cut off"
        note = f"the file is cut off at {_place(text, len(text))}: what is whole before that is shown"
    else:
        why = f"the JSON is damaged: {failure.msg}"
        note = f"the file is damaged at {where}: the {len(text) - failure.pos:,} characters from there on are left out"
    carried = Carried([value])
    carried.hurt(where, why, note)
    return carried


def _place(text: str, position: int) -> str:
    line = text.count("\n", 0, position) + 1
    column = position - (text.rfind("\n", 0, position) + 1) + 1
    return f"line {line}, column {column}"


def _too_deep(path: str) -> UnreadableTrace:
    return UnreadableTrace(path, "", "its JSON is nested too deeply to be a trace", "Open the export itself")
