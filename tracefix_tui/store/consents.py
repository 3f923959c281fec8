"""Consents: the hosts that the user agreed to send requests to, in this workspace."""

from __future__ import annotations

import json

from tracefix_tui.model.errors import StoreError
from tracefix_tui.model.json_value import Json
from tracefix_tui.store.files import write_atomic
from tracefix_tui.store.workspace import Workspace


class Consents:
    """The list in `.tracefix/consents.json`. A file that cannot be read holds no consent."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._path = workspace.state_dir / "consents.json"

    def given(self, host: str) -> bool:
        """Whether the user agreed to this host before."""
        return host in self._hosts()

    def give(self, host: str) -> None:
        """Remember that the user agreed; raises `StoreError` when that cannot be written."""
        self._workspace.make_state_dir()
        hosts: list[Json] = [*sorted({*self._hosts(), host})]
        try:
            write_atomic(self._path, json.dumps({"hosts": hosts}, indent=2).encode("ascii") + b"\n", mode=0o600)
        except OSError as error:
            raise StoreError(
                f"the consent cannot be kept: {error.strerror or error}",
                where=str(self._path),
                hint="Make room, or give yourself write access",
            ) from error

    def _hosts(self) -> list[str]:
        try:
            kept = json.loads(self._path.read_text(encoding="ascii"))
        except (OSError, ValueError):
            return []
        hosts = kept.get("hosts") if isinstance(kept, dict) else None
        return [h for h in hosts if isinstance(h, str)] if isinstance(hosts, list) else []
