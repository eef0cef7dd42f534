"""The webhook: a digest as JSON, signed, posted by the one way out that everything takes.

The signature is HMAC-SHA256 over ``<timestamp>.<body>``. A receiver computes it anew, compares in constant time, refuses a timestamp that
is minutes old, and passes over an id that it has taken before: a message whose answer was lost is sent again.
"""

from __future__ import annotations

import hashlib
import hmac

from ...core.errors import ConfigError
from ...http import HttpSession, Limits, Network, Timing, encode_json
from ...settings.secrets import Secret
from ...settings.values import service_url
from .digest import Digest

ID, TIMESTAMP, SIGNATURE = "Jobsync-Id", "Jobsync-Timestamp", "Jobsync-Signature"
LIMITS = Limits(concurrency=1, tries=4, deadline=20.0, max_bytes=64 * 1024, longest_backoff=10.0, longest_retry_after=30.0)
"""``auto --once`` waits for it: a receiver that does not answer is given up within two minutes, and told by the next run."""


class Webhook:
    """Posts digests to one address.

    Args:
        url: Where; https, or http to a loopback address.
        secret: What the signature is made with.
        network: Proxy and trust.
        timing: Clocks; tests give their own.

    Raises:
        ConfigError: The address, which may come from a secret, is none that may be used.
    """

    name = "webhook"

    def __init__(self, url: Secret, secret: Secret, network: Network, timing: Timing = Timing()) -> None:  # noqa: B008 - frozen
        try:
            self._url = service_url(url.reveal(), query=True)
        except ValueError as error:
            raise ConfigError(f"notify.webhook {error}") from None
        self._secret = secret
        self._network = network
        self._timing = timing

    async def deliver(self, digest: Digest) -> None:
        """Post ``digest``; tried again where that can help.

        Raises:
            RemoteError: The receiver did not take it.
        """
        document = digest.document()
        timestamp = str(int(self._timing.wall().timestamp()))
        signature = sign(self._secret, timestamp, encode_json(document))
        headers = {ID: digest.id, TIMESTAMP: timestamp, SIGNATURE: f"v1={signature}"}
        session = HttpSession(service="The webhook", base_url=self._url, network=self._network, limits=LIMITS, timing=self._timing)
        try:
            await session.post(self._url, json=document, headers=headers, repeatable=True)
        finally:
            await session.close()


def sign(secret: Secret, timestamp: str, body: bytes) -> str:
    """Return the signature of a body that is sent at ``timestamp``, in hexadecimal."""
    return hmac.new(secret.reveal().encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
