"""What secrets look like: prefixes that issuers publish, and values given to names that mean a secret."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True)
class Shape:
    """One kind of secret. It cannot occur without one of its `anchors`, and they are far cheaper to look for.

    `leading` says that the pattern begins with them. The secret is the group `s` where the pattern has one, else the
    whole match. `random` demands a run of letters and digits that no word has.
    """

    kind: str
    anchors: tuple[str, ...]
    pattern: re.Pattern[str]
    random: bool = False
    leading: bool = True


def _shape(kind: str, anchors: str, pattern: str, *, random: bool = False, leading: bool = True) -> Shape:
    return Shape(kind, tuple(anchors.split(",")), re.compile(pattern), random, leading)


_START = r"(?<![A-Za-z0-9])"
_NO_MORE = r"(?![A-Za-z0-9_-])"
_PEM = (
    r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----"
    r"(?:(?:[^-]|-(?!----)){0,20000}-----END [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----"
    r"|(?:(?:\s|\\[nr]){0,4}[A-Za-z0-9+/=]{16,})+)"
)
_QUOTES = r"[\"'\\]{0,4}"
_BASIC = (
    rf"(?i:authorization){_QUOTES}\s{{0,4}}[:=]\s{{0,4}}{_QUOTES}[Bb]asic[ \t]{{1,4}}"
    r"(?P<s>[A-Za-z0-9+/]{8,2000}={0,2})"
)
_URL = (
    r"(?<![A-Za-z0-9+.-])[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s/?#:@\"'<>\\]{0,200}:"
    r"(?P<s>[^\s/?#@\"'<>\\{}\[\]]{1,200})@[A-Za-z0-9\[]"
)
_JWT = r"eyJ[A-Za-z0-9_-]{8,5000}\.eyJ[A-Za-z0-9_-]{8,20000}\.[A-Za-z0-9_-]{8,5000}"
_BEARER = r"(?<![A-Za-z])[Bb]earer[ \t]{1,4}(?P<s>[A-Za-z0-9._~+/-]{16,5000}={0,2})"
_OPENAI = r"sk-(?!ant-|lf-|or-)(?:proj-|svcacct-|admin-|None-)?[A-Za-z0-9_-]{20,300}"
_SLACK_HOOK = r"hooks\.slack\.com/(?:services|workflows)/(?P<s>[A-Za-z0-9/_-]{20,200})"

SHAPES = (
    _shape("private key", "-----BEGIN ", _PEM),
    _shape("anthropic key", "sk-ant-", _START + r"sk-ant-[A-Za-z0-9_-]{20,300}"),
    _shape("langfuse key", "sk-lf-", _START + r"sk-lf-[0-9a-f-]{20,60}"),
    _shape("openrouter key", "sk-or-", _START + r"sk-or-(?:v1-)?[A-Za-z0-9]{20,200}"),
    _shape("openai key", "sk-", _START + _OPENAI, random=True),
    _shape("aws access key", "AKIA,ASIA,ABIA,ACCA", _START + r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])"),
    _shape("google key", "AIza", _START + r"AIza[A-Za-z0-9_-]{35}" + _NO_MORE),
    _shape("google key", "ya29.", _START + r"ya29\.[A-Za-z0-9_-]{20,500}"),
    _shape("google key", "GOCSPX-", _START + r"GOCSPX-[A-Za-z0-9_-]{20,60}"),
    _shape("github token", "ghp_,gho_,ghu_,ghs_,ghr_", _START + r"gh[pousr]_[A-Za-z0-9]{30,255}"),
    _shape("github token", "github_pat_", _START + r"github_pat_[A-Za-z0-9_]{22,255}"),
    _shape("gitlab token", "glpat-", _START + r"glpat-[A-Za-z0-9_-]{20,100}"),
    _shape("slack token", "xox,xapp-", _START + r"(?:xox[abprso]|xapp)-[A-Za-z0-9-]{10,250}"),
    _shape("slack webhook", "hooks.slack.com/", _SLACK_HOOK),
    _shape("hugging face token", "hf_", _START + r"hf_[A-Za-z0-9]{30,100}"),
    _shape(
        "stripe key", "sk_live_,sk_test_,rk_live_,rk_test_", _START + r"(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,250}"
    ),
    _shape("langsmith key", "lsv2_", _START + r"lsv2_(?:pt|sk)_[A-Za-z0-9_]{20,100}"),
    _shape("groq key", "gsk_", _START + r"gsk_[A-Za-z0-9]{30,100}"),
    _shape("xai key", "xai-", _START + r"xai-[A-Za-z0-9]{40,150}"),
    _shape("perplexity key", "pplx-", _START + r"pplx-[A-Za-z0-9]{30,100}"),
    _shape("nvidia key", "nvapi-", _START + r"nvapi-[A-Za-z0-9_-]{40,150}"),
    _shape("tavily key", "tvly-", _START + r"tvly-[A-Za-z0-9-]{20,100}", random=True),
    _shape("pinecone key", "pcsk_", _START + r"pcsk_[A-Za-z0-9_]{30,150}"),
    _shape("replicate token", "r8_", _START + r"r8_[A-Za-z0-9]{30,60}"),
    _shape("sendgrid key", "SG.", _START + r"SG\.[A-Za-z0-9_-]{16,40}\.[A-Za-z0-9_-]{30,60}"),
    _shape("pypi token", "pypi-", _START + r"pypi-[A-Za-z0-9_-]{50,300}"),
    _shape("npm token", "npm_", _START + r"npm_[A-Za-z0-9]{30,60}"),
    _shape("databricks token", "dapi", _START + r"dapi[0-9a-f]{32}(?:-\d)?(?![A-Za-z0-9])"),
    _shape("jwt", "eyJ", _START + _JWT),
    _shape("authorization header", "earer", _BEARER, random=True, leading=False),
    _shape("authorization header", "asic", _BASIC, leading=False),
    _shape("password in a url", "://", _URL, leading=False),
)

# A name that means a secret, then its value: in code, JSON (also escaped once or twice), headers, YAML or a shell.
KEYWORDS = (
    *("password", "passwd", "passphrase", "pwd", "secret", "token", "credential"),
    *(f"{of}{gap}key" for of in ("api", "access", "private", "account") for gap in ("_", "-", "")),
)
NAME = re.compile(
    r"(?:password|passwd|passphrase|pwd|secret|token|credential|(?:api|access|private|account)[_-]?key)s?"
    r"(?:[_-](?:key|value|access[_-]key))?",
    re.IGNORECASE,
)
_UNQUOTED = r"[^\s\"'\\,;&<>(){}\[\]]"
ASSIGNED = re.compile(
    rf"[\"'\\]{{0,6}}[ \t]{{0,4}}(?P<sign>=>|:=|==?|:)[ \t]{{0,4}}(?P<quote>[\"'\\]{{0,6}})(?P<s>{_UNQUOTED}{{6,64}})"
)
REST = re.compile(_UNQUOTED + "*")
_PLACEHOLDER = re.compile(
    r"(?:\$|%|\*{3}|x{4}|\.\.\.|<|your|my[_-]|example|change-?me|placeholder|redacted|none$|null$|true$|false$"
    r"|undefined$|optional|required|string$|str$|os\.|env\.|process\.|self\.|config|settings|input|getpass|not[_-])",
    re.IGNORECASE,
)
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_RUN = re.compile(r"[A-Za-z0-9]{16,}")
_DIGIT = re.compile(r"\d")
_LETTER = re.compile(r"[^\W\d_]")
_PASSWORD = re.compile(r"pass|pwd", re.IGNORECASE)
_LOW_BITS = 2.6


def secret_value(name: str, sign: str, quoted: bool, value: str) -> bool:
    """Whether a value given to a name that means a secret is one: no placeholder, code, plain word or number."""
    if _PLACEHOLDER.match(value) or value[0] == "[" or "://" in value:
        return False
    if _PASSWORD.search(name) and (quoted or sign == "=") and not value.isalpha():
        return True
    mixed = _DIGIT.search(value) and _LETTER.search(value)
    return bool(mixed) and len(value) >= 8 and entropy(value) >= _LOW_BITS and not _call_like(value)


def looks_random(text: str) -> bool:
    """A run of 16 letters and digits with both among them, or a UUID: what issuers make, and no slug of words has."""
    if _UUID.search(text):
        return True
    return any(any(c.isdigit() for c in run) and any(c.isalpha() for c in run) for run in _RUN.findall(text))


def entropy(text: str) -> float:
    """Shannon entropy in bits per character."""
    total = len(text)
    return -sum(n / total * math.log2(n / total) for n in Counter(text).values())


def _call_like(value: str) -> bool:
    """Code that fetches a secret instead of holding it: `settings.api_key_v2`."""
    parts = value.split(".")
    return len(parts) > 1 and all(part.isidentifier() and part.islower() and len(part) < 16 for part in parts)
