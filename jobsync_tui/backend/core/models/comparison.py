"""A job in the ATS and in Tenzo side by side: every field that a sync owns, whose it is, and what differs since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .job import CachedJob, JsonValue
from .sync import Failure


class FieldOwner(StrEnum):
    """Who decides what a field of the target's job holds."""

    ATS = "ats"
    """It comes from the job in the ATS, with each sync."""
    RULE = "rule"
    DEFAULT = "default"
    """The organization's default setting, where no rule set another one."""
    REQUIRED = "required"
    """The organization's required setting, against any rule."""
    PERSON = "person"
    """Somebody in Tenzo: no sync wrote it, or it was changed there since."""


class FieldStanding(StrEnum):
    """How the two sides of a field stand to each other."""

    SAME = "same"
    KEPT = "kept"
    """Tenzo keeps it in its own form, which is no difference."""
    MOVED = "moved"
    """The ATS, or a rule, wants something else than it wanted at the last sync; Tenzo still has what that left."""
    EDITED = "edited"
    """Somebody changed it in Tenzo; a sync would write over that."""
    NEW = "new"
    """A sync would fill it, and none did yet."""
    CLEARED = "cleared"
    """An earlier sync filled it and nothing wants it any more; a sync would clear it."""
    THEIRS = "theirs"
    """Tenzo has it and no sync wants it: it is left alone."""


@dataclass(frozen=True, slots=True)
class ComparedField:
    """One field on both sides.

    Attributes:
        wanted: As ATS and rules want it; None where they want nothing.
        present: As Tenzo has it; None where it has nothing.
        rules: The names of the rules that decide it.
        written_at: When a sync of ours wrote it last, and on whose behalf (``written_by``): what differs does so since then.
    """

    field: str
    wanted: JsonValue
    present: JsonValue
    owner: FieldOwner
    rules: tuple[str, ...]
    standing: FieldStanding
    written_at: datetime | None = None
    written_by: str | None = None

    @property
    def differs(self) -> bool:
        """Return whether a sync would change it."""
        return self.standing in {FieldStanding.MOVED, FieldStanding.EDITED, FieldStanding.NEW, FieldStanding.CLEARED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A job on both sides as they are now.

    Attributes:
        job: As the ATS has it, or, where it could not be asked, as the cache does.
        eligible: Whether the rules let it be synced; ``message`` says why not.
        live: Whether the ATS answered.
        target_id: The job of the target; None where it has none.
        failures: Why a side could not be read, or what stands in the way.
    """

    job: CachedJob
    eligible: bool
    message: str
    live: bool
    read_at: datetime
    target_id: str | None
    target_url: str | None
    fields: tuple[ComparedField, ...]
    failures: tuple[Failure, ...] = ()
