"""The rules over a whole cache on disk: 50 rules of 3 conditions, read, evaluated and kept, and what is asked of the outcomes then.

Run ``python -m benchmarks.outcomes [--jobs N] [--seed N] [--server URL]``. Wall-clock seconds, one process, a real file, or the empty
PostgreSQL database that is named. Beside them: how long a read
for a screen took at most while the evaluating ran, which is what a person who types would have waited.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from statistics import quantiles

from benchmarks.rules import make_jobs, make_rules
from jobsync_tui.app.start import HAND_OVER
from jobsync_tui.backend.assessment.evaluator import Evaluator, basis_of, columns_of, outcomes_on
from jobsync_tui.backend.core.models import EvaluationPolicy, RuleSet, Sort
from jobsync_tui.backend.database import Database
from jobsync_tui.backend.rules.columnar.columns import Batch
from jobsync_tui.backend.rules.columnar.evaluate import evaluate_batch, fields_needed
from jobsync_tui.backend.storage.jobs.batches import ColumnStore
from jobsync_tui.backend.storage.jobs.jobs import JobStore
from jobsync_tui.backend.storage.jobs.listing import Ending
from jobsync_tui.backend.storage.migrations import SCHEMA
from jobsync_tui.backend.storage.outcomes.outcomes import OutcomeStore, policy_key
from jobsync_tui.backend.storage.rules.rules import RuleStore
from jobsync_tui.backend.storage.search.filter import parse_filter

POLICY = EvaluationPolicy()
DESCRIPTION = "<p>" + "Nights and weekends, charting may be done remotely. " * 40 + "</p>"


async def fill(store: JobStore, jobs: int, random: Random) -> None:
    state = await store.begin_listing("acme", full=True)
    made = make_jobs(jobs, random)
    for start in range(0, jobs, 4000):
        page = [replace(job, description=DESCRIPTION) for job in made[start : start + 4000]]
        await store.store_page(state, page, (), None, datetime.now(UTC))
    await store.finish_listing(state, Ending(watermark=None, complete=True, accept_gone=True), datetime.now(UTC))


async def keys_typed(store: JobStore, waits: list[float]) -> None:
    while True:
        started = time.perf_counter()
        await store.window(["acme"], parse_filter("senior nurse"), Sort(), 0, 20)
        waits.append(time.perf_counter() - started)
        await asyncio.sleep(0.02)


async def run(jobs: int, seed: int, server: str | None) -> None:
    random = Random(seed)  # noqa: S311 - cases, not secrets
    with tempfile.TemporaryDirectory() as folder:
        database = await Database.open(server or f"sqlite://{folder}/jobsync.db", SCHEMA)
        store, rules, outcomes = JobStore(database), RuleStore(database), OutcomeStore(database)
        await fill(store, jobs, random)
        ruleset = await rules.save(make_rules(random).rules, actor="a", what="x", expected_revision=0)
        everything = Evaluator(outcomes, ColumnStore(database), rules.current, EvaluationPolicy)
        print(f"{jobs:,} jobs, fields {', '.join(fields_needed(ruleset, POLICY))}")
        await evaluation(outcomes, ColumnStore(database), ruleset)
        await timed("judged for the first time", everything)
        await timed("judged again, nothing changed", everything)
        waits: list[float] = []
        typing = asyncio.create_task(keys_typed(store, waits))
        await rules.save(ruleset.rules[1:], actor="a", what="y", expected_revision=1)
        await timed("judged by new rules, while somebody types", everything)
        typing.cancel()
        with suppress(asyncio.CancelledError):
            await typing
        print(f"  a key meanwhile: p95 {quantiles(waits, n=20)[18] * 1000:.0f} ms, worst {max(waits) * 1000:.0f} ms, of {len(waits)}")
        for text in ("is:eligible", "-is:eligible", "rule:r7", "is:eligible senior nurse"):
            started = time.perf_counter()
            await store.window(["acme"], parse_filter(text), Sort(), 0, 30)
            first = time.perf_counter() - started
            count = await store.count(["acme"], parse_filter(text))
            print(f"  {text:28} {first * 1000:6.0f} ms to rows, {(time.perf_counter() - started) * 1000:6.0f} ms to {count:,}")
        started = time.perf_counter()
        tally = await outcomes.tally(["acme"], policy_key(POLICY), datetime.now(UTC))
        print(f"  counts of {len(tally.matched)} rules {(time.perf_counter() - started) * 1000:.0f} ms")
        await database.close()


async def timed(what: str, evaluator: Evaluator) -> None:
    started, processor = time.perf_counter(), time.process_time()
    evaluated = await evaluator.evaluate(["acme"])
    seconds, own = time.perf_counter() - started, time.process_time() - processor
    print(f"  {what:44} {evaluated.jobs:9,} jobs {seconds:6.2f} s, own {own:5.2f} s; {len(evaluated.evaluation_version.known):,} rulings")


async def evaluation(outcomes: OutcomeStore, batches: ColumnStore, rules: RuleSet) -> None:
    """Time the evaluation alone: columns that are read already, and neither distinct outcomes nor anything kept."""
    needed = fields_needed(rules, POLICY)
    evaluation_version = await outcomes.begin(basis_of(rules, POLICY, datetime.now(UTC)), datetime.now(UTC))
    after, seconds, whole = 0, 0.0, 0.0
    while (jobs := await batches.unevaluated(evaluation_version, "acme", needed, after=after)).read:
        after = jobs.read.keys[-1]
        started = time.thread_time()
        evaluate_batch(Batch(len(jobs.read), columns_of(jobs, needed)), rules, POLICY, datetime.now(UTC))
        seconds += time.thread_time() - started
        started = time.thread_time()
        outcomes_on(jobs, rules, POLICY, needed, datetime.now(UTC))
        whole += time.thread_time() - started
    print(f"  evaluation {seconds:.2f} s of processor time, with the rulings {whole:.2f} s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--server", help="URL of an empty database on a server")
    chosen = parser.parse_args()
    sys.setswitchinterval(HAND_OVER)
    asyncio.run(run(chosen.jobs, chosen.seed, chosen.server))
