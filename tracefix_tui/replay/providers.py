"""Model providers: what traces call them, how LiteLLM names their models, and where their keys and hosts come from."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

OFFLINE_MODEL = "offline/extractive"


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider.

    All of `keys` are environment variables it needs (`A|B`: either will do), unless it knows `other_ways` to sign in;
    `bases` may redirect it, and the first that is set wins.
    """

    prefix: str
    names: tuple[str, ...]
    keys: tuple[str, ...]
    host: str
    bases: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    local: bool = False
    default_base: str | None = None
    other_ways: bool = False

    def missing_keys(self, env: Mapping[str, str]) -> tuple[str, ...]:
        """The variables without which it cannot be asked and that are not set; the first name where several do."""
        return tuple(key.partition("|")[0] for key in self.keys if not any(env.get(name) for name in key.split("|")))

    def base(self, env: Mapping[str, str]) -> str | None:
        """The base URL that the user's environment gives it."""
        return next((env[name] for name in self.bases if env.get(name)), None)


PROVIDERS = (
    Provider(
        "openai",
        ("openai", "open_ai", "chatopenai", "openai.chat", "openai.responses"),
        ("OPENAI_API_KEY",),
        "api.openai.com",
        ("OPENAI_BASE_URL", "OPENAI_API_BASE"),
        ("gpt-", "chatgpt-", "o1", "o3", "o4", "codex-"),
        ("openai/gpt-5-mini", "openai/gpt-4o", "openai/gpt-4o-mini", "openai/gpt-4.1-mini"),
    ),
    Provider(
        "anthropic",
        ("anthropic", "chatanthropic", "claude", "anthropic.messages"),
        ("ANTHROPIC_API_KEY|ANTHROPIC_AUTH_TOKEN",),
        "api.anthropic.com",
        ("ANTHROPIC_API_BASE", "ANTHROPIC_BASE_URL"),
        ("claude-",),
        ("anthropic/claude-sonnet-4-5", "anthropic/claude-haiku-4-5"),
    ),
    Provider(
        "gemini",
        ("gemini", "google", "google_genai", "gcp.gemini", "gcp.gen_ai", "google.generative-ai", "google_ai"),
        ("GEMINI_API_KEY|GOOGLE_API_KEY",),
        "generativelanguage.googleapis.com",
        ("GEMINI_API_BASE",),
        ("gemini-", "gemma-"),
        ("gemini/gemini-2.5-flash", "gemini/gemini-2.5-pro"),
    ),
    Provider(
        "vertex_ai",
        ("vertex_ai", "vertexai", "gcp.vertex_ai", "google_vertexai", "google.vertex", "google-vertex"),
        ("VERTEXAI_PROJECT",),
        "aiplatform.googleapis.com",
        other_ways=True,
    ),
    Provider(
        "azure",
        ("azure", "azure_openai", "az.ai.openai", "azure.ai.openai", "azureopenai", "azurechatopenai"),
        ("AZURE_API_KEY", "AZURE_API_BASE"),
        "your Azure resource",
        ("AZURE_API_BASE",),
        other_ways=True,
    ),
    Provider(
        "azure_ai",
        ("azure_ai", "az.ai.inference", "azure.ai.inference"),
        ("AZURE_AI_API_KEY", "AZURE_AI_API_BASE"),
        "your Azure resource",
        ("AZURE_AI_API_BASE",),
        other_ways=True,
    ),
    Provider(
        "bedrock",
        ("bedrock", "aws", "aws.bedrock", "amazon_bedrock", "aws_bedrock", "amazon-bedrock"),
        ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
        "bedrock-runtime.amazonaws.com",
        ("AWS_BEDROCK_RUNTIME_ENDPOINT",),
        other_ways=True,
    ),
    Provider(
        "mistral",
        ("mistral", "mistralai", "mistral_ai", "chatmistralai"),
        ("MISTRAL_API_KEY",),
        "api.mistral.ai",
        ("MISTRAL_API_BASE",),
        ("mistral-", "codestral-", "ministral-", "magistral-"),
        ("mistral/mistral-small-latest", "mistral/mistral-large-latest"),
    ),
    Provider(
        "groq",
        ("groq", "chatgroq"),
        ("GROQ_API_KEY",),
        "api.groq.com",
        ("GROQ_API_BASE",),
        (),
        ("groq/llama-3.3-70b-versatile",),
    ),
    Provider(
        "deepseek",
        ("deepseek",),
        ("DEEPSEEK_API_KEY",),
        "api.deepseek.com",
        ("DEEPSEEK_API_BASE",),
        ("deepseek-",),
        ("deepseek/deepseek-chat",),
    ),
    Provider(
        "xai", ("xai", "x_ai", "grok"), ("XAI_API_KEY",), "api.x.ai", ("XAI_API_BASE",), ("grok-",), ("xai/grok-4",)
    ),
    Provider(
        "cohere_chat",
        ("cohere", "cohere_chat", "chatcohere"),
        ("COHERE_API_KEY|CO_API_KEY",),
        "api.cohere.com",
        ("COHERE_API_BASE",),
        ("command-",),
        ("cohere_chat/command-r-plus",),
    ),
    Provider(
        "openrouter",
        ("openrouter",),
        ("OPENROUTER_API_KEY|OR_API_KEY",),
        "openrouter.ai",
        ("OPENROUTER_API_BASE",),
        (),
        ("openrouter/openai/gpt-4o-mini",),
    ),
    Provider(
        "together_ai",
        ("together_ai", "together", "togetherai"),
        ("TOGETHERAI_API_KEY|TOGETHER_API_KEY",),
        "api.together.xyz",
    ),
    Provider(
        "fireworks_ai", ("fireworks_ai", "fireworks"), ("FIREWORKS_API_KEY|FIREWORKS_AI_API_KEY",), "api.fireworks.ai"
    ),
    Provider(
        "perplexity",
        ("perplexity",),
        ("PERPLEXITYAI_API_KEY|PERPLEXITY_API_KEY",),
        "api.perplexity.ai",
        (),
        ("sonar",),
        ("perplexity/sonar",),
    ),
    Provider(
        "huggingface",
        ("huggingface", "hf"),
        ("HF_TOKEN|HUGGINGFACE_API_KEY",),
        "router.huggingface.co",
        other_ways=True,
    ),
    Provider(
        "ollama_chat",
        ("ollama_chat", "ollama", "chatollama"),
        (),
        "127.0.0.1:11434",
        ("OLLAMA_API_BASE",),
        local=True,
        default_base="http://127.0.0.1:11434",
    ),
    Provider(
        "lm_studio",
        ("lm_studio", "lmstudio"),
        (),
        "127.0.0.1:1234",
        ("LM_STUDIO_API_BASE",),
        local=True,
        default_base="http://127.0.0.1:1234/v1",
    ),
    Provider(
        "hosted_vllm",
        ("hosted_vllm", "vllm"),
        (),
        "127.0.0.1:8000",
        ("HOSTED_VLLM_API_BASE",),
        local=True,
        default_base="http://127.0.0.1:8000/v1",
    ),
)

_BY_PREFIX = {provider.prefix: provider for provider in PROVIDERS}
_BY_NAME = {name: provider for provider in PROVIDERS for name in provider.names}


def provider_of(model: str) -> Provider | None:
    """The provider of a model as LiteLLM names it; None where we do not know it."""
    prefix, slash, _ = model.partition("/")
    if slash:
        return _BY_PREFIX.get(prefix) or (_BY_NAME.get(prefix) if prefix in _BY_NAME else None)
    return _family(model)


def litellm_name(model: str, provider: str | None) -> str:
    """A recorded model as LiteLLM wants it, `provider/model`; as recorded where the provider cannot be told.

    The recorded provider is believed first: the same model name is served by several.
    """
    if is_offline(model):
        return model
    named = (provider or "").strip().lower()
    known = _BY_NAME.get(named) or _BY_NAME.get(named.partition(".")[0])  # the AI SDK appends the API: `groq.chat`
    if known is None:
        prefix = model.partition("/")[0]
        known = None if "/" in model and prefix in _BY_PREFIX else _family(model)
    if known is None:
        return model
    bare = model.removeprefix("models/") if known.prefix == "gemini" else model
    return bare if bare.startswith(known.prefix + "/") else f"{known.prefix}/{bare}"


def is_offline(model: str) -> bool:
    """True for the model that ships with the tool."""
    return model.partition("/")[0] == "offline"


def destination(model: str, env: Mapping[str, str] | None = None) -> str:
    """The host a request to this model goes to, to be shown before the first send."""
    if is_offline(model):
        return "this machine only"
    provider = provider_of(model)
    if provider is None:
        return f"the host that LiteLLM knows for {model}"
    base = provider.base(os.environ if env is None else env)
    return (urlsplit(base).netloc.rpartition("@")[2] or base) if base else provider.host


def _family(model: str) -> Provider | None:
    bare = model.removeprefix("models/").lower()
    return next((p for p in PROVIDERS if p.families and bare.startswith(p.families)), None)
