"""The composition root: joins the command line with the terminal app, which do not know each other."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from pathlib import Path


def _open_app(paths: Sequence[str], tour: bool, root: Path | None) -> int:
    gc.disable()  # collecting while modules are loaded is waste; the app turns it on again after its first paint
    from tracefix_tui.ui.app import run  # textual: only when a screen is wanted

    return run(paths, tour=tour, root=root)


def main() -> None:
    """Run `tracefix-tui` with the process's arguments and exit with its code."""
    arguments = sys.argv[1:]
    if arguments[:1] == ["open"] and all(a == "-" or not a.startswith("-") for a in arguments[1:]):
        # The same as below without the command line's own imports, a tenth of the time to the first paint.
        from tracefix_tui.cli.outcome import outcome

        sys.exit(outcome(lambda: _open_app(arguments[1:], False, None)))
    from tracefix_tui.cli.main import run

    sys.exit(run(arguments, _open_app))


if __name__ == "__main__":
    main()
