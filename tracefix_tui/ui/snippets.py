"""A recorded call as code that sends it again: Python with LiteLLM, JSON, curl. Keys come from the environment."""

from __future__ import annotations

import json
import shlex

from tracefix_tui.model.attempt import Request
from tracefix_tui.model.json_value import JsonObject


def as_json(request: Request) -> str:
    """The request as LiteLLM takes it."""
    return json.dumps(request.to_litellm(), ensure_ascii=False, indent=2)


def as_litellm(request: Request) -> str:
    """A Python script."""
    lines = [f"    {name}={_python(value)}," for name, value in request.to_litellm().items()]
    call = "\n".join(lines)
    return f"import litellm\n\nresponse = litellm.completion(\n{call}\n)\nprint(response.choices[0].message)\n"


def as_curl(request: Request) -> str:
    """A request to an OpenAI-compatible server; `$OPENAI_BASE_URL` names another one."""
    body: JsonObject = request.to_litellm()
    data = shlex.quote(json.dumps(body, ensure_ascii=False))
    return (
        'curl "${OPENAI_BASE_URL:-https://api.openai.com/v1}/chat/completions" \\\n'
        '  -H "Authorization: Bearer $OPENAI_API_KEY" \\\n'
        '  -H "Content-Type: application/json" \\\n'
        f"  -d {data}\n"
    )


def _python(value: object) -> str:
    import pprint  # only when something is copied

    return pprint.pformat(value, width=100, sort_dicts=False).replace("\n", "\n    ")
