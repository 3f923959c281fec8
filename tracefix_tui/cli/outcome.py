"""How a command ends: its exit code, and one line on stderr where something went wrong. Imports next to nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable

from tracefix_tui.model.errors import EXIT_OK, EXIT_STOPPED, TracefixError
from tracefix_tui.model.text import safe


def outcome(work: Callable[[], object]) -> int:
    """Run the work and give the exit code: what it returned, else that of its error, told in one line."""
    try:
        result = work()
        return result if isinstance(result, int) else EXIT_OK
    except TracefixError as error:
        tell(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        tell("stopped")
        return EXIT_STOPPED
    except BrokenPipeError:
        sys.stderr.close()  # the reader went away, as `| head` does; the interpreter would complain of it at exit
        return EXIT_OK


def tell(words: str) -> None:
    """One line on stderr, in the program's name."""
    sys.stderr.write(f"tracefix-tui: {safe(words)}\n")
