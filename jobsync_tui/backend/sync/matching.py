"""Which jobs of the target are which jobs of an ATS, where no external id says so: a guess with its reason, or none."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from ..models import CachedJob
from ..target.base import TargetJob
from .fields import place

SURE_ENOUGH = 0.8
"""Guesses below it are shown and left to a person."""

_SPACES = re.compile(r"\s+")
_WORD = re.compile(r"[\w./#-]+")


@dataclass(frozen=True, slots=True)
class Link:
    """A job of the target that is taken for a job of an ATS. ``confidence`` runs from 0 to 1, ``why`` says what it rests on."""

    integration: str
    job_id: str
    job_name: str | None
    target_id: str
    target_name: str | None
    confidence: float
    why: str


@dataclass(frozen=True, slots=True)
class Matches:
    """Links that are unique on both sides and sure enough, and those that a person has to decide."""

    links: tuple[Link, ...]
    ambiguous: tuple[Link, ...]


def match(jobs: Iterable[CachedJob], target_jobs: Iterable[TargetJob], known: Collection[str]) -> Matches:
    """Match jobs that were never synced with jobs of the target that no configured integration claims.

    Args:
        jobs: Of one integration.
        target_jobs: All of the target.
        known: Ids of the configured integrations; what carries their external ids is theirs.
    """
    index = _Index(job for job in target_jobs if not _claimed(job, known))
    guesses = [best for job in jobs if job.target_id is None and (best := _best(job, index))]
    claims: dict[str, int] = defaultdict(int)
    for found in guesses:
        for link in found:
            claims[link.target_id] += 1
    links: list[Link] = []
    ambiguous: list[Link] = []
    for found in guesses:
        alone = len(found) == 1 and claims[found[0].target_id] == 1
        (links if alone and found[0].confidence >= SURE_ENOUGH else ambiguous).extend(found)
    return Matches(tuple(links), tuple(ambiguous))


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


def _best(job: CachedJob, index: _Index) -> list[Link]:
    """Return the links of the surest kind that there is for ``job``."""
    for confidence, why, found in _guesses(job, index):
        if found:
            return [_link(job, each, confidence, why) for each in found]
    return []


def _guesses(job: CachedJob, index: _Index) -> Iterator[tuple[float, str, list[TargetJob]]]:
    yield 0.95, "its external id ends in the ATS job id", index.by_id.get(job.id, [])
    if job.requisition_id:
        yield 0.9, "the same requisition id", index.by_word.get(folded(job.requisition_id), [])
    named = index.by_name.get(folded(job.name), []) if job.name else []
    where = folded(place(job.location))
    yield 0.8, "the same name and location", [each for each in named if where and folded(each.fields.get("location")) == where]
    yield 0.5, "the same name", named


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


def _claimed(job: TargetJob, known: Collection[str]) -> bool:
    return job.external_id is not None and job.external_id.partition(":")[0] in known


def _link(job: CachedJob, found: TargetJob, confidence: float, why: str) -> Link:
    name = found.fields.get("name")
    return Link(job.integration, job.id, job.name, found.id, name if isinstance(name, str) else None, confidence, why)
