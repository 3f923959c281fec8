"""The demo's workspace and its recorded call."""

from __future__ import annotations

from pathlib import Path

import pytest

from tracefix_tui.demo.workspace import REFUND, make
from tracefix_tui.readers import open_trace
from tracefix_tui.store.workspace import Workspace
from tracefix_tui.workbench.recording import Recording, choose_span, record


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.find(make(tmp_path / "shop"))


@pytest.fixture
def recording(workspace: Workspace) -> Recording:
    opened = open_trace(str(workspace.root / REFUND))
    trace = opened.traces[0]
    return record(trace, choose_span(trace), path=REFUND, source_format="otlp", prompts_dir=workspace.prompts_dir)
