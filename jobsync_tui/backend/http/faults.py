"""Why an exchange gave no whole reply, before the session has made an error for people of it."""

from __future__ import annotations

import ssl

from ..core.text import counted

_CERTIFICATE_WORDS = {
    9: "its TLS certificate is not valid yet",
    10: "its TLS certificate has expired",
    18: "its TLS certificate is self-signed",
    19: "its TLS certificate comes from an authority that this machine does not trust",
    20: "its TLS certificate comes from an authority that this machine does not trust",
    21: "its TLS certificate comes from an authority that this machine does not trust",
    62: "its TLS certificate is for another host",
    64: "its TLS certificate is for another address",
}
"""By OpenSSL's verification code (x509_vfy.h)."""


class TransportFault(Exception):
    """An exchange that did not end in a whole reply.

    Attributes:
        words: What happened, to follow the service's name and a colon.
        sent: Whether the request can have reached the service.
        hopeless: Whether another try would go the same way.
    """

    def __init__(self, words: str, *, sent: bool, hopeless: bool = False) -> None:
        super().__init__(words)
        self.words = words
        self.sent = sent
        self.hopeless = hopeless


class TooLarge(TransportFault):
    """A body beyond the limit, or one that unpacks to absurd size."""

    def __init__(self, limit: int) -> None:
        words = f"an answer too large to be true (more than {_size(limit)} unpacked is not read)"
        super().__init__(words, sent=True, hopeless=True)


def _size(count: int) -> str:
    """Return a number of bytes in the largest unit of which it is at least one."""
    for unit, name in ((1024 * 1024, "MiB"), (1024, "KiB")):
        if count >= unit:
            return f"{count // unit} {name}"
    return counted(count, "byte")


def tls_words(error: BaseException) -> str | None:
    """Return in plain words what was wrong with TLS if that is what is behind ``error``, else None."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return _CERTIFICATE_WORDS.get(seen.verify_code, "its TLS certificate cannot be verified")
        if isinstance(seen, ssl.SSLError):
            return "no common way to speak TLS"
        seen = seen.__cause__ or seen.__context__
    return None
