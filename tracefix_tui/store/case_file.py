"""Case files: a golden case as a text that is reviewed in a pull request and rebuilds the dataset elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tracefix_tui.model.errors import StoreError
from tracefix_tui.model.json_value import JsonObject
from tracefix_tui.model.text import clip
from tracefix_tui.store.json_bytes import parse, stable_json
from tracefix_tui.store.names import check_name, check_prompt
from tracefix_tui.store.scrub import Found, scrub
from tracefix_tui.store.workspace import Workspace

if TYPE_CHECKING:
    from tracefix_tui.model.case import Case


def case_path(workspace: Workspace, prompt: str, name: str) -> Path:
    """`prompts/golden/PROMPT/CASE.json`; raises `BadInput` for a name that would leave the folder."""
    return workspace.golden_files_dir.joinpath(*check_prompt(prompt).split("/"), f"{check_name(name)}.json")


def dump_case(case: Case) -> str:
    """The text of a case file. Equal cases give equal bytes; what has its default value is left out."""
    return stable_json(case.model_dump(exclude_defaults=True))


def parse_case(text: str, where: str = "") -> Case:
    """The case of a case file's text; raises `StoreError` for anything else."""
    try:
        return make_case(parse(text), where)
    except ValueError as error:
        raise StoreError(f"not JSON: {error}", where=where, hint="Restore the file with `git checkout`") from error


def make_case(value: object, where: str = "") -> Case:
    """A case from its JSON value; raises `StoreError` that names the first field that does not fit."""
    from pydantic import ValidationError

    from tracefix_tui.model.case import Case  # pydantic costs 0.1 s: only where a case crosses the door

    try:
        return Case.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "the value"
        raise StoreError(
            f"not a case: {clip(field, 60)}: {first['msg']}", where=where, hint="Correct the field"
        ) from error


def case_value(case: Case) -> JsonObject:
    """The whole case as a JSON value, defaults included."""
    value: JsonObject = case.model_dump()
    return value


def scrub_case(case: Case) -> tuple[Case, tuple[Found, ...]]:
    """The case without its secrets, and what was taken out of which field."""
    clean, found = scrub(case_value(case))
    return (make_case(clean, f"case {case.name}") if found else case), found


def read_case_file(workspace: Workspace, path: Path) -> Case:
    """The case in a file; raises `StoreError` when it cannot be read or its names do not fit its place."""
    where = workspace.relative(path)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(
            f"cannot be read: {error}", where=where, hint="Restore the file with `git checkout`"
        ) from error
    case = parse_case(text, where)
    place = path.relative_to(workspace.golden_files_dir).with_suffix("").as_posix()
    if f"{case.prompt}/{case.name}" != place:
        raise StoreError(
            f"holds the case {clip(f'{case.prompt}/{case.name}', 80)}",
            where=where,
            hint="Name the file after its case and its prompt",
        )
    return case


def read_case_files(workspace: Workspace) -> tuple[list[Case], list[StoreError]]:
    """All cases below `prompts/golden` in the order of their paths, and what is wrong with files that hold none."""
    cases: list[Case] = []
    problems: list[StoreError] = []
    for path in sorted(workspace.golden_files_dir.rglob("*.json")):
        try:
            cases.append(read_case_file(workspace, path))
        except StoreError as error:
            problems.append(error)
    return cases, problems
