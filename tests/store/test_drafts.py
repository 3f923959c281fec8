"""Drafts survive a crash, and a damaged one is set aside and told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tracefix_tui.model.errors import StoreError
from tracefix_tui.store.drafts import Drafts
from tracefix_tui.store.workspace import Workspace

DRAFT = {"edits": [{"edit": "template", "index": 0, "text": "日本 \ud800"}], "n": 1}


@pytest.fixture
def drafts(tmp_path: Path) -> Drafts:
    return Drafts(Workspace(tmp_path))


def test_a_draft_is_saved_loaded_and_deleted(drafts: Drafts, tmp_path: Path) -> None:
    assert drafts.load("t/s") is None
    drafts.delete("t/s")
    assert not (tmp_path / ".tracefix").exists()
    drafts.save("t/s", DRAFT)
    drafts.save("../../out\0", {})
    assert Drafts(Workspace(tmp_path)).load("t/s") == DRAFT
    assert drafts.load("../../out\0") == {}
    drafts.save("t/s", {"n": 2})
    assert drafts.load("t/s") == {"n": 2}
    drafts.delete("t/s")
    assert drafts.load("t/s") is None
    assert len(list((tmp_path / ".tracefix/drafts").iterdir())) == 1
    assert (tmp_path / ".tracefix/.gitignore").read_text() == "*\n"


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff", b"[]", b'{"key": "other", "draft": {}}', b'{"key": "k", "draft": 3}', b"[" * 100_000],
)
def test_a_damaged_draft_is_set_aside(drafts: Drafts, content: bytes) -> None:
    drafts.save("k", DRAFT)
    (path,) = drafts._folder.iterdir()
    path.write_bytes(content)
    assert drafts.load("k") is None
    (aside,) = drafts._folder.iterdir()
    assert (drafts.damaged, aside.read_bytes()) == ((aside,), content)
    assert drafts.load("k") is None
    drafts.save("k", DRAFT)
    assert drafts.load("k") == DRAFT


@pytest.mark.skipif(os.name != "posix", reason="modes and signals are of POSIX")
def test_only_the_owner_reads_a_draft(drafts: Drafts) -> None:
    drafts.save("k", DRAFT)
    (path,) = drafts._folder.iterdir()
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_draft_that_cannot_be_kept_is_told(drafts: Drafts, tmp_path: Path) -> None:
    (tmp_path / ".tracefix").mkdir()
    (tmp_path / ".tracefix/drafts").write_text("a file where a folder should be")
    with pytest.raises(StoreError, match="cannot write here"):
        drafts.save("k", DRAFT)


@pytest.mark.skipif(os.name != "posix", reason="modes and signals are of POSIX")
def test_a_writer_killed_at_any_time_leaves_a_whole_draft_and_no_litter(tmp_path: Path) -> None:
    program = (
        "import sys, itertools; from pathlib import Path; from tracefix_tui.store.drafts import Drafts\n"
        "from tracefix_tui.store.workspace import Workspace\n"
        "drafts = Drafts(Workspace(Path(sys.argv[1]))); drafts.save('k', {}); print('go', flush=True)\n"
        "for n in itertools.count(): drafts.save('k', {'n': n, 'text': 'x' * 200_000, 'again': n})"
    )
    for number in range(4):
        writer = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE)
        assert writer.stdout
        with writer.stdout:
            writer.stdout.readline()
            time.sleep(0.01 + 0.007 * number)
            writer.send_signal(signal.SIGKILL)
            writer.wait()
        drafts = Drafts(Workspace(tmp_path))
        kept = drafts.load("k")
        assert kept is not None and kept.get("n") == kept.get("again")
        assert len(list((tmp_path / ".tracefix/drafts").iterdir())) == 1
