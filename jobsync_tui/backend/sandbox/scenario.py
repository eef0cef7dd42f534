"""The jobs that the demonstration tells its story with, put into the worlds over the made ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from . import rule_story
from .vocabulary import AGENCY, HEALTH, TECHNOLOGY
from .world import SandboxJob, World, make_world

GREENHOUSE = "greenhouse"
JOBVITE = "jobvite"
CRELATE = "crelate"

SHARES = {GREENHOUSE: 0.40, JOBVITE: 0.25, CRELATE: 0.20}
NEW_CLIENT_SHARE = 0.15
"""The rest of the jobs: those of a new client of the hospital group's."""

FIRST_NUMBERS = {GREENHOUSE: 4000, JOBVITE: 880000, CRELATE: 1}
TRADES = {GREENHOUSE: TECHNOLOGY, JOBVITE: HEALTH, CRELATE: AGENCY}

MIN_JOBS = 60
"""Fewer than this, and the story's own jobs would not fit."""


@dataclass(frozen=True, slots=True)
class Role:
    """A job of the story: where it is, by the number of its place among its ATS's jobs."""

    integration: str
    place: int

    @property
    def number(self) -> int:
        """The job's number in its ATS."""
        return FIRST_NUMBERS[self.integration] + self.place


BERLIN_BACKEND = Role(GREENHOUSE, 3)
"""Eligible by two rules that overlap; the main job is shown with it."""
SALES_SCRIPT = Role(GREENHOUSE, 5)
"""Eligible with a script."""
CLOSED = Role(GREENHOUSE, 7)
"""Closed, and one condition away from matching."""
EXCLUDED = Role(GREENHOUSE, 9)
"""A confidential search that a rule keeps out."""
ICU_TRAVEL = Role(JOBVITE, 2)
"""Synced once, and changed in the ATS since."""
ICU_NIGHTS = (Role(JOBVITE, 4), Role(JOBVITE, 6), Role(JOBVITE, 8))
"""Three jobs of the same name in two places; an inactive rule would match them."""
NAMELESS = Role(JOBVITE, 10)
"""Matches a rule and has no name."""
VANISHED = Role(JOBVITE, 12)
"""Cached, and deleted in the ATS since."""
BROKEN = Role(GREENHOUSE, 19)
"""Eligible, but Greenhouse answers a request for it with a web page: its sync fails."""
HOSTILE = Role(CRELATE, 5)
"""A title with markup and terminal escapes in it."""
DEPARTMENTLESS = Role(CRELATE, 7)
"""A rule asks for its department, which Crelate never delivers."""

LOST = Role(GREENHOUSE, 15)
"""Eligible, and the answer to its first create gets lost on the way back."""
HELD = Role(GREENHOUSE, 17)
"""Eligible, and somebody else is in the middle of syncing it."""
EDITED = Role(GREENHOUSE, 11)
"""Synced once, and edited in the target while its next plan is being read."""

SYNCED_BEFORE: tuple[Role, ...] = (
    SALES_SCRIPT,
    ICU_TRAVEL,
    EDITED,
    Role(GREENHOUSE, 13),
    Role(JOBVITE, 14),
    Role(CRELATE, 9),
)
"""Jobs that the target already has when the demonstration begins, with candidates in them."""


def roles_in(integration: str) -> frozenset[int]:
    """Return the numbers of the jobs of an integration that play a role."""
    singles = (
        BROKEN,
        HOSTILE,
        DEPARTMENTLESS,
        *SYNCED_BEFORE,
        BERLIN_BACKEND,
        CLOSED,
        EXCLUDED,
        *ICU_NIGHTS,
        NAMELESS,
        VANISHED,
        LOST,
        HELD,
    )
    return frozenset(role.number for role in singles if role.integration == integration)


def make_worlds(*, jobs: int, seed: int, now: datetime) -> dict[str, World]:
    """Return the worlds by integration id, ``jobs`` jobs in all, the story's among them."""
    worlds = {
        integration: make_world(
            TRADES[integration], jobs=round(max(jobs, MIN_JOBS) * share), first_number=FIRST_NUMBERS[integration], seed=seed, now=now
        )
        for integration, share in SHARES.items()
    }
    rule_story.open_client(
        worlds[JOBVITE],
        jobs=round(max(jobs, MIN_JOBS) * NEW_CLIENT_SHARE),
        first_number=FIRST_NUMBERS[JOBVITE] + len(worlds[JOBVITE].jobs),
        seed=seed,
        moment=now,
    )
    _cast(worlds, now)
    return worlds


def job_of(worlds: dict[str, World], role: Role) -> SandboxJob:
    """Return the job that plays ``role``."""
    return worlds[role.integration].jobs[role.number]


def _cast(worlds: dict[str, World], now: datetime) -> None:
    """Give the story's jobs what the story needs of them."""

    def play(role: Role, **traits: object) -> None:
        job = job_of(worlds, role)
        defaults: dict[str, object] = {"status": "open", "employment_type": "FULL_TIME", "tags": (), "remote": False}
        for name, value in {**defaults, "further_places": (), "updated": now - timedelta(hours=3), **traits}.items():
            setattr(job, name, value)

    berlin = {"city": "Berlin", "region": "Berlin", "country": "Germany"}
    cleveland = {"city": "Cleveland", "region": "OH", "country": "US"}
    ohio = {"city": "Akron", "region": "OH", "country": "US"}
    london = {"city": "London", "region": "England", "country": "United Kingdom"}
    chicago = {"city": "Chicago", "region": "IL", "country": "United States"}
    play(BERLIN_BACKEND, name="Senior Backend Engineer", department="Engineering", **berlin)
    play(SALES_SCRIPT, name="Account Executive DACH", department="Sales", **berlin)
    play(CLOSED, name="Data Engineer", department="Data", status="closed", **berlin)
    play(EXCLUDED, name="Platform Engineer (confidential)", department="Engineering", tags=("confidential-search",), **berlin)
    play(LOST, name="Payments Engineer", department="Engineering", **berlin)
    play(HELD, name="Mobile Engineer", department="Engineering", **berlin)
    play(EDITED, name="Site Reliability Engineer", department="Engineering", **london)
    play(
        Role(GREENHOUSE, 13),
        name="Customer Success Manager",
        department="Customer Success",
        city="Austin",
        region="TX",
        country="United States",
    )
    play(
        ICU_TRAVEL,
        name="ICU Travel Nurse 13w",
        department="Intensive Care",
        client="Mercy Health",
        custom={"shift": "nights", "license": "RN"},
        further_places=(("Akron", "OH", "US"), ("Toledo", "OH", "US")),
        **cleveland,
    )
    for role, place in zip(ICU_NIGHTS, (cleveland, ohio, cleveland), strict=True):
        play(
            role,
            name="ICU Nurse, nights",
            department="Intensive Care",
            client="Mercy Health",
            custom={"shift": "nights", "license": "RN"},
            **place,
        )
    play(NAMELESS, name=None, department="Emergency", **ohio)
    play(VANISHED, name="Trauma Nurse, days", department="Emergency", **cleveland)
    play(Role(JOBVITE, 14), name="Emergency Room Nurse", department="Emergency", **cleveland)
    play(BROKEN, name="Account Executive Benelux", department="Sales", broken=True, **london)
    play(HOSTILE, name="Forklift Operator [/] [@click=app.quit]win[/] \x1b]52;c;aGk=\x07\x1b[31mred", **chicago)
    play(
        DEPARTMENTLESS,
        name="Dispatcher",
        department="Driving",
        client="Northwind Logistics",
        city="Gary",
        region="IN",
        country="United States",
    )
    play(Role(CRELATE, 9), name="Welder, 1st shift", department="Manufacturing", client="Harbor Steel", **chicago)
