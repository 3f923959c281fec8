"""A process that accepts one case, to be killed. Run as `python accept_worker.py ROOT CASE [EVENT]`.

It says `ready`, waits for a line, accepts, and says `done` with the number of file, process and database events
that the accept had. With EVENT it kills itself at that one.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from tests.store.conftest import FIXED, Repository
from tracefix_tui.store import commit, git_state, settle  # noqa: F401  imported now, so that events are those of the accept
from tracefix_tui.store.accept import accept, recover
from tracefix_tui.store.golden import GoldenStore

WATCHED = ("open", "os.", "subprocess.", "sqlite3.", "fcntl.", "shutil.", "tempfile.")


def main() -> None:
    root, case = Path(sys.argv[1]), sys.argv[2]
    at = int(sys.argv[3]) if len(sys.argv) > 3 else None
    repo, count = Repository(root), 0
    GoldenStore(repo.workspace).count()
    print("ready", flush=True)
    sys.stdin.readline()
    armed = False

    def hook(event: str, args: tuple[object, ...]) -> None:
        nonlocal count
        if armed and event.startswith(WATCHED):
            count += 1
            if count == at:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
    armed = True
    recover(repo.workspace)
    accept(repo.plan(case=case, text=FIXED + f"# {case}\n"))
    armed = False
    print(f"done {count}", flush=True)


if __name__ == "__main__":
    main()
