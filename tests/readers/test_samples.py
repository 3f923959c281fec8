import json
import os
from pathlib import Path

import pytest

from tracefix_tui.model.errors import UnreadableTrace
from tracefix_tui.readers import open_trace

FOLDER = os.environ.get("TRACEFIX_SAMPLES")
FILES = sorted(p for p in Path(FOLDER).rglob("*") if p.is_file()) if FOLDER else []


@pytest.mark.skipif(not FILES, reason="TRACEFIX_SAMPLES names no folder with exports")
def test_each_sample_opens_or_is_refused_in_words():
    for path in FILES:
        try:
            file = open_trace(str(path))
        except UnreadableTrace as refusal:
            assert refusal.what
            assert refusal.hint
            continue
        assert file.traces
        json.dumps(file.to_public()).encode()
        for trace in file.traces:
            assert len(list(trace.walk())) == len(trace.spans)
