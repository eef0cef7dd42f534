"""The sandbox's jobs, before any ATS dresses them in its wire format: made from a seed, the same every time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from . import vocabulary as words
from .vocabulary import Trade


@dataclass(slots=True)
class SandboxJob:
    """A job inside a sandbox ATS. Mutable, because an ATS's jobs change while one looks.

    Attributes:
        number: Its place in the ATS, from which each wire format makes its id.
        status: One of open, closed, draft.
        broken: The ATS answers a request for this one job with a web page.
        deleted: It is no longer there.
    """

    number: int
    name: str | None
    status: str
    department: str
    city: str
    region: str
    country: str
    client: str
    owner: str
    requisition: str
    employment_type: str
    remote: bool
    summary: str
    tags: tuple[str, ...]
    custom: dict[str, str]
    created: datetime
    updated: datetime
    further_places: tuple[tuple[str, str, str], ...] = ()
    broken: bool = False
    deleted: bool = False

    @property
    def confidential(self) -> bool:
        """Whether only some of the ATS's users may see it."""
        return "confidential-search" in self.tags

    def description(self) -> str:
        """Return the job's advertisement as HTML; made when asked for, so that many jobs cost little."""
        place = "anywhere" if self.remote else self.city
        return (
            f"<p>{self.summary}</p><p>We are hiring: <b>{self.name or 'a colleague'}</b> in {place}. "
            f"You join {self.department} for {self.client}.</p><ul><li>{self.employment_type.replace('_', ' ').lower()}</li>"
            f"<li>reports to {self.owner}</li><li>reference {self.requisition}</li></ul>"
        )


@dataclass(slots=True)
class World:
    """The jobs of one sandbox ATS by number, newest change last in time, not in order."""

    trade: Trade
    jobs: dict[int, SandboxJob] = field(default_factory=dict)

    def alive(self) -> Iterator[SandboxJob]:
        """Yield the jobs that are still there, in the order of their numbers."""
        return (job for job in self.jobs.values() if not job.deleted)

    def get(self, number: int) -> SandboxJob | None:
        """Return a job that is still there."""
        job = self.jobs.get(number)
        return None if job is None or job.deleted else job

    def touch(self, job: SandboxJob, moment: datetime) -> None:
        """Note that a job changed at ``moment``, as an ATS does by itself."""
        job.updated = moment


def make_world(trade: Trade, *, jobs: int, first_number: int, seed: int, now: datetime) -> World:
    """Return a world of ``jobs`` jobs.

    Args:
        trade: Whose jobs: titles, departments, places and custom fields come from it.
        jobs: How many.
        first_number: Number of the first job; the rest follow.
        seed: The same seed gives the same jobs.
        now: Creation and change times lie before it, by up to two years.
    """
    random = Random(f"{seed}/{trade.name}")  # noqa: S311 - data for a demonstration
    world = World(trade)
    for number in range(first_number, first_number + jobs):
        world.jobs[number] = _job(trade, number, random, now)
    return world


def _job(trade: Trade, number: int, random: Random, now: datetime) -> SandboxJob:
    department, titles = random.choice(trade.departments)
    city, region, country = random.choice(trade.places)
    title = random.choice(titles)
    level = random.choices(words.LEVELS, words.LEVEL_WEIGHTS)[0]
    created = now - timedelta(minutes=random.randint(60 * 24, 60 * 24 * 720))
    age = now - created
    updated = created + age * random.random() ** 0.3
    remote = random.random() < trade.remote_share
    return SandboxJob(
        number=number,
        name=_name(trade, level, title, random),
        status=random.choices(("open", "closed", "draft"), (74, 20, 6))[0],
        department=department,
        city=city,
        region=region,
        country=country,
        client=random.choice(trade.clients),
        owner=random.choice(words.PEOPLE),
        requisition=f"{trade.requisition_prefix}-{number % 90000 + 10000}",
        employment_type=random.choices(("FULL_TIME", "PART_TIME", "CONTRACT", "INTERNSHIP"), (70, 14, 12, 4))[0],
        remote=remote,
        summary=random.choice(words.SUMMARIES),
        tags=tuple(random.sample(words.TAGS, random.randint(0, 3))),
        custom={name: random.choice(values) for name, values in trade.custom.items() if random.random() < 0.85},
        created=created.replace(microsecond=0),
        updated=min(updated, now - timedelta(minutes=45)).replace(microsecond=0),
        further_places=tuple(random.sample(trade.places, 2)) if random.random() < 0.07 else (),
    )


def _name(trade: Trade, level: str, title: str, random: Random) -> str:
    name = f"{level} {title}".strip()
    if trade.shifts and random.random() < 0.4:
        name = f"{name}, {random.choice(trade.shifts)}"
    if random.random() < 0.04:
        name = f"{name} [{random.choice(words.REMARKS)}]"
    return name
