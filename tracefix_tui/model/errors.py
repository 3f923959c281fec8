"""The one tree of errors. Each says what happened, where, and what to do next.

TracefixError
├── BadInput                 exit 2: usage, input or configuration
│   ├── UnreadableTrace      a file that is not a trace, or not one we read
│   ├── ReplayImpossible     the recording holds too little to send again
│   ├── PromptInvalid        a prompt file that is missing, broken or escapes its folder
│   ├── StoreError           the golden dataset, the attempt log or a draft
│   └── AcceptRefused        git or the file system will not take the commit
└── ProviderError            exit 3: the model could not be asked, or did not answer
    ├── NoKey, AuthRejected, ModelNotFound, RateLimited, ProviderDown
    └── ProviderTimeout, StreamCut, ContentFiltered, RequestRejected
"""

from __future__ import annotations

EXIT_OK = 0
EXIT_FAILED = 1
EXIT_BAD_INPUT = 2
EXIT_UNMEASURED = 3
EXIT_STOPPED = 130


class TracefixError(Exception):
    """What happened (`what`), where it happened (`where`), and the next step (`hint`)."""

    exit_code = EXIT_BAD_INPUT

    def __init__(self, what: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        """One line: where, what, what to try; the hint on its own where what happened ends with another's words."""
        head = f"{self.where}: {self.what}" if self.where else self.what
        gap = "" if self.hint.startswith("\n") else ". "
        return f"{head}{gap}{self.hint}" if self.hint else head


class BadInput(TracefixError):
    """Bad usage, input or configuration."""


class UnreadableTrace(BadInput):
    """A file that holds no trace that can be read."""

    def __init__(self, path: str, where: str, why: str, hint: str) -> None:
        super().__init__(why, where=f"{path} ({where})" if where else path, hint=hint)
        self.path = path


class ReplayImpossible(BadInput):
    """The recording does not hold enough to send the call again."""


class PromptInvalid(BadInput):
    """A prompt file that is missing, broken, or named outside its folder."""


class StoreError(BadInput):
    """The golden dataset, the attempt log or a draft cannot be read or written."""


class AcceptRefused(BadInput):
    """The accept was refused as a whole; nothing was written."""


class ProviderError(TracefixError):
    """The model could not be asked, or did not give a whole answer."""

    exit_code = EXIT_UNMEASURED


class NoKey(ProviderError):
    """No key for this provider in the environment."""


class AuthRejected(ProviderError):
    """The provider refused the key."""


class ModelNotFound(ProviderError):
    """The provider does not know the model."""


class RateLimited(ProviderError):
    """Too many requests; `retry_after` is in seconds where the provider says it."""

    def __init__(self, what: str, *, where: str = "", hint: str = "", retry_after: float | None = None) -> None:
        super().__init__(what, where=where, hint=hint)
        self.retry_after = retry_after


class ProviderDown(ProviderError):
    """The provider answered 5xx, or could not be reached."""


class ProviderTimeout(ProviderError):
    """No answer within the time limit."""


class StreamCut(ProviderError):
    """The stream ended before the answer did; what came is kept."""


class ContentFiltered(ProviderError):
    """The provider's filter withheld the answer."""


class RequestRejected(ProviderError):
    """The provider refused the request itself (HTTP 400)."""
