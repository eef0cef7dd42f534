"""The timer under kills: workers share the slots of three integrations, and one after another is killed and replaced."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from tests.support.crew import Crew, a_crew, until

EVERY = 2.0
KILL_EVERY = 5.0


def wrong_slots(crew: Crew) -> list[str]:
    """Return what is wrong with the slots: run twice, or neither run nor named as missed by the run after it."""
    found: list[str] = []
    for name, ticks in crew.claims().items():
        if len(ticks) != len(set(ticks)):
            found.append(f"{name}: a slot was claimed twice")
        rows = crew.ask(f"SELECT tick, missed FROM automatic_ticks WHERE integration = '{name}' ORDER BY tick")  # noqa: S608 - our own names
        for (before, _), (tick, missed) in pairwise(rows):
            if tick - before != (missed + 1) * EVERY * 1000:
                found.append(f"{name}: the slots between {before} and {tick} are unaccounted for")
    return found


@dataclass
class Shifts:
    """What a run came to; ``wrong`` is empty where every slot is accounted for."""

    kills: int
    slots: int
    missed: int
    jobs: int
    wrong: list[str]


def kept_on_time(url: str, folder: Path, *, ticks: int, workers: int = 3, kill_every: float = KILL_EVERY, seed: int = 0) -> Shifts:
    """Let workers share ``ticks`` slots of `EVERY` seconds on an empty database, and kill one every ``kill_every`` seconds.

    Jobs are added all the while, so that every slot has something to sync.

    Raises:
        AssertionError: A job did not come into the target, or came twice, or a run stays in the hands of the dead.
    """
    chance = random.Random(seed)  # noqa: S311 - which worker dies
    with a_crew(url, folder, every=EVERY) as crew:
        for _ in range(workers):
            crew.start()
        until(lambda: all(crew.claims().values()), "they work")
        kills, last = 0, time.monotonic()
        end = last + ticks * EVERY
        while time.monotonic() < end:
            for name in list(crew.jobs):
                crew.add_jobs(name, 2)
            if time.monotonic() - last >= kill_every:
                crew.kill(chance.choice(crew.workers))
                crew.start()
                kills, last = kills + 1, time.monotonic()
            time.sleep(EVERY / 2)
        until(lambda: crew.in_target() == crew.expected(), "every job is in the target, once")
        crew.wait_for_the_dead(crew.in_hand())
        crew.end()
        slots = sum(map(len, crew.claims().values()))
        missed = sum(row[0] for row in crew.ask("SELECT missed FROM automatic_ticks"))
        return Shifts(kills, slots, missed, len(crew.expected()), wrong_slots(crew))
