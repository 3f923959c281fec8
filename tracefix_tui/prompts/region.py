"""Regions: which characters of a rendered message came from where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

RegionKind: TypeAlias = Literal["template", "document", "variable", "tool_result"]


@dataclass(frozen=True, slots=True)
class Region:
    """Characters `start` to `end` of the text of message `message`, and what they came from.

    `name` is the variable (or the tool, for a tool message); `index` the document's position among
    `Hydrated.documents`, or the step a tool result came from.
    """

    message: int
    start: int
    end: int
    kind: RegionKind
    name: str = ""
    index: int | None = None
