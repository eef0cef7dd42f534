"""Jobs that the target already has, beside the jobs of an ATS that they may be."""

from __future__ import annotations

from dataclasses import dataclass

from .job import JsonValue


@dataclass(frozen=True, slots=True)
class Link:
    """A job of the target that is taken for a job of an ATS.

    Attributes:
        confidence: From 0 to 1.
        why: What it rests on.
        decided: Whether a person named the two.
    """

    integration: str
    job_id: str
    job_name: str | None
    target_id: str
    target_name: str | None
    confidence: float
    why: str
    decided: bool = False


@dataclass(frozen=True, slots=True)
class Matches:
    """What could be linked.

    Attributes:
        links: Unique on both sides, and sure enough.
        ambiguous: For a person to decide.
        apart: Of these a person said that the two are not the same job.
    """

    links: tuple[Link, ...]
    ambiguous: tuple[Link, ...]
    apart: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class PairedField:
    """One field of a job of an ATS and of one of the target.

    Attributes:
        ours: As the ATS has it; None where it says nothing.
        theirs: As the target has it; None where it has nothing.
        agrees: Whether they are the same but for case and spaces; None where one of them says nothing.
    """

    field: str
    ours: JsonValue
    theirs: JsonValue
    agrees: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """A job of an ATS, and the job of the target that it may be, as both are now.

    Attributes:
        link: The two, and what speaks for their being one.
        url: Address of the target's job.
        fields: Side by side, those that tell jobs apart first.
    """

    link: Link
    url: str | None
    fields: tuple[PairedField, ...]
