"""A case of the golden dataset: the failing input, what is expected of it, and where it came from."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from tracefix_tui.model.check import CheckSpec


class CaseCheck(BaseModel):
    """A check with its parameters, as a case file holds it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    check: str
    params: dict[str, Any] = Field(default_factory=dict)

    @property
    def spec(self) -> CheckSpec:
        """The same as the check engine takes it."""
        return CheckSpec(self.check, self.params)


class Provenance(BaseModel):
    """The trace, span and attempt a case was made from. `created` is an ISO 8601 time in UTC."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    trace_id: str | None = None
    span_id: str | None = None
    attempt_id: str | None = None
    source_format: str | None = None
    created: str | None = None


class Case(BaseModel):
    """One row of the golden dataset.

    `messages` and `tools` have the OpenAI shape, `documents` that of `show --json`. `expected` is the wanted answer,
    or None when only the checks judge. `tags` name failure modes. (prompt, name) is the key.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    prompt: str
    set_name: str = "default"
    variables: dict[str, Any] = Field(default_factory=dict)
    messages: list[dict[str, Any]] = Field(default_factory=list)
    documents: list[dict[str, Any]] = Field(default_factory=list)
    tools: list[dict[str, Any]] = Field(default_factory=list)
    tool_choice: Any = None
    response_format: Any = None
    model: str | None = None
    params: dict[str, Any] = Field(default_factory=dict)
    bad_output: dict[str, Any] | None = None
    expected: str | None = None
    expected_message: dict[str, Any] | None = None
    checks: list[CaseCheck] = Field(default_factory=list)
    tags: list[str] = Field(default_factory=list)
    notes: str = ""
    provenance: Provenance = Provenance()
