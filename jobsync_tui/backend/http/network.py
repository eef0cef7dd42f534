"""How connections leave the machine: the proxy, and whom TLS trusts."""

from __future__ import annotations

import os
import ssl
from dataclasses import dataclass, field

from ..errors import ConfigError


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
