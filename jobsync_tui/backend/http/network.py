"""How connections leave the machine (the proxy, whom TLS trusts), and what one session may use up: time, bytes, connections, tries."""

from __future__ import annotations

import os
import ssl
from dataclasses import dataclass, field

from ..core.errors import ConfigError

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of a session. Times are in seconds.

    Attributes:
        concurrency: Requests in flight at once; the last slot is kept for a person's call.
        tries: How often a request that may be repeated is sent at most.
        deadline: For one try, from the first byte out to the last byte in.
        connect: For connection and TLS handshake of one try.
        max_bytes: Largest body, decompressed.
        backoff: First pause between tries; each further one is twice as long.
        longest_backoff: Cap of those pauses.
        longest_retry_after: Cap of what a ``Retry-After`` may ask for.
        failures: Calls failing in a row that open the circuit.
        open_for: How long the circuit then stays open.
    """

    concurrency: int = 8
    tries: int = 4
    deadline: float = 60.0
    connect: float = 10.0
    max_bytes: int = 24 * MIB
    backoff: float = 1.0
    longest_backoff: float = 60.0
    longest_retry_after: float = 300.0
    failures: int = 5
    open_for: float = 60.0


@dataclass(frozen=True, slots=True)
class Network:
    """The ``[network]`` table. Proxy settings of the environment are not used.

    Attributes:
        proxy: URL of an HTTP proxy, or None. It may hold a password, so it is not in ``repr``. Loopback addresses go without it.
        ca_bundle: PEM file of further certificate authorities, added to the system's.
    """

    proxy: str | None = field(default=None, repr=False)
    ca_bundle: str | None = None

    def tls(self) -> ssl.SSLContext:
        """Return a context that verifies certificate and host name; there is no switch to turn that off.

        Raises:
            ConfigError: The bundle cannot be read.
        """
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self.ca_bundle is not None:
            try:
                context.load_verify_locations(cafile=self.ca_bundle)
            except ssl.SSLError:
                raise ConfigError(f"network.ca_bundle: {self.ca_bundle} holds no PEM certificates that can be read") from None
            except OSError as error:
                raise ConfigError(f"network.ca_bundle: {self.ca_bundle} cannot be read ({os.strerror(error.errno or 0)})") from None
        return context
