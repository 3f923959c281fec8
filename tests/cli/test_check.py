"""`check`: rows from anywhere, checks by name, and how it ends."""

from __future__ import annotations

import gzip
import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.cli.conftest import Cli, Ran

GOOD = {"id": "a", "response": "You have 30 days, or 60."}
BAD = {"id": "b", "response": "It depends."}


def lines(*rows: object) -> bytes:
    return b"\n".join(json.dumps(row).encode() for row in rows)


def verdicts(done: Ran) -> list[tuple[object, str]]:
    return [(row["id"], row["verdict"]) for row in map(json.loads, done.out.splitlines())]


@pytest.mark.parametrize(
    "data",
    [
        lines(GOOD, BAD),
        b"\xef\xbb\xbf" + lines(GOOD, BAD).replace(b"\n", b"\r\n\r\n"),
        gzip.compress(lines(GOOD, BAD)),
        json.dumps([GOOD, BAD], indent=1).encode(),
        lines(GOOD, BAD).decode().encode("utf-16"),
    ],
    ids=["lines", "mark and empty lines", "packed", "a list", "utf-16"],
)
def test_rows_in_every_form(cli: Cli, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "rows").write_bytes(data)
    done = cli("check", str(tmp_path / "rows"), "--checks", "contains:30", "--json")
    assert verdicts(done) == [("a", "pass"), ("b", "fail")] and done.code == 1


def test_rows_from_standard_input(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(lines(GOOD))))
    assert verdicts(cli("check", "-", "--checks", "contains:30", "--json")) == [("a", "pass")]


def test_rows_that_cannot_be_read_are_told_and_the_rest_is_judged(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(lines(GOOD, 7, BAD) + b'\n{"id": "c", "resp\n' + lines(GOOD))
    done = cli("check", str(path), "--checks", "contains:30", "--json")
    assert verdicts(done) == [("a", "pass"), ("b", "fail"), ("a", "pass")] and done.code == 2
    assert "1 of 5 lines skipped" in done.err and "row 2 skipped" in done.err


@pytest.mark.parametrize("text", ["", "hello", '{"response":' + "[" * 100_000, "nosuch"])
def test_what_holds_no_rows_is_refused_in_words(cli: Cli, tmp_path: Path, text: str) -> None:
    path = tmp_path / "rows.jsonl"
    if text != "nosuch":
        path.write_text(text, encoding="utf-8")
    done = cli("check", str(path))
    assert done.code == 2 and done.out == "" and done.err.count("\n") == 1


def test_a_check_with_a_comma_in_its_value(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "rows").write_bytes(lines(GOOD))
    done = cli("check", str(tmp_path / "rows"), "--check", "contains:30 days, or 60", "--check", r"regex:\d{2,3}")
    assert done.code == 0 and done.out.count("pass") == 2


@pytest.mark.parametrize("spec", ["contains:", "contains: ", "regex:(", "contains", "nosuch", "max-length:many"])
def test_checks_that_cannot_be_run_are_refused(cli: Cli, spec: str) -> None:
    assert cli("check", "rows.jsonl", "--check", spec).code == 2
    assert cli("check", "rows.jsonl", "--checks", spec).code == 2
    assert cli("check", "rows.jsonl", "--checks", ",").code == 2


def test_near_names_are_named(cli: Cli) -> None:
    assert "Did you mean citation-missing" in cli("check", "rows.jsonl", "--checks", "citation-mising").err
    assert "There are call-error, " in cli("check", "rows.jsonl", "--checks", "zzz").err


def test_checks_that_could_measure_nothing_are_not_passed(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "rows").write_bytes(lines(GOOD, BAD))
    assert cli("check", str(tmp_path / "rows"), "--checks", "tool-unknown").code == 3
    assert cli("check", str(tmp_path / "rows"), "--checks", "tool-unknown,max-length:400").code == 0
