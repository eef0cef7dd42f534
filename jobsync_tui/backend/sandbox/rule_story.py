"""What the demonstration has to tell about rules: a client that came yesterday, and a rule that was changed and left jobs behind."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from ..core.clock import now
from ..core.models import AllOf, ImpactList, Leaf, Op, Rule
from ..database import Database
from ..services.backend import Backend
from ..storage.ledger.audit import NewEntry, append
from ..storage.migrations import SCHEMA
from ..storage.rules.rules import RuleStore
from . import vocabulary as words
from .world import SandboxJob, World

CLIENT = "Riverbend Clinics"
"""A client whose jobs are all new: no rule knows it."""

SLIP = Leaf("location.country", Op.EQUALS, "United States")
"""What a colleague adds to a rule, not knowing that the ATS gives places as one text, without a country."""

NARROWED = "data"
"""Id of the rule that is changed."""

MOST_LEFT_BEHIND = 40
"""Jobs that were synced by that rule before it was changed."""

_TITLES = (
    "Medical Assistant", "Dental Hygienist", "Pharmacy Technician", "Patient Registrar", "Optometrist", "Dietitian", "Clinic Manager",
    "Ultrasound Technologist",
)  # fmt: skip
_PLACES = (("Duluth", "MN", "US"), ("Rochester", "MN", "US"), ("Eau Claire", "WI", "US"))


def open_client(world: World, *, jobs: int, first_number: int, seed: int, moment: datetime) -> None:
    """Add a client's jobs to a world, all of them open and opened within the last day before ``moment``."""
    random = Random(f"{seed}/{CLIENT}")  # noqa: S311 - data for a demonstration
    for number in range(first_number, first_number + jobs):
        city, region, country = random.choice(_PLACES)
        created = moment - timedelta(minutes=random.randint(60, 60 * 24))
        world.jobs[number] = SandboxJob(
            number=number,
            name=random.choice(_TITLES),
            status="open",
            department="Outpatient",
            city=city,
            region=region,
            country=country,
            client=CLIENT,
            owner=random.choice(words.PEOPLE),
            requisition=f"RB-{number % 90000 + 10000}",
            employment_type="FULL_TIME",
            remote=False,
            summary=random.choice(words.SUMMARIES),
            tags=(),
            custom={"license": random.choice(("RN", "LPN", "none"))},
            created=created.replace(microsecond=0),
            updated=created.replace(microsecond=0),
        )


async def narrow_a_rule(backend: Backend, storage_url: str) -> None:
    """Sync jobs that one rule alone decides, then have a colleague change it so that it matches them no more."""
    current = await backend.rules.current()
    rules = tuple(_narrowed(rule) if rule.id == NARROWED else rule for rule in current.rules)
    found = await backend.impacts.assess(rules)
    lost = await backend.impacts.page(found, ImpactList.NO_LONGER_ELIGIBLE, filter_text="is:never", limit=MOST_LEFT_BEHIND)
    await backend.syncs.sync_many([line.job.key for line in lost.jobs])
    entry = NewEntry(actor="dana", action="rules", at=now(), outcome="changed", cause=f"change {NARROWED}")
    database = await Database.open(storage_url, SCHEMA)
    try:
        await RuleStore(database).save(
            rules,
            actor="dana",
            what=f"change {NARROWED}",
            expected_revision=current.revision,
            also=lambda db: append(db, entry, entry.at),
        )
    finally:
        await database.close()


def _narrowed(rule: Rule) -> Rule:
    return replace(rule, when=AllOf((*rule.when.children, SLIP)) if isinstance(rule.when, AllOf) else rule.when)
