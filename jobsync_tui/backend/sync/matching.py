"""Which jobs of the target are which jobs of an ATS, where no external id says so: a guess with its reason, or none."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from ..core.models import CachedJob, JsonValue, Link, Matches, PairedField, Pairing
from ..target.base import TargetJob
from .fields import as_sent, flatten, ordered, place, source_fields
from .ownership import claimed_by

SURE_ENOUGH = 0.8
"""Guesses below it are shown and left to a person."""

_TELLING = ("name", "location", "department", "employment_type", "status", "ATS job ID", "requisition ID", "url")
"""What jobs are told apart by, in this order. Where the ATS has its job id, the target has the external id."""

_SPACES = re.compile(r"\s+")
DOUBTFUL = 0.5
"""How sure a guess is at most that something speaks against."""

_WORDS = re.compile(r"\w+")
_WORD = re.compile(r"[\w./#-]+")


def match(
    jobs: Iterable[CachedJob],
    target_jobs: Iterable[TargetJob],
    known: Collection[str],
    linked: Collection[str],
    apart: Collection[tuple[str, str]] = (),
) -> Matches:
    """Match jobs that were never synced with jobs of the target that are nobody's.

    Args:
        jobs: Of one integration.
        target_jobs: All of the target.
        known: Ids of integrations, those that left the configuration included; what carries their external ids is theirs.
        linked: Ids of the target's jobs that this database has linked; they are not free, whatever external id they carry.
        apart: Id of a job of the integration, and of one of the target, that a person said are not the same.
    """
    index = _Index(job for job in target_jobs if job.id not in linked and claimed_by(job.external_id, known) is None)
    found_by_job = [_found(job, index) for job in jobs if job.target_id is None]
    guesses = [best for found in found_by_job if (best := _surest([each for each in found if (each.job_id, each.target_id) not in apart]))]
    claims: dict[str, int] = defaultdict(int)
    for found in guesses:
        for link in found:
            claims[link.target_id] += 1
    links: list[Link] = []
    ambiguous: list[Link] = []
    for found in guesses:
        alone = len(found) == 1 and claims[found[0].target_id] == 1
        (links if alone and found[0].confidence >= SURE_ENOUGH else ambiguous).extend(found)
    told_apart = [each for found in found_by_job for each in found if (each.job_id, each.target_id) in apart]
    return Matches(tuple(links), tuple(ambiguous), tuple(told_apart))


def paired(job: CachedJob, found: TargetJob, link: Link) -> Pairing:
    """Return a job and one of the target beside each other: the fields that tell jobs apart, then whatever else either of them has."""
    ours: dict[str, JsonValue] = {"ATS job ID": job.id, "requisition ID": job.requisition_id, **as_sent(source_fields(job))}
    theirs: dict[str, JsonValue] = {"ATS job ID": found.external_id, **flatten(found.fields)}
    names = [*_TELLING, *(name for name in ordered({**ours, **theirs}) if name not in _TELLING)]
    fields = [PairedField(name, ours.get(name), theirs.get(name), _same(ours.get(name), theirs.get(name))) for name in names]
    shown = tuple(each for each in fields if each.ours is not None or each.theirs is not None)
    return Pairing(link=link, url=found.url, fields=shown)


class _Index:
    """The target's free jobs, by what a job of an ATS can be recognized by."""

    def __init__(self, jobs: Iterable[TargetJob]) -> None:
        self.by_id: defaultdict[str, list[TargetJob]] = defaultdict(list)
        self.by_word: defaultdict[str, list[TargetJob]] = defaultdict(list)
        self.by_name: defaultdict[str, list[TargetJob]] = defaultdict(list)
        for job in jobs:
            if job.external_id:
                self.by_id[job.external_id.rpartition(":")[2]].append(job)
            for word in set(_words(job)):
                self.by_word[word].append(job)
            self.by_name[folded(job.fields.get("name"))].append(job)


def _found(job: CachedJob, index: _Index) -> list[Link]:
    """Return the links that there may be for ``job``, one for each job of the target, by what makes it the surest."""
    found: dict[str, Link] = {}
    for link, each in _guesses(job, index):
        doubted = _doubted(job, link, each)
        if link.target_id not in found or doubted.confidence > found[link.target_id].confidence:
            found[link.target_id] = doubted
    return list(found.values())


def _surest(found: Collection[Link]) -> list[Link]:
    """Return the links of the surest kind that there is among those of one job."""
    surest = max((link.confidence for link in found), default=0)
    return [link for link in found if link.confidence == surest]


def _guesses(job: CachedJob, index: _Index) -> Iterator[tuple[Link, TargetJob]]:
    named = index.by_name.get(folded(job.name), []) if job.name else []
    where = folded(place(job.location))
    kinds = (
        (0.95, "its external ID is the ATS job ID", [each for each in index.by_id.get(job.id, []) if each.external_id == job.id]),
        (0.9, "the same requisition ID", index.by_word.get(folded(job.requisition_id), []) if job.requisition_id else []),
        (0.8, "the same name and location", [each for each in named if where and folded(each.fields.get("location")) == where]),
        (0.5, "its external ID ends in the ATS job ID", index.by_id.get(job.id, [])),
        (0.5, "the same name", named),
    )
    for confidence, why, found in kinds:
        for each in found:
            yield _link(job, each, confidence, why), each


def _doubted(job: CachedJob, link: Link, found: TargetJob) -> Link:
    """Return the link with what speaks against it, which only a person can weigh."""
    against = []
    if found.external_id not in {None, "", job.id}:
        against.append("it carries another system's external ID")
    if not _agree(job, link.target_name):
        against.append("the names differ")
    if not against:
        return link
    return replace(link, confidence=min(link.confidence, DOUBTFUL), why=f"{link.why}, but {' and '.join(against)}")


def _agree(job: CachedJob, target_name: str | None) -> bool:
    """Return whether all words of one name are in the other, but for the requisition id; a name that is not given contradicts nothing."""
    left_out = set(_WORDS.findall(folded(job.requisition_id)))
    ours, theirs = (set(_WORDS.findall(folded(name))) - left_out for name in (job.name, target_name))
    return not ours or not theirs or ours <= theirs or theirs <= ours


def _same(ours: JsonValue, theirs: JsonValue) -> bool | None:
    """Return whether two values say the same, None where one of them says nothing."""
    if ours is None or theirs is None:
        return None
    return ours == theirs or (bool(folded(ours)) and folded(ours) == folded(theirs))


def folded(value: object) -> str:
    """Return text for comparing: without case, width or extra spaces; empty for what is no text."""
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", value).casefold()).strip() if isinstance(value, str) else ""


def _words(job: TargetJob) -> Iterator[str]:
    """Yield what may be a requisition id: custom values as they are, and words of the name that hold a digit."""
    custom = job.fields.get("custom")
    for value in custom.values() if isinstance(custom, dict) else ():
        if isinstance(value, str | int) and not isinstance(value, bool):
            yield folded(str(value))
    for word in _WORD.findall(folded(job.fields.get("name"))):
        if any(character.isdigit() for character in word):
            yield word


def _link(job: CachedJob, found: TargetJob, confidence: float, why: str) -> Link:
    name = found.fields.get("name")
    return Link(job.integration, job.id, job.name, found.id, name if isinstance(name, str) else None, confidence, why)
