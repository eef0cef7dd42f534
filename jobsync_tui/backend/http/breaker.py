"""The circuit breaker: a service that keeps failing is left alone for a while."""

from __future__ import annotations

from ..core.errors import Unreachable
from .network import Limits
from .pauses import Timing


class Breaker:
    """Counts calls that failed in a row, each after its own tries; from the fifth on the circuit is open for a minute.

    Then one call is let through as a trial: its success closes the circuit, its failure opens it for another minute. Calls are
    counted, not tries, so that a service which answers every third request badly can still be read to the end.
    """

    def __init__(self, service: str, limits: Limits, timing: Timing) -> None:
        self._service = service
        self._limits = limits
        self._timing = timing
        self._failures = 0
        self._open_until = 0.0
        self._trial = False

    def enter(self) -> None:
        """Let a call begin, or not.

        Raises:
            Unreachable: The circuit is open, or its trial is still under way.
        """
        if self._failures < self._limits.failures:
            return
        left = self._open_until - self._timing.monotonic()
        if left > 0 or self._trial:
            when = f"in {max(1, round(left))} s" if left > 0 else "when the present try has ended"
            raise Unreachable(
                f"{self._service} failed {self._failures} times in a row and is left alone for now",
                service=self._service,
                remedy=f"Try again {when}; if it goes on, see whether {self._service} reports an outage.",
            )
        self._trial = True

    def succeeded(self) -> None:
        """Count a call that got an answer, whatever it said."""
        self._failures = 0
        self._trial = False

    def failed(self) -> None:
        """Count a call that got none in all its tries."""
        self._failures += 1
        self._trial = False
        if self._failures >= self._limits.failures:
            self._open_until = self._timing.monotonic() + self._limits.open_for

    def abandoned(self) -> None:
        """Forget a call that was cancelled: it says nothing about the service."""
        self._trial = False
