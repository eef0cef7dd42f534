"""A clock for sessions under test: waiting takes no time and is written down."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from ..backend.http import Timing

START = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)


@dataclass
class Clockwork:
    """Time that only passes by being slept through.

    Attributes:
        seconds: How much has passed.
        slept: Every sleep.
        said: What a listener given by `heard` was told.
    """

    seconds: float = 0.0
    slept: list[float] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def timing(self) -> Timing:
        """Return the timing that runs by this clock; jitter is left out."""
        return Timing(monotonic=lambda: self.seconds, wall=self.wall, sleep=self.sleep, chance=lambda: 0.0)

    def wall(self) -> datetime:
        """Return the present moment."""
        return START + timedelta(seconds=self.seconds)

    async def sleep(self, seconds: float) -> None:
        """Let time pass, and others run."""
        self.slept.append(seconds)
        self.seconds += seconds
        await asyncio.sleep(0)

    def heard(self, words: str) -> None:
        """Take an announcement."""
        self.said.append(words)
