"""YAML edits: change values inside a document's text and leave every other character where it was.

Each changed value is spliced into the text at its own place, so comments, key order, quoting, block text and line
ends survive whatever their style. The result is parsed again and compared with what was wanted; a document that
cannot be edited in place (an alias that other keys share) is written anew.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracefix_tui.model.errors import PromptInvalid
from tracefix_tui.model.json_value import Json, JsonObject
from tracefix_tui.prompts.yaml_read import Source, read_yaml
from tracefix_tui.prompts.yaml_write import (
    Style,
    write_document,
    write_entry,
    write_flow,
    write_item,
    write_text,
    write_value,
)

if TYPE_CHECKING:
    from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

_CONTEXT_WORDS = 6
_BLANK_LINES = re.compile(r"(?:\r?\n[ \t]*(?=\r?\n|\Z))*")
_STYLES: dict[str, Style] = {"|": "|", ">": "|", "'": "'", '"': '"'}


@dataclass(frozen=True, slots=True)
class _Splice:
    start: int
    end: int
    text: str


def edit_yaml(source: Source, wanted: JsonObject, where: str = "") -> Source:
    """The document with the data `wanted`, as few characters changed as can be."""
    if _same(source.data, wanted):
        return source
    editor = _Editor(source.text)
    editor.change(source.root, source.data, wanted, 0)
    for text in editor.results():
        try:
            edited = read_yaml(text, where)
        except PromptInvalid:
            continue
        if _same(edited.data, wanted):
            return edited
    return read_yaml(write_document(wanted), where)


class _Editor:
    """Collects splices against one text. `refold` tries the smallest edit of a scalar first, without re-writing it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.newline = "\r\n" if "\r\n" in text else "\n"
        self.splices: list[_Splice] = []
        self.small: dict[int, _Splice] = {}

    def results(self) -> list[str]:
        """Candidate texts, the least changed first."""
        smallest = [self.small.get(i, splice) for i, splice in enumerate(self.splices)]
        return [self._applied(smallest), self._applied(self.splices)] if self.small else [self._applied(self.splices)]

    def change(self, node: Node, old: Json, new: Json, indent: int, in_flow: bool = False) -> None:
        """Make the value at this node `new`; `indent` is the column of the key or dash it belongs to."""
        from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

        if _same(old, new):
            return
        in_flow = in_flow or bool(getattr(node, "flow_style", False))
        if isinstance(node, ScalarNode) and isinstance(new, str) and isinstance(old, str):
            self._change_text(node, old, new, indent, in_flow)
        elif isinstance(node, MappingNode) and isinstance(old, dict) and isinstance(new, dict) and old and new:
            self._change_mapping(node, old, new, indent, in_flow)
        elif isinstance(node, SequenceNode) and isinstance(old, list) and isinstance(new, list) and old and new:
            self._change_sequence(node, old, new, indent, in_flow)
        else:
            self._replace(node, new, indent, in_flow)

    def _change_text(self, node: ScalarNode, old: str, new: str, indent: int, in_flow: bool) -> None:
        start, end = node.start_mark.index, node.end_mark.index
        raw, style = self.text[start:end], _STYLES.get(node.style or "", "")
        column = indent + 2
        if style == "|":
            column = _block_column(raw, column)
            end = start + _block_length(raw, old, new)
        elif self.text[end:].split("\n", 1)[0].strip():
            in_flow = True  # something follows on the line: a block would take it in
        text = write_text(new, column, style, in_flow, step=column - indent)
        self._splice(start, self._after_blank_lines(end) if text.endswith("\n") and style != "|" else end, text)
        if node.style != "|" and "\n" in raw and (small := _smallest(raw, old, new)):
            self.small[len(self.splices) - 1] = _Splice(start, node.end_mark.index, small)

    def _change_mapping(self, node: MappingNode, old: JsonObject, new: JsonObject, indent: int, in_flow: bool) -> None:
        kept = [value for key, value in node.value if key.value in new]
        first = node.value[0][0]
        first_stays = first.value in new or _begins_line(self.text, first.start_mark.index)
        if (in_flow and old.keys() != new.keys()) or not kept or not first_stays:
            return self._replace(node, new, indent, in_flow)
        column = node.start_mark.column
        for key_node, value_node in node.value:
            key = key_node.value
            if key in new:
                self.change(value_node, old[key], new[key], column, in_flow)
            else:
                self._remove(key_node.start_mark.index, self._content_end(value_node))
        for key in (k for k in new if k not in old):
            self._insert_after(kept[-1], write_entry(key, new[key], column))
        return None

    def _change_sequence(
        self, node: SequenceNode, old: list[Json], new: list[Json], indent: int, in_flow: bool
    ) -> None:
        head, tail = _unchanged(old, new)
        shared = min(len(old), len(new)) - head - tail
        kept = head + shared
        dashes = [self.text.rfind("-", 0, item.start_mark.index) for item in node.value]
        fits = all(_begins_line(self.text, dash) for dash in dashes[kept : len(old) - tail])
        if len(old) != len(new) and (in_flow or not fits or (kept == 0 and len(new) > len(old))):
            return self._replace(node, new, indent, in_flow)
        column = node.start_mark.column
        for i in range(head, kept):
            self.change(node.value[i], old[i], new[i], column, in_flow)
        for i in range(kept, len(old) - tail):
            self._remove(dashes[i], self._content_end(node.value[i]))
        for item in new[kept : len(new) - tail]:
            self._insert_after(node.value[kept - 1], f"{' ' * column}-{write_item(item, column)}")
        return None

    def _replace(self, node: Node, new: Json, indent: int, in_flow: bool) -> None:
        start = node.start_mark.index
        if in_flow:
            self._splice(start, node.end_mark.index, write_flow(new))
        else:
            self._splice(len(self.text[:start].rstrip()), self._content_end(node), write_value(new, indent))

    def _remove(self, start: int, end: int) -> None:
        line = self.text.rfind("\n", 0, start) + 1
        stop = self.text.find("\n", end)
        self.splices.append(_Splice(line, len(self.text) if stop < 0 else stop + 1, ""))

    def _insert_after(self, node: Node, text: str) -> None:
        stop = self.text.find("\n", self._content_end(node))
        stop = len(self.text) if stop < 0 else stop
        stop -= self.text[:stop].endswith("\r")
        self._splice(stop, self._after_blank_lines(stop) if text.endswith("\n") else stop, "\n" + text)

    def _after_blank_lines(self, at: int) -> int:
        """Past the blank lines that follow, which a block that keeps its last newlines would take for its own."""
        match = _BLANK_LINES.match(self.text, at)
        return match.end() if match else at

    def _content_end(self, node: Node) -> int:
        """Where the last character of a value stands, blank lines and comments after it left out."""
        from ruamel.yaml.nodes import ScalarNode

        while not isinstance(node, ScalarNode) and not getattr(node, "flow_style", False) and node.value:
            last = node.value[-1]
            node = last[1] if isinstance(last, tuple) else last
        raw = self.text[node.start_mark.index : node.end_mark.index]
        in_block = isinstance(node, ScalarNode) and node.style in ("|", ">")
        length = _block_length(raw, node.value, node.value) if in_block else len(raw.rstrip())
        return int(node.start_mark.index) + length

    def _splice(self, start: int, end: int, text: str) -> None:
        self.splices.append(_Splice(start, end, text.replace("\n", self.newline) if self.newline != "\n" else text))

    def _applied(self, splices: list[_Splice]) -> str:
        text = self.text
        for _, splice in sorted(
            enumerate(splices), key=lambda pair: (pair[1].start, pair[1].end, pair[0]), reverse=True
        ):
            text = text[: splice.start] + splice.text + text[splice.end :]
        return text


def _smallest(raw: str, old: str, new: str) -> str | None:
    """`raw` with only the changed words replaced, found by the words around them; None where that is not one place."""
    before, after = _common(old, new)
    left = old[:before].split()[-_CONTEXT_WORDS:]
    right = old[len(old) - after :].split()[:_CONTEXT_WORDS]
    removed, added = old[before : len(old) - after], new[before : len(new) - after]
    if "\n" in added or not (left or right):
        return None
    gap_left = r"\s*" if not old[:before][-1:].isspace() else r"\s+"
    gap_right = r"\s*" if not old[len(old) - after :][:1].isspace() else r"\s+"
    pattern = (
        f"(?P<left>{_flexible(left)}{gap_left if left else ''}){_flexible(removed.split())}"
        f"(?P<right>{gap_right if right else ''}{_flexible(right)})"
    )
    found = list(re.finditer(pattern, raw))
    if len(found) != 1:
        return None
    match = found[0]
    rest = raw[match.start("right") :]
    return raw[: match.end("left")] + (added.strip() + rest if added.strip() else rest.lstrip(" "))


def _common(old: str, new: str) -> tuple[int, int]:
    """Lengths of the common head and tail, cut back to whole words."""
    limit = min(len(old), len(new))
    head = next((i for i in range(limit) if old[i] != new[i]), limit)
    while head and not old[head - 1].isspace():
        head -= 1
    tail = next((i for i in range(limit - head) if old[-1 - i] != new[-1 - i]), limit - head)
    while tail and not old[len(old) - tail].isspace():
        tail -= 1
    return head, tail


def _flexible(words: list[str]) -> str:
    return r"\s+".join(re.escape(word) for word in words)


def _block_column(raw: str, default: int) -> int:
    lines = [line for line in raw.split("\n")[1:] if line.strip()]
    return min((len(line) - len(line.lstrip(" ")) for line in lines), default=default)


def _block_length(raw: str, old: str, new: str) -> int:
    """Characters of a block scalar up to its last content line, its newline left out.

    Blank lines after it are its own only where it keeps them (`+`), or where the new text will.
    """
    header, *lines = raw.split("\n")
    if header.startswith("|") and "+" not in header and not new.endswith("\n\n"):
        lines = lines[: old.rstrip("\n").count("\n") + 1]
    elif "+" not in header and not new.endswith("\n\n"):
        while lines and not lines[-1].strip():
            lines.pop()
    elif lines and not lines[-1].strip():
        lines.pop()
    return len("\n".join([header, *lines]).removesuffix("\r"))


def _unchanged(old: list[Json], new: list[Json]) -> tuple[int, int]:
    """How many items are the same at the head and at the tail."""
    limit = min(len(old), len(new))
    head = next((i for i in range(limit) if not _same(old[i], new[i])), limit)
    tail = next((i for i in range(limit - head) if not _same(old[-1 - i], new[-1 - i])), limit - head)
    return head, tail


def _begins_line(text: str, at: int) -> bool:
    return not text[text.rfind("\n", 0, at) + 1 : at].strip()


def _same(a: Json, b: Json) -> bool:
    """Equal data: the same keys in any order, and never a number for a truth value."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_same(value, b[key]) for key, value in a.items())
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(_same(x, y) for x, y in zip(a, b, strict=True))
    return type(a) is type(b) and a == b
