"""The contract of a target, and the fields of its jobs that the sync owns."""

from __future__ import annotations

import re
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from ..core.models import JsonValue

OWNED_FIELDS: tuple[str, ...] = (
    "name",
    "description",
    "location",
    "department",
    "employment_type",
    "status",
    "url",
    "custom",
    "template_type",
    "templates",
    "folder",
    "settings",
    "follow_up_user",
    "interview_instructions",
)
"""What the sync may write. Of ``settings`` and ``custom`` it owns the keys that it set; everything else is never sent."""

_IGNORABLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u2800\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]"
)
"""Default-ignorable characters of other categories than Cf (fillers, joiners, selectors, tags), and the empty Braille cell."""


@dataclass(frozen=True, slots=True)
class TargetJob:
    """A job as the target has it.

    ``fields`` holds the owned fields only, by the names above, ``settings`` and ``custom`` as objects; ``etag`` is None where the
    target gives none. ``nameless`` says that the answer has no place for an external id at all, which the published API requires.
    """

    id: str
    version: str
    external_id: str | None
    fields: Mapping[str, JsonValue] = field(default_factory=dict)
    url: str | None = None
    etag: str | None = None
    nameless: bool = False


@dataclass(frozen=True, slots=True)
class Catalog:
    """Names the target has; None where it does not say, and then they are not checked.

    ``settings`` has the allowed values of each setting, none where any is.
    """

    templates: frozenset[str] | None = None
    folders: frozenset[str] | None = None
    users: frozenset[str] | None = None
    settings: Mapping[str, tuple[JsonValue, ...]] | None = None


def alike(one: str, other: str) -> bool:
    """Return whether two external ids differ in nothing but case, Unicode form, blanks and what nobody sees."""
    return plain(one) == plain(other)


def plain(external_id: str) -> str:
    """Return an external id as it looks: without case, compatibility forms, white space, controls and invisible characters."""
    if external_id.isascii() and external_id.isprintable():
        return external_id.replace(" ", "").lower()
    seen = unicodedata.normalize("NFKC", external_id)
    for _ in range(2):  # what goes from between two characters lets them compose, and what is folded may compose anew
        seen = unicodedata.normalize("NFKC", "".join(each for each in seen.casefold() if not _unseen(each)))
    return seen


def _unseen(character: str) -> bool:
    category = unicodedata.category(character)
    return character.isspace() or category in {"Cc", "Cf", "Zs", "Zl", "Zp"} or _IGNORABLE.fullmatch(character) is not None


class Target(ABC):
    """Where jobs are created and updated. Only `sync.pipeline` calls the methods that write.

    A patch is a JSON Merge Patch over the owned fields: ``{"settings": {"language": None}}`` clears one setting.
    """

    title: ClassVar[str]

    @abstractmethod
    async def test(self) -> str:
        """Make one cheap call and return, in a few words, what answered."""

    @abstractmethod
    async def get(self, target_id: str) -> TargetJob | None:
        """Return the job with that id, or None where the target has none.

        Raises:
            CannotTell: What was answered is another job.
        """

    @abstractmethod
    async def find(self, external_id: str) -> tuple[TargetJob, ...]:
        """Return every job that carries the external id ``<integration>:<ATS job id>``: none only where the target surely has none.

        Raises:
            CannotTell: A job in the answer may be this one: it carries no external id, or one that only looks the same (`alike`).
            UnexpectedAnswer: The look-up did not come to its end.
        """

    async def filters(self, external_id: str) -> bool:
        """Return whether a look-up of an external id that no job carries is answered without jobs, rather than with all of them."""
        return not await self.find(external_id)

    @abstractmethod
    async def create(self, external_id: str, fields: Mapping[str, JsonValue], *, idempotency_key: str) -> TargetJob:
        """Create a job. The same key with the same fields creates nothing twice.

        Raises:
            AnswerLost: The request went out and what it did is unknown; what was answered is about another job.
            Refused: The fields are not acceptable; nothing was created.
        """

    @abstractmethod
    async def update(self, target_id: str, patch: Mapping[str, JsonValue], *, etag: str | None) -> TargetJob:
        """Apply a merge patch to the job.

        Raises:
            RemoteGone: The job is not there.
            Conflict: The job is not as ``etag`` says.
            AnswerLost: What the request did is unknown; what was answered is about another job.
            Refused: The patch is not acceptable; nothing was changed.
        """

    @abstractmethod
    async def link(self, target_id: str, external_id: str, *, etag: str | None) -> TargetJob:
        """Give the job that external id and change nothing else (adopting a job that the target already has)."""

    @abstractmethod
    def jobs(self) -> AsyncIterator[TargetJob]:
        """Yield every job of the target."""

    @abstractmethod
    async def catalog(self) -> Catalog:
        """Return the template, folder and user names the target has."""

    async def close(self) -> None:
        """Release what the target holds."""
