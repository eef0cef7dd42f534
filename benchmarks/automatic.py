"""The automatic sync over 100,000 cached jobs of three ATSs: a run that finds nothing to do, and rules that change for every job.

Run ``python -m benchmarks.automatic [--jobs N] [--seed N]``. The ATSs are the sandbox's: real adapters on real wire formats, answering
inside the process, so "own time" includes what they take to answer. Everything else is as in production: a real file, the real pipeline.
Beside the change of rules: how long a read for a screen took meanwhile, which is what a person who types would have waited; threads hand
the interpreter over as they do in the application.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from importlib import resources
from statistics import quantiles

from jobsync_tui.app.start import HAND_OVER
from jobsync_tui.backend import sandbox as sandbox_package
from jobsync_tui.backend.core.models import AutomaticRun, Scope, Sort
from jobsync_tui.backend.http import Reply, Request, Responder
from jobsync_tui.backend.sandbox import Sandbox, make_sandbox
from jobsync_tui.backend.sandbox.scenario import CRELATE, GREENHOUSE, JOBVITE
from jobsync_tui.backend.services.backend import Backend

INTEGRATIONS = (GREENHOUSE, JOBVITE, CRELATE)
FOR_ALL = "rules: [ {name: All, actions: [{generation_template: General screen}]} ]"
FOR_NONE = "rules: [ {name: All, when: {field: name, op: equals, value: no such job}, actions: [{generation_template: General screen}]} ]"


@dataclass
class Counted:
    """An ATS whose requests are counted."""

    name: str
    behind: Responder
    asked: Counter[str] = field(default_factory=Counter)

    async def __call__(self, request: Request) -> Reply:
        """Count it and hand it on."""
        self.asked[self.name] += 1
        return await self.behind(request)


@asynccontextmanager
async def opened(sandbox: Sandbox, asked: Counter[str]) -> AsyncIterator[Backend]:
    responders = {name: Counted(name, behind, asked) for name, behind in sandbox.responders.items()}
    async with Backend.open(sandbox.settings, sandbox.actor, responders=responders) as backend:
        yield backend


async def run_all(backend: Backend) -> list[AutomaticRun]:
    found = await asyncio.gather(*(backend.automatic.run(each) for each in INTEGRATIONS))
    return [run for runs in found for run in runs]


async def timed(what: str, backend: Backend, asked: Counter[str]) -> None:
    asked.clear()
    started, processor = time.perf_counter(), time.process_time()
    found = await run_all(backend)
    seconds, own = time.perf_counter() - started, time.process_time() - processor
    evaluated = sum(run.evaluated for run in found)
    errors = {run.error.code for run in found if run.error is not None}
    requests = ", ".join(f"{name} {asked[name]}" for name in INTEGRATIONS)
    print(
        f"  {what:36} {seconds:6.2f} s, own {own:5.2f} s; {evaluated:8,} decided; requests: {requests}; {', '.join(errors) or 'no error'}"
    )


async def typing(backend: Backend, waits: list[float]) -> None:
    """Ask for what a screen asks for, at the pace of a person who types."""
    for number in range(1_000_000):
        started = time.perf_counter()
        await backend.jobs.window(Scope.of(INTEGRATIONS[number % 3]), "senior nurse", Sort(), 0, 20)
        waits.append(time.perf_counter() - started)
        await asyncio.sleep(0.05)


async def run(jobs: int, seed: int) -> None:
    asked: Counter[str] = Counter()
    with make_sandbox(jobs=jobs, seed=seed) as sandbox:
        async with opened(sandbox, asked) as backend:
            await backend.rules.import_text(FOR_NONE, "the benchmark")
            await timed("first run, into an empty cache", backend, asked)
            for _ in range(3):
                await timed("idle run, nothing changed", backend, asked)
            await change(backend, FOR_ALL, "rules that are for all jobs", asked)
            text = resources.files(sandbox_package).joinpath("rules.yaml").read_text(encoding="utf-8")
            await change(backend, text, "the sandbox's 29 rules", asked)
            await change(backend, FOR_NONE, "rules that are for none", asked)


async def change(backend: Backend, rules: str, what: str, asked: Counter[str]) -> None:
    """Time a run after a change of the rules, while somebody types."""
    await backend.rules.import_text(rules, "the benchmark", replace_all=True)
    waits: list[float] = []
    person = asyncio.create_task(typing(backend, waits))
    started = time.perf_counter()
    processor = time.process_time()
    evaluated = await backend.eligibility.evaluate_all()
    seconds, own = time.perf_counter() - started, time.process_time() - processor
    print(f"  {what:36} {seconds:6.2f} s, own {own:5.2f} s, to evaluate {evaluated:,} jobs; {told(waits)}")
    waits.clear()
    await timed("the run that follows", backend, asked)
    print(f"    meanwhile {told(waits)}")
    person.cancel()
    with suppress(asyncio.CancelledError):
        await person


def told(waits: list[float]) -> str:
    """Return in words how long keys took."""
    return f"a key: p95 {quantiles(waits, n=20, method='inclusive')[18] * 1000:.0f} ms, worst {max(waits) * 1000:.0f} ms, of {len(waits)}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=7)
    chosen = parser.parse_args()
    print(f"{chosen.jobs:,} jobs in all")
    sys.setswitchinterval(HAND_OVER)
    asyncio.run(run(chosen.jobs, chosen.seed))
