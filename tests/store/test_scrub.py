"""Secrets go, everything else stays."""

from __future__ import annotations

import json
import random
import string
import time
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracefix_tui.store.scrub import scrub, scrub_text

A36 = "aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0zAbCdE"
SECRETS = {
    "openai key": ["sk-" + A36, "sk-proj-" + A36 + "_" + A36, "sk-svcacct-" + A36],
    "anthropic key": ["sk-ant-api03-" + A36 + "-" + A36],
    "openrouter key": ["sk-or-v1-" + "0123456789abcdef" * 4],
    "langfuse key": ["sk-lf-" + str(uuid.UUID(int=2**127 + 12345))],
    "aws access key": ["AKIAIOSFODNN7EXAMPLX", "ASIAIOSFODNN7EXAMPLX"],
    "google key": ["AIza" + A36[:35], "ya29.a0Af" + A36],
    "github token": ["ghp_" + A36, "gho_" + A36, "github_pat_" + A36],
    "gitlab token": ["glpat-" + A36[:20]],
    "slack token": ["xoxb-123456789012-123456789012-" + A36[:24]],
    "hugging face token": ["hf_" + A36[:34]],
    "stripe key": ["sk_live_" + A36[:24], "rk_test_" + A36[:24]],
    "langsmith key": ["lsv2_pt_" + "0123456789abcdef" * 2 + "_0123456789"],
    "groq key": ["gsk_" + A36],
    "jwt": ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P"],
    "private key": [
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7\nabc+/=\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkq\\n-----END PRIVATE KEY-----",
        "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA",
    ],
}


@pytest.mark.parametrize(("kind", "secret"), [(kind, s) for kind, secrets in SECRETS.items() for s in secrets])
def test_every_kind_is_found_wherever_it_stands(kind: str, secret: str) -> None:
    for text in (
        secret,
        f"use {secret}, please",
        f'{{"x": "{secret}"}}',
        f"a\n{secret}\nb",
        f"({secret})",
        f"key={secret}",
    ):
        clean, found = scrub_text(text, "field")
        assert secret not in clean and f"[secret removed: {kind}]" in clean, text
        assert [f.kind for f in found] == [kind]
        assert found[0].field == "field"
        assert secret not in found[0].preview


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("password=hunter2!", "hunter2!"),
        ("DB_PASSWORD='corr3ct-horse'", "corr3ct-horse"),
        ('{"password": "s3cr3t-value"}', "s3cr3t-value"),
        ('{\\"api_key\\": \\"Zx81kQ0pLm27\\"}', "Zx81kQ0pLm27"),
        ("api_key: Zx81kQ0pLm27", "Zx81kQ0pLm27"),
        (
            "export AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        ),
        ("client_secret=8f14e45fceea167a5a36dedd4bea2543", "8f14e45fceea167a5a36dedd4bea2543"),
        ("Authorization: Bearer 7hG2kLm9Qw3Er5Ty7Ui9", "7hG2kLm9Qw3Er5Ty7Ui9"),
        ("curl -H 'Authorization: Basic dXNlcjpwYXNzd29yZA=='", "dXNlcjpwYXNzd29yZA=="),
        ("postgres://app:pa55-word@db.example.com:5432/x", "pa55-word"),
        ("redis://:pa55word@localhost", "pa55word"),
        ("https://hooks.slack.com/services/T000/B000/XXXXabcd1234XXXX", "T000/B000/XXXXabcd1234XXXX"),
        ("İ password=hunter2!", "hunter2!"),
    ],
)
def test_values_of_secret_names_and_headers(text: str, secret: str) -> None:
    clean, found = scrub_text(text)
    assert secret not in clean and len(found) == 1
    assert scrub_text(clean) == (clean, ())


@pytest.mark.parametrize(
    "text",
    [
        "max_tokens=4096 and token_count: 1234, tokens: 12345678",
        "The password: required. Reset your password by email.",
        "token: string, the secret to success is practice",
        "7f3ac21e-9c1b-4f7e-8a3d-1b2c3d4e5f60",
        "d41d8cd98f00b204e9800998ecf8427e",
        "trace 4bf92f3577b34da6a3ce929d0e0e4736 span 00f067aa0ba902b7",
        "commit 8c1f3d9e2b7a6c5d4e3f2a1b0c9d8e7f6a5b4c3d",
        "call_abc123DEF456ghi789JKL012 and chatcmpl-9aBcDeFgHiJkLmNoPqRsTuVw",
        "sk-learn-is-a-library-for-machine-learning-2024",
        "password={{password}} api_key=${API_KEY} token=<your-token> secret=os.environ['SECRET']",
        'api_key = settings.api_key_v2, password="your-password-1"',
        "https://example.com:8080/a@b?x=1",
        "data:image/png;base64," + "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk" * 20,
        "Bearer authentication is required for all requests",
        "next_page_token: null, password: None",
        "ski-resort AKIA ghp_ hf_ eyJ",
    ],
)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert scrub_text(text) == (text, ())


def test_fields_are_named_and_values_of_secret_keys_go() -> None:
    value = {
        "messages": [{"role": "user", "content": "my key is ghp_" + A36}],
        "config": {
            "api_key": "Zx81kQ0pLm27",
            "max_tokens": 12,
            "password": None,
            "token_type": "Bearer",
            "token": "abc",
        },
        "usage": {"prompt_tokens": 3},
    }
    clean, found = scrub(json.loads(json.dumps(value)))
    assert [(f.kind, f.field) for f in found] == [("github token", "messages[0].content"), ("secret", "config.api_key")]
    assert isinstance(clean, dict) and clean["usage"] == value["usage"]
    assert clean["config"] == {**value["config"], "api_key": "[secret removed: secret]"}  # type: ignore[dict-item]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(json_values)
def test_scrubbing_twice_is_scrubbing_once(value: object) -> None:
    clean, _ = scrub(value)  # type: ignore[arg-type]
    assert scrub(clean) == (clean, ())


words = st.text(st.sampled_from(string.ascii_letters + " .,:=\"'\\/@-_[]{}\n"), max_size=60)


@given(words, st.sampled_from([s for secrets in SECRETS.values() for s in secrets]), words)
def test_a_secret_between_any_words_is_gone_and_the_rest_is_not(before: str, secret: str, after: str) -> None:
    clean, found = scrub_text(f"{before} {secret} {after}")
    assert secret not in clean
    assert found
    again, none = scrub_text(clean)
    assert (again, none) == (clean, ())


@given(st.text(st.sampled_from(string.ascii_lowercase + " .,\n"), max_size=200))
def test_words_are_never_touched(text: str) -> None:
    assert scrub_text(text) == (text, ())


@pytest.mark.parametrize("kind", ["prose", "tokens", "keys", "sk-", "base64", "urls", "quotes", "begin"])
def test_a_megabyte_takes_a_blink(kind: str) -> None:
    draw = random.Random(3)
    letters = string.ascii_letters + string.digits
    text = {
        "prose": "The token budget is a secret of the password team. " * 20000,
        "tokens": "token=" * 170_000,
        "keys": "".join(draw.choices(letters, k=1_000_000)),
        "sk-": "sk-" * 333_000,
        "base64": "eyJ" + "A" * 1_000_000,
        "urls": "a://" * 250_000,
        "quotes": 'password"' * 110_000,
        "begin": "-----BEGIN PRIVATE KEY-----" * 37_000,
    }[kind]
    scrub_text(text[:1000])
    began = time.perf_counter()
    scrub_text(text)
    assert time.perf_counter() - began < 2  # prose takes 0.05 s; what must never be is the square of the length
