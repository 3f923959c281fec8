"""Drafts: unfinished edits that survive a crash. One file per key, whole or absent."""

from __future__ import annotations

import hashlib
from pathlib import Path

from tracefix_tui.model.errors import StoreError
from tracefix_tui.model.json_value import JsonObject
from tracefix_tui.store.files import sweep, write_atomic
from tracefix_tui.store.json_bytes import parse
from tracefix_tui.store.workspace import Workspace


class Drafts:
    """The drafts of a workspace in `.tracefix/drafts/`.

    They are kept as typed, because a draft in which words were replaced is not the user's any more; the files are
    readable by their owner alone. What is stored for good, attempts and cases, is scrubbed of secrets.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._folder = workspace.state_dir / "drafts"
        self.damaged: tuple[Path, ...] = ()
        sweep(self._folder)

    def save(self, key: str, draft: JsonObject) -> None:
        """Keep a draft in place of the one of this key; raises `StoreError` when it cannot be written."""
        import json

        self._workspace.make_state_dir("drafts")
        text = json.dumps({"key": key, "draft": draft})
        try:
            write_atomic(self._path(key), text.encode("ascii"), mode=0o600)
        except OSError as error:
            raise StoreError(
                f"the draft cannot be kept: {error.strerror or error}",
                where=str(self._folder),
                hint="Make room, or give yourself write access",
            ) from error

    def load(self, key: str) -> JsonObject | None:
        """The draft of a key, None where there is none.

        A damaged file is set aside, named in `damaged`, and counts as none.
        """
        path = self._path(key)
        try:
            kept = parse(path.read_text(encoding="utf-8"))
            if isinstance(kept, dict) and kept.get("key") == key and isinstance(kept.get("draft"), dict):
                return kept["draft"]  # type: ignore[return-value]
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            pass
        aside = path.with_suffix(".damaged")
        try:
            path.replace(aside)
        except OSError:
            aside = path
        self.damaged = (*self.damaged, aside)
        return None

    def delete(self, key: str) -> None:
        """Forget the draft of a key; there need be none."""
        try:
            self._path(key).unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(
                f"the draft cannot be removed: {error.strerror or error}",
                where=str(self._folder),
                hint="Give yourself write access",
            ) from error

    def _path(self, key: str) -> Path:
        return self._folder / f"{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}.json"
