"""Prompt names: which file a name means, and that no name leaves its folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from tracefix_tui.model.errors import PromptInvalid
from tracefix_tui.model.text import clip

SUFFIX = ".prompt.yml"
_SUFFIXES = (SUFFIX, ".prompt.yaml")
_FORBIDDEN = frozenset('\\:*?"<>|')
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
_MAX_SEGMENT = 200


def prompt_path(prompts_dir: Path, name: str) -> Path:
    """The file of a prompt; `a/b` is a prompt in the subfolder `a`. An existing `.prompt.yaml` is kept as it is.

    Raises:
        PromptInvalid: the name would leave the folder, or cannot be a file name on every system.
    """
    segments = _segments(name)
    path = prompts_dir.joinpath(*segments[:-1], segments[-1] + SUFFIX)
    other = path.with_name(segments[-1] + _SUFFIXES[1])
    if other.is_file() and not path.exists():
        path = other
    if not path.resolve().is_relative_to(prompts_dir.resolve()):
        raise _refused(name, "a link leads out of the prompts folder")
    return path


def list_prompts(prompts_dir: Path) -> tuple[str, ...]:
    """The names of all prompts in a folder and its subfolders, sorted; empty when there is no such folder."""
    return tuple(sorted(set(_names(prompts_dir))))


def find_prompt(name: str, root: Path | None = None) -> Path:
    """The existing file of a prompt: in `root/prompts` or `root`; without a root in the nearest `prompts/` upwards.

    Raises:
        PromptInvalid: there is no such prompt; the hint says where it was looked for and what is there.
    """
    here = Path.cwd()
    folders = [parent / "prompts" for parent in (here, *here.parents)] if root is None else [root / "prompts", root]
    known: list[str] = []
    for folder in (f for f in folders if f.is_dir()):
        path = prompt_path(folder, name)
        if path.is_file():
            return path
        known += list_prompts(folder) if root is None or not known else ()  # `root` may be a whole project
    _segments(name)
    hint = f"Known prompts: {clip(', '.join(known), 200)}" if known else "No prompts/ folder was found; pass root="
    raise PromptInvalid(f"no prompt named {clip(name, 80)}", where=str(root or here), hint=hint)


def _names(prompts_dir: Path) -> Iterator[str]:
    for folder, subfolders, files in os.walk(prompts_dir):
        subfolders[:] = sorted(s for s in subfolders if not s.startswith("."))
        for file in files:
            suffix = next((s for s in _SUFFIXES if file.endswith(s) and len(file) > len(s)), None)
            if suffix:
                yield PurePosixPath(Path(folder).relative_to(prompts_dir).as_posix(), file[: -len(suffix)]).as_posix()


def _segments(name: str) -> list[str]:
    for suffix in _SUFFIXES:
        name = name.removesuffix(suffix)
    segments = name.split("/")
    for segment in segments:
        if why := _why_not(segment):
            raise _refused(name, why)
    return segments


def _why_not(segment: str) -> str:
    if not segment:
        return "it has an empty part"
    if segment.startswith("."):
        return "a part begins with a dot"
    if segment[-1] in " ." or segment[0] == " ":
        return "a part begins or ends with a space or a dot"
    bad = next((c for c in segment if c in _FORBIDDEN or not c.isprintable()), None)
    if bad is not None:
        return f"it holds {bad!r}"
    if segment.split(".")[0].rstrip().casefold() in _RESERVED:
        return f"{segment} is a reserved name on Windows"
    if len(segment.encode("utf-8", "replace")) > _MAX_SEGMENT:
        return f"a part is longer than {_MAX_SEGMENT} bytes"
    return ""


def _refused(name: str, why: str) -> PromptInvalid:
    hint = "Use letters, digits, '-' and '_', with '/' for subfolders"
    return PromptInvalid(f"not a prompt name: {why}", where=clip(name, 80), hint=hint)
