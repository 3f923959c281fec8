"""The clipboard ladder, snippets, the library of files, the keymap."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tracefix_tui.model.attempt import Request
from tracefix_tui.model.errors import TracefixError
from tracefix_tui.model.message import Message
from tracefix_tui.ui import clipboard, snippets
from tracefix_tui.ui.keys import KEYS, keymap
from tracefix_tui.ui.library import Library


def test_the_clipboard_takes_the_terminal_where_there_is_no_desktop() -> None:
    sent: list[str] = []
    words = clipboard.copy("1,204 characters", sent.append, environ={})
    assert sent == ["1,204 characters"] and "OSC 52" in words and "16 characters" in words


def test_over_ssh_the_desktop_is_not_asked() -> None:
    assert clipboard.clipboard_command({"SSH_CONNECTION": "here there", "DISPLAY": ":0"}, "darwin") is None


def test_a_text_too_long_for_the_terminal_goes_to_a_file() -> None:
    words = clipboard.copy("x" * 200_000, lambda _: pytest.fail("too long"), environ={})
    path = Path(words.rsplit(" ", 1)[1])
    assert len(path.read_text(encoding="utf-8")) == 200_000
    path.unlink()


def test_snippets_send_the_request() -> None:
    request = Request("gpt-4o-mini", (Message.of("user", 'it\'s "here"'),), {"temperature": 0.2})
    assert json.loads(snippets.as_json(request)) == request.to_litellm()
    compile(snippets.as_litellm(request), "snippet", "exec")
    assert "$OPENAI_API_KEY" in snippets.as_curl(request)


def test_a_single_bad_file_is_an_error_and_one_of_many_a_note(tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text("not a trace", encoding="utf-8")
    with pytest.raises(TracefixError):
        Library.of([str(bad)])
    library = Library.of([str(bad), str(tmp_path / "missing.json")])
    assert len(library.failed) == 2 and not library.entries


def test_the_keymap_names_what_it_does_not_know() -> None:
    chosen, problems = keymap({"zoom": "x", "nothing": "y", "find": 3})
    assert chosen == {"zoom": "x"} and len(problems) == 2
    assert keymap(None) == ({}, [])


def test_no_key_is_one_that_terminals_and_tmux_take() -> None:
    taken = {"ctrl+a", "ctrl+b", "ctrl+h", "ctrl+i", "ctrl+k", "ctrl+l", "ctrl+m", "ctrl+z", "f10", "f11", "f12"}
    used = {key: name for name, entry in KEYS.items() for key in entry.keys.split(",")}
    assert {used[key] for key in taken & set(used)} <= {"undo"}  # where one types, ctrl+z is what hands do
