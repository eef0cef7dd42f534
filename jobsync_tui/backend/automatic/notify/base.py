"""What a channel is: something that takes a digest, or says why it did not."""

from __future__ import annotations

from typing import Protocol

from ...core.errors import JobsyncError
from .digest import Digest


class NotDelivered(JobsyncError):
    """A channel did not take a message."""

    code = "not_delivered"


class Channel(Protocol):
    """One way out.

    Attributes:
        name: As the configuration and ``auto status`` call it.
    """

    @property
    def name(self) -> str:
        """Return its name."""

    async def deliver(self, digest: Digest) -> None:
        """Hand ``digest`` over.

        Raises:
            JobsyncError: It was not taken; it is part of the next one.
        """
