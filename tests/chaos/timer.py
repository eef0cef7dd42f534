"""The timer under kills: ``python -m tests.chaos.timer [--ticks N]``. Three workers, three integrations, slots of 2 s, a kill every 5 s."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

from tests.support.crew import Crew, a_crew, until
from tests.support.postgres import own_cluster

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


def run(ticks: int, seed: int) -> int:
    """Run, print the figures, and return 0 where every slot and job is accounted for."""
    chance = random.Random(seed)  # noqa: S311 - which worker dies
    with (
        own_cluster() as cluster,
        tempfile.TemporaryDirectory() as folder,
        a_crew(f"{cluster.url}/postgres", Path(folder), every=EVERY) as crew,
    ):
        for _ in range(3):
            crew.start()
        until(lambda: all(crew.claims().values()), "they work")
        kills, last = 0, time.monotonic()
        end = last + ticks * EVERY
        while time.monotonic() < end:
            for name in list(crew.jobs):
                crew.add_jobs(name, 2)
            if time.monotonic() - last >= KILL_EVERY:
                crew.kill(chance.choice(crew.workers))
                crew.start()
                kills, last = kills + 1, time.monotonic()
            time.sleep(EVERY / 2)
        until(lambda: crew.in_target() == crew.expected(), "every job is in the target, once")
        until(lambda: crew.stuck() == [], "nothing is stuck")
        crew.end()
        wrong = wrong_slots(crew)
        slots = sum(map(len, crew.claims().values()))
        missed = sum(row[0] for row in crew.ask("SELECT missed FROM automatic_ticks"))
        counts = f"{kills} kills; {slots} slots run, {missed} missed and named, {len(crew.expected())} jobs, each once"
        sys.stdout.write(f"{counts}; {wrong or 'nothing wrong'}\n")
        return int(bool(wrong))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ticks", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    sys.exit(run(given.ticks, given.seed))
