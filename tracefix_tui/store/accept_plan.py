"""The plan of an accept: everything that will be written, worked out before anything is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tracefix_tui.model.errors import AcceptRefused, BadInput
from tracefix_tui.store.workspace import Workspace

if TYPE_CHECKING:
    from tracefix_tui.model.case import Case
    from tracefix_tui.store.git_command import Git
    from tracefix_tui.store.git_state import GitState
    from tracefix_tui.store.scrub import Found

_TRAILER_LINE = re.compile(r"[A-Za-z][A-Za-z0-9-]*: .+")
_LONGEST_TRAILER = 300
_LARGEST_DIFF = 20_000


@dataclass(frozen=True)
class PlannedFile:
    """One file of the commit. `path` is below the root, with forward slashes; `before` is None for a new file."""

    path: str
    before: bytes | None
    after: bytes

    @property
    def lines(self) -> tuple[int, int]:
        """Lines added and removed."""
        import difflib

        old = (self.before or b"").decode("utf-8", "replace").splitlines()
        new = self.after.decode("utf-8", "replace").splitlines()
        if len(old) + len(new) > _LARGEST_DIFF:  # a count is not worth seconds
            return (len(new), len(old)) if self.before != self.after else (0, 0)
        ops = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        changed = [op for op in ops if op[0] != "equal"]
        return sum(op[4] - op[3] for op in changed), sum(op[2] - op[1] for op in changed)


@dataclass(frozen=True)
class AcceptPlan:
    """What `accept` will do, all of it. `refusals` is empty when it can be done as things stand.

    `case` is the case without its secrets, None when only the prompt is accepted; `message` the whole commit message
    with its trailers; `secrets` what was taken out of the texts; `branch` where the commit goes, `head` what it
    follows; `uncommitted` are files that are on the disk as they are accepted, and not in the head.
    """

    id: str
    workspace: Workspace
    prompt: str
    prompt_path: str
    prompt_file: PlannedFile | None
    case: Case | None
    case_file: PlannedFile | None
    message: str
    branch: str | None = None
    head: str | None = None
    identity: str | None = None
    hooks: tuple[str, ...] = ()
    replaces: bool = False
    refusals: tuple[AcceptRefused, ...] = ()
    secrets: tuple[Found, ...] = ()
    uncommitted: tuple[str, ...] = ()

    @property
    def files(self) -> tuple[PlannedFile, ...]:
        """The files of the commit, the prompt first."""
        return tuple(file for file in (self.prompt_file, self.case_file) if file is not None)

    @property
    def old_text(self) -> str:
        """The prompt file as it is, empty where there is none."""
        return ((self.prompt_file and self.prompt_file.before) or b"").decode("utf-8", "replace")

    @property
    def new_text(self) -> str:
        """The prompt file as it will be."""
        return (self.prompt_file.after if self.prompt_file else b"").decode("utf-8", "replace")

    @property
    def subject(self) -> str:
        """The first line of the commit message."""
        return self.message.partition("\n")[0]

    @property
    def summary(self) -> str:
        """`1 commit (prompt +2 -1, case file +41), 1 golden row`."""
        counted = [("prompt", self.prompt_file), ("case file", self.case_file)]
        parts = [f"{name} {_signed(*file.lines)}" for name, file in counted if file and file.before != file.after]
        parts += [f"{path} as it is on disk" for path in self.uncommitted]
        commit = f"1 commit ({', '.join(parts) or 'files as they are on disk'})"
        return f"{commit}, 1 golden row{' replaced' if self.replaces else ''}" if self.case else commit


def plan(
    workspace: Workspace,
    *,
    prompt: str,
    prompt_text: str | None,
    case: Case | None,
    message: str = "",
    trace_id: str = "",
    span_id: str = "",
    failure_modes: Sequence[str] = (),
    checks: Sequence[str] = (),
    replace_case: bool = False,
) -> AcceptPlan:
    """Plan the accept of a prompt (its new file's text, None to leave it) and a case (None for none).

    Nothing is written. What stands in the way is in `refusals`; raises `BadInput` only for names that are not valid.
    """
    import uuid

    from tracefix_tui.store.history import prompt_file
    from tracefix_tui.store.scrub import scrub, scrub_text  # compiles its patterns: not on the way of every command

    accept_id = str(uuid.uuid4())
    prompt = prompt.removesuffix(".prompt.yml").removesuffix(".prompt.yaml")
    path = prompt_file(workspace, prompt)
    clean_text, secrets = scrub_text(prompt_text, "prompt file") if prompt_text is not None else (None, ())
    clean_case, in_case = _scrubbed(case, prompt)
    golden = f"{prompt}/{clean_case.name}" if clean_case else ""
    facts = {"Trace-Id": trace_id, "Span-Id": span_id, "Failure-Mode": ", ".join(failure_modes), "Golden-Case": golden}
    subject = message.replace("\0", "").strip() or f"{prompt}: accept {clean_case.name if clean_case else 'a change'}"
    told, in_message = scrub({"commit message": subject, **facts, "Checks": ", ".join(checks)})
    assert isinstance(told, dict)
    subject, *values = (str(value) for value in told.values())
    trailers = dict(zip([*facts, "Checks"], values, strict=True))
    made = AcceptPlan(
        id=accept_id,
        workspace=workspace,
        prompt=prompt,
        prompt_path=path,
        prompt_file=_planned(workspace, path, clean_text),
        case=clean_case,
        case_file=_planned_case(workspace, clean_case),
        message=with_trailers(subject, {**trailers, "Tracefix-Accept": accept_id}),
        secrets=(*secrets, *in_case, *in_message),
    )
    return _with_repository(made, replace_case)


def with_trailers(message: str, trailers: Mapping[str, str]) -> str:
    """A commit message that ends with trailers; they join those it has. Values, which traces give, become one line."""
    lines = [f"{key}: {_one_line(value)}" for key, value in trailers.items() if _one_line(value)]
    last = message.rpartition("\n\n")[2] if "\n\n" in message else ""
    gap = "\n" if last and all(_TRAILER_LINE.fullmatch(line) for line in last.splitlines()) else "\n\n"
    return f"{message}{gap}" + "\n".join(lines) + "\n"


def _with_repository(made: AcceptPlan, replace_case: bool) -> AcceptPlan:
    """The plan with what the repository and the dataset say to it."""
    from dataclasses import replace

    from tracefix_tui.store.git_command import Git
    from tracefix_tui.store.git_state import git_state, no_repository
    from tracefix_tui.store.golden import GoldenStore

    if not made.workspace.is_repository:
        return replace(made, refusals=(no_repository(made.workspace),))
    exists = made.case is not None and (
        GoldenStore(made.workspace).has(made.case.prompt, made.case.name) or _other(made.case_file)
    )
    try:
        git = Git(made.workspace.root)
        state = git_state(git)
        refusals = [refusal for refusal in (state.refusal(),) if refusal]
        refusals += _case_taken(made) if exists and not replace_case else []
        refusals += [] if refusals else _file_refusals(git, state, made)
        uncommitted = () if refusals else _uncommitted(git, state, made)
    except AcceptRefused:
        raise
    except BadInput as error:
        return replace(made, refusals=(AcceptRefused(error.what, where=error.where, hint=error.hint),))
    return replace(
        made,
        branch=state.branch,
        head=state.head,
        identity=state.identity,
        hooks=state.hooks,
        replaces=bool(exists),
        refusals=tuple(refusals),
        uncommitted=uncommitted,
    )


def _uncommitted(git: Git, state: GitState, made: AcceptPlan) -> tuple[str, ...]:
    """Files edited by hand to what is accepted: the commit takes those edits in, which has to be said."""
    from tracefix_tui.store.commit import blob_id, tree_entries

    still = [file for file in made.files if file.before == file.after]
    head = tree_entries(git, state.head, [file.path for file in still]) if still else {}
    return tuple(f.path for f in still if head.get(f.path, ("", ""))[1] != blob_id(git, f.path, f.after))


def _file_refusals(git: Git, state: GitState, made: AcceptPlan) -> list[AcceptRefused]:
    from tracefix_tui.store.commit import examine

    try:
        examine(git, state, made)
    except AcceptRefused as refusal:
        return [refusal]
    return []


def _case_taken(made: AcceptPlan) -> list[AcceptRefused]:
    assert made.case is not None
    name = f"{made.case.prompt}/{made.case.name}"
    return [
        AcceptRefused(
            f"there is a case {name} already",
            hint="Choose another name for the case, or replace it (`accept --replace`)",
        )
    ]


def _other(file: PlannedFile | None) -> bool:
    return file is not None and file.before is not None and file.before != file.after


def _scrubbed(case: Case | None, prompt: str) -> tuple[Case | None, tuple[Found, ...]]:
    from tracefix_tui.store.case_file import scrub_case
    from tracefix_tui.store.golden import check_tag
    from tracefix_tui.store.scrub import Found

    if case is None:
        return None, ()
    tags = [check_tag(tag) for tag in dict.fromkeys(case.tags)]
    made, found = scrub_case(case.model_copy(update={"prompt": prompt, "tags": tags}))
    return made, tuple(Found(f.kind, f"case {f.field}", f.preview) for f in found)


def _planned_case(workspace: Workspace, case: Case | None) -> PlannedFile | None:
    from tracefix_tui.store.case_file import case_path, dump_case

    if case is None:
        return None
    return _planned(workspace, workspace.relative(case_path(workspace, case.prompt, case.name)), dump_case(case))


def _planned(workspace: Workspace, path: str, text: str | None) -> PlannedFile | None:
    if text is None:
        return None
    return PlannedFile(path, read_file(workspace.root / path), text.encode("utf-8", "replace"))


def read_file(path: Path) -> bytes | None:
    """The bytes of a file, None where there is none; raises `AcceptRefused` for a link and what cannot be read."""
    if path.is_symlink():
        raise AcceptRefused("is a link", where=str(path), hint="Put the file itself in its place, then accept again")
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise AcceptRefused(
            f"cannot be read: {error.strerror or error}", where=str(path), hint="Give yourself access to it"
        ) from error


def _signed(added: int, removed: int) -> str:
    return " ".join(part for part in (f"+{added}" if added else "", f"-{removed}" if removed else "") if part) or "+0"


def _one_line(value: str) -> str:
    kept = "".join(c if c.isprintable() else " " for c in value)
    return " ".join(kept.split())[:_LONGEST_TRAILER]
