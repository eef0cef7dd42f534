"""The impact of one changed rule among 50 over a cache on disk, the editor's answer for one job, and the sanity of 100 rules.

Run ``python -m benchmarks.impact [--jobs N] [--seed N]``. A real file; wall-clock seconds, and those of the processor,
which a machine that does other things beside does not stretch as much; three runs each: the median.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import resource
import tempfile
import time
from dataclasses import replace
from random import Random
from statistics import median, quantiles

from benchmarks.outcomes import POLICY, fill
from benchmarks.rules import NOW, make_rules
from jobsync_tui.backend.assessment.evaluator import Evaluator
from jobsync_tui.backend.assessment.findings import Linter
from jobsync_tui.backend.assessment.impact import ImpactAnalysis, keys_in
from jobsync_tui.backend.core.models import (
    Action,
    ActionKind,
    EvaluationPolicy,
    FieldAvailability,
    ImpactList,
    ImpactProgress,
    Leaf,
    Op,
    Rule,
    RuleImpact,
    RuleSet,
    Source,
    with_rule,
)
from jobsync_tui.backend.database import Database
from jobsync_tui.backend.rules import evaluate
from jobsync_tui.backend.storage.jobs.batches import ColumnStore
from jobsync_tui.backend.storage.jobs.jobs import JobStore
from jobsync_tui.backend.storage.migrations import SCHEMA
from jobsync_tui.backend.storage.outcomes.outcomes import OutcomeStore
from jobsync_tui.backend.storage.rules.rules import RuleStore
from jobsync_tui.backend.target.local import LocalTarget

RUNS = 3
KEYS = 200


def prepare(folder: str, jobs: int, seed: int) -> None:
    """Fill a cache and keep rules, in a process of its own, so that its memory counts for nothing."""

    async def filled() -> None:
        random = Random(seed)  # noqa: S311 - cases, not secrets
        database = await Database.open(f"sqlite:///{folder}/jobsync.db", SCHEMA)
        await fill(JobStore(database), jobs, random)
        await RuleStore(database).save(make_rules(random).rules, actor="a", what="x", expected_revision=0)
        await database.close()

    asyncio.run(filled())


async def run(folder: str, jobs: int) -> None:
    database = await Database.open(f"sqlite:///{folder}/jobsync.db", SCHEMA)
    store, rules, batches = JobStore(database), RuleStore(database), ColumnStore(database)
    ruleset = await rules.current()
    impact_analysis = ImpactAnalysis(batches, OutcomeStore(database), EvaluationPolicy)
    print(f"{jobs:,} jobs, {len(ruleset.rules)} rules, one of them changed")
    await impacts("nothing judged yet", impact_analysis, ruleset, store)
    await Evaluator(OutcomeStore(database), batches, rules.current, EvaluationPolicy).evaluate(["acme"])
    await impacts("judged", impact_analysis, ruleset, store)
    print(f"  most memory until here {peak()} MB")
    await typing(store, ruleset)
    await lint(batches, LocalTarget(f"sqlite:///{folder}/target.db"))
    print(f"  most memory {peak()} MB")
    await database.close()


def edits(rules: RuleSet) -> dict[str, tuple[Rule, ...]]:
    """Return rule sets with one rule changed: in a field that lists show, in one that only the whole job has, in what it does."""
    rule = rules.rules[7]
    folder = Action(ActionKind.FOLDER, "Elsewhere")
    return {
        "conditions on name": with_rule(rules.rules, replace(rule, when=Leaf("name", Op.CONTAINS, "cook"))),
        "conditions on city": with_rule(rules.rules, replace(rule, when=Leaf("location.city", Op.IN, ["City 1", "City 2", "City 3"]))),
        "another folder": with_rule(rules.rules, replace(rule, actions=(*rule.actions, folder))),
    }


async def impacts(what: str, impact_analysis: ImpactAnalysis, rules: RuleSet, store: JobStore) -> None:
    for words, after in edits(rules).items():
        firsts: list[float] = []
        counts: list[float] = []
        lists: list[float] = []
        processor: list[float] = []
        for _ in range(RUNS):
            began, started = time.process_time(), time.perf_counter()
            first: list[float] = []

            def told(_: ImpactProgress, started: float = started, first: list[float] = first) -> None:
                first.append(time.perf_counter() - started)

            found = await impact_analysis.assess(["acme"], rules, RuleSet(rules.revision, after), told)
            firsts.append(first[0])
            counts.append(time.perf_counter() - started)
            await read_lists(found, store)
            lists.append(time.perf_counter() - started)
            processor.append(time.process_time() - began)
        print(
            f"  {what}, {words:20} first counts {median(firsts):5.2f} s, all counts {median(counts):5.2f} s, first page of every list "
            f"{median(lists):5.2f} s ({median(processor):5.2f} s of processor); {found.counts.concerned:,} jobs concerned"
        )


async def read_lists(found: RuleImpact, store: JobStore) -> None:
    for which in ImpactList:
        await store.rows_of(keys_in(found, "acme", which)[:100])


async def typing(store: JobStore, rules: RuleSet) -> None:
    took = []
    for key in range(KEYS):
        after = with_rule(rules.rules, replace(rules.rules[7], when=Leaf("name", Op.CONTAINS, f"nurse{key}")))
        started = time.perf_counter()
        job = await store.get("acme", str(key))
        assert job is not None
        evaluate(
            job,
            RuleSet(1, after),
            POLICY,
            FieldAvailability(),
            provider_title="ATS",
            source=Source.CACHE,
            read_at=None,
            now=NOW,
        )
        took.append((time.perf_counter() - started) * 1000)
    print(f"  one job at each key: median {median(took):.1f} ms, p95 {quantiles(took, n=20)[18]:.1f} ms, worst {max(took):.1f} ms")


async def lint(batches: ColumnStore, target: LocalTarget) -> None:
    random = Random(1)  # noqa: S311 - cases, not secrets
    rules = make_rules(random).rules + tuple(
        replace(rule, id=f"more-{rule.id}", name=f"more {rule.name}") for rule in make_rules(random).rules
    )
    look = Linter(batches, lambda: target, {"acme": FieldAvailability()}, {}, POLICY, NOW)
    took: list[float] = []
    processor: list[float] = []
    for _ in range(RUNS):
        began, started = time.process_time(), time.perf_counter()
        report = await look.report(RuleSet(1, rules))
        took.append(time.perf_counter() - started)
        processor.append(time.process_time() - began)
    print(f"  sanity of {len(rules)} rules {median(took):.2f} s ({median(processor):.2f} s of processor); {len(report.findings)} findings")


def peak() -> int:
    """Return the most memory that the process had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=7)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        process = multiprocessing.get_context("spawn").Process(target=prepare, args=(folder, chosen.jobs, chosen.seed))
        process.start()
        process.join()
        asyncio.run(run(folder, chosen.jobs))
