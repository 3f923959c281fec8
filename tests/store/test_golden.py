"""The golden dataset: what goes in comes out, by name, tag, set and text, and through files."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.store.conftest import Repository
from tracefix_tui.model.case import Case, CaseCheck, Provenance
from tracefix_tui.model.errors import BadInput, StoreError
from tracefix_tui.store.accept import accept
from tracefix_tui.store.case_file import case_path, dump_case, parse_case
from tracefix_tui.store.golden import GoldenStore
from tracefix_tui.store.workspace import Workspace

FULL = Case(
    name="opened-box",
    prompt="team/answer",
    set_name="refunds",
    variables={"question": "How long? 日本", "n": 3, "deep": {"x": [1, None, 2.5]}},
    messages=[{"role": "system", "content": "Answer."}, {"role": "user", "content": "How long?"}],
    documents=[{"id": "d1", "content": "Refunds end after 30 days.", "score": 0.5, "rank": 0, "metadata": {}}],
    tools=[{"type": "function", "function": {"name": "get_order", "parameters": {"type": "object"}}}],
    tool_choice="auto",
    response_format={"type": "json_object"},
    model="offline/extractive",
    params={"temperature": 0},
    bad_output={"role": "assistant", "content": "60 days", "tool_calls": [{"id": "c1", "function": {"name": "x"}}]},
    expected="30 days [1].",
    expected_message={"role": "assistant", "content": "30 days"},
    checks=[CaseCheck(check="contains", params={"value": "30 days"}), CaseCheck(check="cites")],
    tags=["refund", "policy-limit"],
    notes="seen twice",
    provenance=Provenance(trace_id="t", span_id="s", created="2026-01-01T00:00:00+00:00"),
)


def case(name: str, **rest: object) -> Case:
    return Case(name=name, prompt="answer", **rest)  # type: ignore[arg-type]


@pytest.fixture
def store(tmp_path: Path) -> GoldenStore:
    return GoldenStore(Workspace.find(tmp_path))


def test_reading_an_empty_workspace_writes_nothing(store: GoldenStore) -> None:
    assert (store.list(), store.count(), store.tags(), store.version(), store.sets()) == ((), 0, {}, 0, {})
    assert not store.workspace.state_dir.exists()


def test_a_case_comes_back_as_it_was(store: GoldenStore) -> None:
    assert store.add(FULL) == "added"
    assert (
        store.get("team/answer", "opened-box")
        == FULL
        == store.find("opened-box")
        == store.find("team/answer/opened-box")
    )
    assert store.add(FULL) == "unchanged"
    assert store.version() == 1


def test_another_case_of_that_name_needs_to_be_said(store: GoldenStore) -> None:
    store.add(case("a", notes="first"))
    with pytest.raises(StoreError, match="already"):
        store.add(case("a", notes="second"))
    assert store.add(case("a", notes="second"), replace=True) == "replaced"
    assert [(c.version, c.action, c.case and c.case.notes) for c in store.history("answer", "a")] == [
        (2, "replaced", "second"),
        (1, "added", "first"),
    ]


def test_cases_are_found_by_set_tag_prompt_and_text(store: GoldenStore) -> None:
    store.add(FULL)
    store.add(case("b", tags=["refund"], messages=[{"role": "user", "content": "partial refunds, please!"}]))
    store.add(case("c", tags=["tool-loop"], notes="100% of 日本語テキスト"))

    def names(**rest: str) -> list[str]:
        found = store.list(**rest)  # type: ignore[arg-type]
        assert store.count(**rest) == len(found)
        return [c.name for c in found]

    assert names() == ["b", "c", "opened-box"]
    assert names(tag="refund") == ["b", "opened-box"]
    assert names(set_name="refunds") == ["opened-box"]
    assert names(prompt="answer", tag="refund") == ["b"]
    assert names(text="REFUNDS end") == ["opened-box"]
    assert names(text="refun") == ["b", "opened-box"]
    assert names(text="please partial") == ["b"]
    assert names(text="please!") == ["b"]
    assert names(text="本語テ") == ["c"]
    assert names(text='"') == names(text='AND OR NOT ( * "') == names(text="\0 zz\0") == []
    assert names(text="   ") == ["b", "c", "opened-box"]
    assert [c.name for c in store.list(limit=1, offset=1)] == ["c"]
    assert store.tags() == {"refund": 2, "policy-limit": 1, "tool-loop": 1}
    assert store.sets() == {"default": 2, "refunds": 1}


def test_the_search_forgets_what_was_replaced_and_removed(store: GoldenStore) -> None:
    store.add(case("a", notes="walrus"))
    store.add(case("a", notes="penguin"), replace=True)
    assert (store.count(text="walrus"), store.count(text="penguin")) == (0, 1)
    store.remove("answer", "a")
    assert store.count(text="penguin") == 0
    with pytest.raises(StoreError, match="no case"):
        store.get("answer", "a")
    with pytest.raises(StoreError, match="no case"):
        store.remove("answer", "a")


def test_tags_are_added_in_order_and_taken_away(store: GoldenStore) -> None:
    store.add(case("a", tags=["one", "one"]))
    assert store.tag("answer", "a", "two", "one", "three").tags == ["one", "two", "three"]
    assert store.untag("answer", "a", "two", "never").tags == ["one", "three"]
    assert store.find("a").tags == ["one", "three"]
    before = store.version()
    store.tag("answer", "a", "one")
    assert store.version() == before
    with closing(sqlite3.connect(store.workspace.state_dir / "golden.db")) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    for bad in ("", " ", "a,b", "a\nb", "x" * 101):
        with pytest.raises(StoreError, match="cannot be a tag"):
            store.tag("answer", "a", bad)


def test_a_name_that_two_prompts_use_has_to_be_said_whole(store: GoldenStore) -> None:
    store.add(case("same"))
    store.add(Case(name="same", prompt="other"))
    with pytest.raises(StoreError, match="answer/same, other/same"):
        store.find("same")
    assert store.find("other/same").prompt == "other"


def test_tagging_and_removing_keep_the_case_file_in_step(repo: Repository) -> None:
    done = accept(repo.plan())
    store = GoldenStore(repo.workspace)
    path = repo.root / str(done.case_path)
    store.tag("answer", "opened-box", "refund")
    assert parse_case(path.read_text()).tags == ["refund"]
    store.remove("answer", "opened-box")
    assert not path.exists()
    assert repo.git("log", "--format=%H").split()[0] == done.commit


def test_secrets_are_taken_out_before_a_case_is_kept(store: GoldenStore) -> None:
    store.add(case("a", notes="key ghp_" + "aB3dE5gH7j" * 4))
    assert store.find("a").notes == "key [secret removed: github token]"


@pytest.mark.parametrize(
    "name", ["../x", "a/b", "", ".", "..", ".hidden", "a b", "NUL", "com1.json", "x" * 101, "a.", "ä"]
)
def test_case_names_are_plain_file_names(store: GoldenStore, name: str) -> None:
    with pytest.raises(StoreError, match="cannot name a case"):
        store.add(case(name), with_file=True)
    assert not store.workspace.golden_files_dir.exists()


@pytest.mark.parametrize("prompt", ["../x", "a/../b", "/x", "a//b", "a\\b", ""])
def test_prompt_names_cannot_leave_the_folder(store: GoldenStore, prompt: str) -> None:
    with pytest.raises(BadInput):
        store.add(Case(name="x", prompt=prompt), with_file=True)
    assert not store.workspace.golden_files_dir.exists()


def test_a_case_file_is_stable_and_readable() -> None:
    text = dump_case(case("a", tags=["b"], variables={"z": "日本", "a": float("inf"), "half": "\ud800"}))
    assert text == (
        '{\n  "name": "a",\n  "prompt": "answer",\n  "tags": [\n    "b"\n  ],\n'
        '  "variables": {\n    "a": "Infinity",\n    "half": "\\ud800",\n    "z": "日本"\n  }\n}\n'
    )
    assert dump_case(parse_case(text)) == text


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
objects = st.dictionaries(st.text(), json_values, max_size=3)


@settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)
@given(
    variables=objects,
    messages=st.lists(objects, max_size=2),
    params=objects,
    notes=st.text(st.characters(exclude_categories=["Cs"])),
    expected=st.none() | st.text(st.characters(exclude_categories=["Cs"])),
)
def test_any_case_survives_file_and_row(
    store: GoldenStore, variables: object, messages: object, params: object, notes: str, expected: str | None
) -> None:
    made = case("a", variables=variables, messages=messages, params=params, notes=notes, expected=expected)
    assert parse_case(dump_case(made)) == made
    store.add(made, replace=True)
    assert store.find("a") == made


def test_the_dataset_is_rebuilt_from_the_case_files(repo: Repository) -> None:
    accept(repo.plan())
    store = GoldenStore(repo.workspace)
    store.add(FULL, with_file=True)
    for path in repo.root.glob(".tracefix/golden.db*"):
        path.unlink()
    repo.write("prompts/golden/answer/broken.json", "{")
    repo.write("prompts/golden/answer/moved.json", dump_case(case("other")))
    repo.write("prompts/golden/answer/odd.json", '{"name": "odd", "prompt": "answer", "tags": 3}')
    report = store.rebuild()
    assert (report.added, report.replaced, report.unchanged) == (2, 0, 0)
    assert [p.split(":")[0] for p in report.problems] == [
        f"prompts/golden/answer/{n}.json" for n in ("broken", "moved", "odd")
    ]
    assert "tags" in report.problems[2]
    assert store.find("team/answer/opened-box") == FULL
    assert store.rebuild().unchanged == 2
    assert case_path(repo.workspace, FULL.prompt, FULL.name) == repo.root / "prompts/golden/team/answer/opened-box.json"


ROWS = [
    {
        "id": "q1",
        "user_input": "How long?",
        "retrieved_contexts": ["30 days.", {"id": "d2", "content": "Boxes."}],
        "response": "60 days",
        "reference": "30 days",
        "checks": ["contains:30 days", {"check": "cites", "params": {}}],
        "tags": ["refund"],
        "mood": "bad",
    },
    {"name": "q1", "messages": [{"role": "user", "content": "Hi"}], "expected": "Hello", "variables": {"x": "y"}},
    {"user_input": "What is ghp_" + "aB3dE5gH7j" * 4},
]


def test_rows_of_evaluation_datasets_become_cases(store: GoldenStore, tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join([*(json.dumps(r) for r in ROWS), "", "{broken", "[1]", '{"name": "bad", "tags": 3}']))
    report = store.import_rows(path, set_name="imported")
    assert (report.added, report.ignored, report.secrets) == (3, ("mood",), 1)
    assert [p.split(":")[0] for p in report.problems] == [f"rows.jsonl, line {n}" for n in (5, 6, 7)]
    first, second, third = store.find("q1"), store.find("q1-2"), store.find("row-3")
    assert first.messages == [{"role": "user", "content": "How long?"}]
    assert [d["content"] for d in first.documents] == ["30 days.", "Boxes."]
    assert first.bad_output == {"role": "assistant", "content": "60 days"}
    assert (first.expected, first.set_name, first.tags) == ("30 days", "imported", ["refund"])
    assert first.checks == [CaseCheck(check="contains", params={"value": "30 days"}), CaseCheck(check="cites")]
    assert (second.expected, second.variables) == ("Hello", {"x": "y"})
    assert third.messages[0]["content"] == "What is [secret removed: github token]"
    assert store.import_rows(path, set_name="imported").unchanged == 3


def test_csv_rows_become_the_same_cases(store: GoldenStore, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(
        "id,user_input,retrieved_contexts,response,reference,checks,tags\n"
        'q1,"How\nlong?","[""30 days."", ""Boxes.""]",60 days,30 days,contains:30 days,"refund, box"\n'
        "q2,Hi,one text,,,,\n",
        encoding="utf-8-sig",
    )
    assert store.import_rows(path).added == 2
    first, second = store.find("q1"), store.find("q2")
    assert first.messages == [{"role": "user", "content": "How\nlong?"}]
    assert [d["content"] for d in first.documents] == ["30 days.", "Boxes."]
    assert (first.expected, first.tags) == ("30 days", ["refund", "box"])
    assert first.checks == [CaseCheck(check="contains", params={"value": "30 days"})]
    assert ([d["content"] for d in second.documents], second.bad_output) == (["one text"], None)


@pytest.mark.parametrize("format", ["jsonl", "csv"])
def test_what_is_exported_is_imported_without_loss(store: GoldenStore, tmp_path: Path, format: str) -> None:
    cases = [FULL, case("plain"), case("text", notes='a,"b"\n[1]', expected="[not json", messages=[{"content": "x"}])]
    for made in cases:
        store.add(made)
    path = tmp_path / f"out.{format}"
    text = "".join(store.export(format))  # type: ignore[arg-type]
    path.write_text(text, encoding="utf-8", newline="")
    other = GoldenStore(Workspace(tmp_path / "other"))
    report = other.import_rows(path)
    assert (report.added, report.problems, report.ignored) == (3, (), ())
    assert other.list() == store.list()
    rows = (
        [json.loads(line) for line in text.splitlines()]
        if format == "jsonl"
        else list(csv.DictReader(io.StringIO(text)))
    )
    assert rows[2]["user_input"] == "How long?" and rows[2]["reference"] == "30 days [1]."
    assert rows[2]["id"] == "team/answer/opened-box"


def test_prompts_may_use_one_name_for_their_own_cases(store: GoldenStore, tmp_path: Path) -> None:
    for prompt in ("a", "b"):
        store.add(Case(name="same", prompt=prompt, messages=[{"role": "user", "content": prompt}]))
    (tmp_path / "out.jsonl").write_text("".join(store.export()), encoding="utf-8")
    (tmp_path / "other").mkdir()
    other = GoldenStore(Workspace.find(tmp_path / "other"))
    other.import_rows(tmp_path / "out.jsonl")
    assert other.list() == store.list()
    twice = tmp_path / "twice.jsonl"
    twice.write_text('{"name": "n", "user_input": "1"}\n{"name": "n", "user_input": "2"}\n', encoding="utf-8")
    other.import_rows(twice)
    assert [c.name for c in other.list(prompt="imported")] == ["n", "n-2"]


@pytest.mark.parametrize(
    ("cell", "documents"),
    [
        ("""["it's one", 'two "x"']""", ["it's one", 'two "x"']),
        (r"['a', 'b\nc']", ["a", "b\nc"]),
        ('["a", "b"]', ["a", "b"]),
        ("[1] see the manual", ["[1] see the manual"]),
        ("[__import__('os')]", ["[__import__('os')]"]),
    ],
)
def test_lists_as_data_frames_write_them(store: GoldenStore, tmp_path: Path, cell: str, documents: list[str]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([["name", "user_input", "retrieved_contexts"], ["x", "q", cell]])
    (tmp_path / "rows.csv").write_text(text.getvalue(), encoding="utf-8")
    store.import_rows(tmp_path / "rows.csv")
    assert [d["content"] for d in store.find("x").documents] == documents


def test_files_that_are_no_datasets_are_refused_in_words(store: GoldenStore, tmp_path: Path) -> None:
    (tmp_path / "bytes.jsonl").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "list.json").write_text("[{")
    for name, words in (("bytes.jsonl", "UTF-8"), ("absent.jsonl", "cannot be read"), ("list.json", "not JSON")):
        with pytest.raises(StoreError, match=words):
            store.import_rows(tmp_path / name)
    assert not store.workspace.state_dir.exists()


def test_damaged_and_newer_databases_are_told_in_words(store: GoldenStore) -> None:
    store.add(case("a"))
    path = store.workspace.state_dir / "golden.db"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('golden', 'm999_later', '')"
        )
    with pytest.raises(StoreError, match="newer version"):
        store.list()
    for other in path.parent.glob("golden.db*"):
        other.unlink()
    path.write_bytes(b"this is no database, but it is long enough to be looked at" * 40)
    with pytest.raises(StoreError, match="golden import"):
        store.list()


def test_processes_that_make_the_dataset_at_once_lose_nothing(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from tracefix_tui.model.case import Case\n"
        "from tracefix_tui.store.golden import GoldenStore; from tracefix_tui.store.workspace import Workspace\n"
        "store = GoldenStore(Workspace(Path(sys.argv[1])))\n"
        "for i in range(10): store.add(Case(name=f'{sys.argv[2]}-{i}', prompt='answer'))"
    )
    workers = [subprocess.Popen([sys.executable, "-c", program, str(tmp_path), str(n)]) for n in range(4)]
    assert [w.wait() for w in workers] == [0] * 4
    store = GoldenStore(Workspace(tmp_path))
    assert (store.count(), store.version()) == (40, 40)


def test_reading_does_not_import_what_only_writing_needs(store: GoldenStore) -> None:
    store.add(case("a"))
    program = (
        "import sys; from pathlib import Path; from tracefix_tui.store.golden import GoldenStore\n"
        "from tracefix_tui.store.accept import recover; from tracefix_tui.store.workspace import Workspace\n"
        "w = Workspace(Path(sys.argv[1])); assert recover(w) == []\n"
        "assert 'pydantic' not in sys.modules\n"
        "assert GoldenStore(w).count() == 1\n"
        "assert not {'git', 'sqlite_utils', 'litellm', 'textual'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program, str(store.workspace.root)], check=True)
