"""What the accept dialog does in threads: planning an accept, and carrying it out."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from textual.message import Message

from tracefix_tui.model.attempt import Attempt
from tracefix_tui.model.errors import TracefixError
from tracefix_tui.workbench.accepting import AcceptForm, plan_accept
from tracefix_tui.workbench.session import Session

if TYPE_CHECKING:
    from tracefix_tui.store.accept import Accepted, AcceptPlan

Asked: TypeAlias = tuple[AcceptForm, bool]


class Planned(Message):
    """The plan of what was asked (a form, and whether to replace a case), or why there is none."""

    def __init__(self, asked: Asked, plan: AcceptPlan | None, what: str = "", hint: str = "") -> None:
        super().__init__()
        self.asked, self.plan, self.what, self.hint = asked, plan, what, hint


class Written(Message):
    """The accept is done, or was refused and nothing was written."""

    def __init__(self, done: Accepted | None, what: str = "", hint: str = "") -> None:
        super().__init__()
        self.done, self.what, self.hint = done, what, hint


def plan_form(session: Session, attempt: Attempt, asked: Asked) -> Planned:
    """The plan of what was asked; never raises."""
    form, replaces = asked
    try:
        return Planned(asked, plan_accept(session.workspace, attempt, form, replace_case=replaces))
    except TracefixError as error:
        return Planned(asked, None, *_words(error))
    except Exception as error:  # the top of a worker: an error nobody foresaw is told, not raised
        return Planned(asked, None, f"{type(error).__name__}: {error}")


def carry_out(plan: AcceptPlan) -> Written:
    """Write what a plan lists; never raises."""
    from tracefix_tui.store.accept import accept

    try:
        return Written(accept(plan))
    except TracefixError as error:
        return Written(None, *_words(error))
    except Exception as error:  # the top of a worker: an error nobody foresaw is told, not raised
        return Written(None, f"{type(error).__name__}: {error}")


def _words(error: TracefixError) -> tuple[str, str]:
    return (f"{error.where}: {error.what}" if error.where else error.what), error.hint
