"""Makes the demo's workspace: a git repository of its own, with prompts and two failing traces."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from tracefix_tui.demo.traces import QUESTION, agent_trace, refund_trace
from tracefix_tui.model.errors import BadInput
from tracefix_tui.model.json_value import JsonObject
from tracefix_tui.prompts.file import PromptFile
from tracefix_tui.store.git_command import Git

REFUND = "traces/refund.json"
AGENT = "traces/agent.json"
ROWS = "rows.jsonl"
_PROMPTS = ("refund_answer", "order_agent")


def make(folder: Path | None = None) -> Path:
    """Make the workspace in a new or empty folder (default: a temporary one) and give its path.

    The repository is created there and nowhere else; raises `BadInput` when the folder holds anything.
    """
    root = Path(tempfile.mkdtemp(prefix="tracefix-demo-")) if folder is None else folder.resolve()
    if root.exists() and any(root.iterdir()):
        raise BadInput(
            "the folder is not empty", where=str(root), hint="Name a new folder; the demo never writes into an old one"
        )
    root.mkdir(parents=True, exist_ok=True)
    for path, text in _files():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")
    _commit(root)
    return root


def demo_prompt(name: str) -> str:
    """The text of one of the demo's prompt files, from the wheel or the checkout."""
    package = files("tracefix_tui")
    for place in (package / "_prompts" / "demo", package / ".." / "prompts" / "demo"):
        path = place / f"{name}.prompt.yml"
        if path.is_file():
            return path.read_text(encoding="utf-8")
    raise BadInput(f"the demo's prompt {name} is not installed", hint="Install tracefix-tui again")


def _files() -> Iterator[tuple[str, str]]:
    for name in _PROMPTS:
        yield f"prompts/{name}.prompt.yml", demo_prompt(name)
    yield REFUND, _json(refund_trace(_system("refund_answer")))
    yield AGENT, _json(agent_trace(_system("order_agent")))
    yield ROWS, json.dumps(_row()) + "\n"
    yield (
        "README.md",
        "# Acme support\n\nA throw-away workspace made by `tracefix-tui demo`. Delete it whenever you like.\n",
    )


def _system(name: str) -> str:
    message = PromptFile.parse(demo_prompt(name), name).messages[0]
    return str(message["content"])


def _row() -> JsonObject:
    return {
        "id": "opened-box",
        "user_input": QUESTION,
        "retrieved_contexts": ["Unused items can be sent back within 30 days of delivery."],
        "response": "You can send it back within 90 days [2].",
    }


def _json(value: JsonObject) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def _commit(root: Path) -> None:
    git = Git(root)
    git.ask("init", "-q", "-b", "main")
    # An identity for this repository alone, so that the demo works where none is configured; no hooks, no signing.
    for key, value in (("user.name", "Demo"), ("user.email", "demo@example.invalid"), ("commit.gpgsign", "false")):
        git.ask("config", key, value)
    git.ask("add", "-A")
    git.ask("commit", "-q", "-m", "Start the demo")
