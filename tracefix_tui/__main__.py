"""The composition root: joins the command line with the terminal app, which do not know each other."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path


def _open_app(paths: Sequence[str], tour: bool, root: Path | None) -> int:
    from tracefix_tui.ui.app import run  # textual: only when a screen is wanted

    return run(paths, tour=tour, root=root)


def main() -> None:
    """Run `tracefix-tui` with the process's arguments and exit with its code."""
    from tracefix_tui.cli.main import run

    sys.exit(run(None, _open_app))


if __name__ == "__main__":
    main()
