"""A row of an exported file before it is a job, and what is to be said about the file beside its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...core.models import JsonValue


@dataclass(frozen=True, slots=True)
class Record:
    """One row of the file.

    Attributes:
        place: Where it stands, in words.
        values: By column; what is wrong is not among them.
        problem: What is wrong with it, or None.
        columns: Every column of the file, where its first line names them; of JSON nothing.
        is_job: False for a line that belongs to the report around the jobs, such as its totals.
    """

    place: str
    values: Mapping[str, JsonValue] = field(default_factory=dict)
    problem: str | None = None
    columns: tuple[str, ...] = ()
    is_job: bool = True


class Notes:
    """What a person should know about how a file was read, each thing once and in its order."""

    def __init__(self) -> None:
        self._said: dict[str, None] = {}

    def add(self, words: str) -> None:
        """Take note of something."""
        self._said.setdefault(words)

    def all(self) -> tuple[str, ...]:
        """Return what was noted."""
        return tuple(self._said)
