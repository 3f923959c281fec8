"""YAML in: a document as plain JSON data together with the places in the text where each value stands."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, cast

from tracefix_tui.model.errors import PromptInvalid
from tracefix_tui.model.json_value import Json, JsonObject

if TYPE_CHECKING:
    from ruamel.yaml.nodes import MappingNode, Node

Path: TypeAlias = tuple[str | int, ...]

_MAX_VALUES = 200_000
_MAX_DEPTH = 100
_TAG = "tag:yaml.org,2002:"
_HINTS = (
    ("mapping values are not allowed", "Put quotes around a text that holds ': '"),
    ("cannot start any token", "Indent with spaces, and put quotes around a text that begins with this character"),
    ("expected <block end>", "Check the indentation of this line"),
    ("could not find expected ':'", "Check the indentation, and that the key ends with ':'"),
    ("found unexpected end of stream", "A quote is not closed"),
    ("flow", "A '[' or '{' is not closed; put quotes around a text that begins with {{"),
    ("but found another document", "A prompt file holds one document; take out the second '---'"),
    ("undefined alias", "Define the anchor above its use, or put quotes around a text that begins with '*'"),
)


@dataclass(frozen=True)
class Source:
    """A document as text, as data, and as the nodes that tie one to the other."""

    text: str
    data: JsonObject
    root: MappingNode

    def line(self, path: Path) -> int:
        """The line (from 1) where the value at this path stands, or the nearest value above it."""
        node: Node = self.root
        for step in path:
            children: Sequence[object] = node.value if not isinstance(node.value, str) else ()
            found: Node | None = None
            if isinstance(step, int) and step < len(children) and not isinstance(children[step], tuple):
                found = cast("Node", children[step])
            elif isinstance(step, str):
                pairs = cast("list[tuple[Node, Node]]", [c for c in children if isinstance(c, tuple)])
                found = next((value for key, value in pairs if key.value == step), None)
            if found is None:
                break
            node = found
        return int(node.start_mark.line) + 1


def read_yaml(text: str, where: str = "") -> Source:
    """Parse one YAML 1.2 document whose top is a mapping.

    Raises:
        PromptInvalid: with the line and what to do about it.
    """
    from ruamel.yaml import YAML  # 40 ms: keep off the start path
    from ruamel.yaml.error import MarkedYAMLError, YAMLError
    from ruamel.yaml.nodes import MappingNode

    try:
        root = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _broken(
            str(error.problem or error.context or "not YAML"), where, mark.line + 1 if mark else None
        ) from None
    except YAMLError as error:
        raise _broken(*_unmarked(error, text, where)) from None
    except (RecursionError, ValueError) as error:
        raise _broken("nested too deeply" if isinstance(error, RecursionError) else str(error), where, None) from None
    if not isinstance(root, MappingNode):
        what = "the file is empty" if root is None else "the top is not a mapping of keys"
        raise PromptInvalid(what, where=where, hint="Begin with 'messages:' and a list of role and content")
    data = _Reader(where).value(root, 0)
    assert isinstance(data, dict)
    return Source(text, data, root)


class _Reader:
    """Turns nodes into data; counts, so that aliases cannot blow up."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.count = 0

    def value(self, node: Node, depth: int) -> Json:
        from ruamel.yaml.nodes import MappingNode, SequenceNode

        self.count += 1
        if self.count > _MAX_VALUES or depth > _MAX_DEPTH:
            raise _broken("nested too deeply or too large", self.where, node.start_mark.line + 1)
        if isinstance(node, MappingNode):
            return self._mapping(node, depth)
        if isinstance(node, SequenceNode):
            return [self.value(item, depth + 1) for item in node.value]
        return scalar(str(node.tag), node.value or "")

    def _mapping(self, node: MappingNode, depth: int) -> JsonObject:
        out: JsonObject = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node.value, str):
                raise _broken("a key is not a text", self.where, key_node.start_mark.line + 1)
            if key_node.value in out:
                raise _broken(f"the key {key_node.value} is there twice", self.where, key_node.start_mark.line + 1)
            out[key_node.value] = self.value(value_node, depth + 1)
        return out


def scalar(tag: str, text: str) -> Json:
    """A scalar by its YAML 1.2 tag; dates, other tags and numbers that JSON does not know stay text."""
    kind = tag.removeprefix(_TAG)
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() == "true"
    try:
        if kind == "int":
            return int(text.replace("_", ""), 0 if text.lstrip("+-")[:2].lower() in ("0x", "0o", "0b") else 10)
        if kind == "float":
            number = float(text.replace("_", ""))
            return number if math.isfinite(number) else text
    except ValueError:
        return text
    return text


def _unmarked(error: Exception, text: str, where: str) -> tuple[str, str, int | None]:
    """What a reader error says: it knows a character and a position but no line."""
    position = getattr(error, "position", None)
    character = getattr(error, "character", None)
    if isinstance(position, int) and isinstance(character, int):
        return f"the character U+{character:04X} cannot stand in YAML", where, text.count("\n", 0, position) + 1
    return str(error).splitlines()[0] if str(error) else "not YAML", where, None


def _broken(problem: str, where: str, line: int | None) -> PromptInvalid:
    hint = next((hint for key, hint in _HINTS if key in problem), "Correct the file; it is YAML")
    place = f"{where}:{line}" if where and line else f"line {line}" if line else where
    return PromptInvalid(" ".join(problem.split()), where=place, hint=hint)
