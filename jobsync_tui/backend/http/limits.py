"""What a session may use up: time, bytes, connections, tries."""

from __future__ import annotations

from dataclasses import dataclass

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
