"""``auto``: the automatic sync as a service or for a timer, paused, resumed, and how it stands."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import click
from msgspec import to_builtins

from ..backend.core.clock import now
from ..backend.core.durations import format_duration, parse_duration
from ..backend.core.errors import ExitCode, UsageError
from ..backend.core.models import JOBS_MISSING, STOPPED_REMEDY, AutomaticRun, AutomaticState, AutomaticStatus, EngineState, Failure
from ..backend.core.moments import said_ahead
from ..backend.core.text import clean, counted
from ..documents.automatic import answer_words, pause_words, stopped_words
from .exit_codes import FAULT_CODE, of_code, worst
from .interruption import Interruption
from .options import json_option, reason_option
from .output import print_json, print_line, say, when
from .session import no_integration, open_backend, runs
from .tables import Table

_GUARD = "guard"
_RUNNING = "running"
_SHORTEST = timedelta(seconds=1)


@click.group(invoke_without_command=True)
@click.option("--once", is_flag=True, help="Run once and end. With --every, only if this run of the schedule is still due: for timers.")
@click.option("--every", "every_text", metavar="5m", help="Time between two runs, instead of the configuration's sync.every.")
@json_option
@click.pass_context
def auto(ctx: click.Context, *, once: bool, every_text: str | None, as_json: bool) -> int:
    """Sync new and changed eligible jobs automatically, as a service or once for a timer."""
    if ctx.invoked_subcommand is not None:
        return ExitCode.OK
    every = None if every_text is None else parse_every(every_text)
    return _once(every, as_json=as_json) if once else _serve(every, as_json=as_json)


@auto.command()
@click.option("--until", metavar="TIME", help="Resume automatically at 18:00, in 2h, or when 2026-12-01 begins, by local time.")
@reason_option
@json_option
@runs
async def pause(*, until: str | None, as_json: bool) -> int:
    """Pause automatic sync until it is resumed, or until a time that you name; a run that has started is finished."""
    end = None if until is None else said_ahead(until, now())
    if until is not None and end is None:
        raise UsageError(f"--until needs a time such as 18:00, 2h or 2026-12-01, not {clean(until, limit=40)!r}")
    async with open_backend() as backend:
        _print_status(await backend.automatic.pause(end), as_json=as_json)
    return ExitCode.OK


@auto.command()
@click.option("--accept", is_flag=True, help="Accept the large change that automatic sync stopped at.")
@reason_option
@json_option
@runs
async def resume(*, accept: bool, as_json: bool) -> int:
    """Resume automatic sync after a pause, or after credentials were rejected."""
    async with open_backend() as backend:
        _print_status(await backend.automatic.resume(accept=accept), as_json=as_json)
    return ExitCode.OK


@auto.command()
@json_option
@runs
async def status(*, as_json: bool) -> int:
    """Show the last runs and their results, the next run, and what it is waiting for."""
    async with open_backend() as backend:
        _print_status(await backend.automatic.status(), as_json=as_json)
    return ExitCode.OK


@auto.command("test-messages")
@json_option
@runs
async def test_messages(*, as_json: bool) -> int:
    """Send a message by the webhook and the command that the configuration names, and say whether it was taken."""
    async with open_backend() as backend:
        found = await backend.automatic.test_messages()
    if as_json:
        print_json({"channels": found})
    elif not found:
        say("The configuration names neither a webhook nor a command: see [notify]")
    for name, error in () if as_json else found.items():
        print_line(f"{name}: ok" if error is None else f"{name}: FAILED: {error.message}")
    return ExitCode.REMOTE if any(found.values()) else ExitCode.OK


@runs
async def _once(every: timedelta | None, *, as_json: bool) -> int:
    interruption = Interruption()
    async with open_backend() as backend, interruption:
        found = await backend.automatic.run(every=every, on_schedule=every is not None, stop=interruption.event)
        if not backend.settings.integrations:
            raise no_integration(backend.settings)
    if as_json:
        print_json({"runs": [_document(run) for run in found]})
    for run in () if as_json else found:
        _print_run(run)
    return ExitCode.INTERRUPTED if interruption.happened else worst(map(of_run, found))


@runs
async def _serve(every: timedelta | None, *, as_json: bool) -> int:
    """Run until the process is asked to end; ending in order is how a service ends."""
    interruption = Interruption()
    async with open_backend() as backend, interruption:
        await backend.automatic.status()  # who may not run one is told so first
        if not backend.settings.integrations:
            raise no_integration(backend.settings)
        interval = format_duration(every or backend.settings.sync.every)
        say(f"The automatic sync runs every {interval}; Ctrl+C ends it after the current job")
        await backend.automatic.serve(interruption.event, Diary(as_json=as_json).write, every)
    return ExitCode.OK


def parse_every(text: str) -> timedelta:
    """Return the interval that ``--every`` names.

    Raises:
        UsageError: It is no duration of at least a second.
    """
    try:
        every = parse_duration(text)
    except ValueError as error:
        raise UsageError(f"--every {error}") from None
    if every < _SHORTEST:
        raise UsageError("--every must be at least 1s")
    return every


def of_run(run: AutomaticRun) -> ExitCode:
    """Return the exit code of one run: that of its error, and where it did what it could, of the jobs that failed."""
    code = None if run.error is None else run.error.code
    if code == _GUARD or (code == _RUNNING and run.skipped):
        return ExitCode.BUSY
    if run.skipped:
        return ExitCode.OK
    if code == FAULT_CODE:
        return ExitCode.FAULT
    if code is not None:
        return of_code(code, ExitCode.REMOTE)
    failed = run.outcomes.get("failed", 0) + run.outcomes.get("unknown", 0)
    return ExitCode.REMOTE if failed or run.missing is not None else ExitCode.OK


class Diary:
    """What a service prints: each run that did something, and each trouble once, until it is another one."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._told: dict[str, frozenset[Failure]] = {}

    def write(self, found: Sequence[AutomaticRun]) -> None:
        """Print the runs of one slot."""
        if self._as_json:
            print_json({"runs": [_document(run) for run in found]})
            sys.stdout.flush()
            return
        for run in found:
            told = self._told.get(run.integration, frozenset())
            # A run that read no list of everything says nothing of what is missing.
            kept = frozenset(each for each in told if each.code == JOBS_MISSING and not run.whole)
            self._told[run.integration] = frozenset(_troubles(run)) | kept
            if run.error is not None and run.error in told:
                continue
            _print_run(run, told)
        sys.stdout.flush()


def _troubles(run: AutomaticRun) -> tuple[Failure, ...]:
    """Return what is wrong with the listing of a run, and what went wrong after it; each once."""
    found = {each.code: each for each in (run.renamed, run.reused, run.waits, run.set_aside, run.missing, run.error) if each is not None}
    return tuple(reversed(found.values()))


def _print_run(run: AutomaticRun, told: frozenset[Failure] = frozenset()) -> None:
    """Print a run, without what was ``told`` before."""
    if not run.skipped:
        print_line(f"{run.integration}: {_words(run)}")
    for failure in _troubles(run):
        if failure not in told:
            say(f"{run.integration}: {failure.message}")
            if failure.remedy:
                say(f"    {failure.remedy}")


def _document(run: AutomaticRun) -> dict[str, Any]:
    return {
        "integration": run.integration,
        "refreshed": run.refreshed,
        "evaluated": run.evaluated,
        "outcomes": run.outcomes,
        "error": run.error,
        "skipped": run.skipped,
        "failures": run.failures,
        "why": run.why,
        "missing": run.missing,
        "set_aside": run.set_aside,
        "waits": run.waits,
        "reused": run.reused,
        "renamed": run.renamed,
    }


def _words(run: AutomaticRun) -> str:
    outcomes = ", ".join(f"{count:,} {outcome}" for outcome, count in run.outcomes.items())
    read = "no changes" if run.changes and not run.refreshed else f"{counted(run.refreshed or 0, 'job')} read"
    refreshed = "not refreshed" if run.refreshed is None else read
    return f"{refreshed}, {run.evaluated:,} evaluated" + (f": {outcomes}" if outcomes else "")


def _print_status(found: AutomaticStatus, *, as_json: bool) -> None:
    if as_json:
        print_json({**to_builtins(found), "every": format_duration(found.every)})
        return
    if found.paused is not None:
        print_line(f"{pause_words(found.paused)}; jobsync auto resume ends that")
    table = Table("INTEGRATION", "LAST RUN", "RESULT", "NEXT RUN")
    for state in found.integrations:
        table.add(state.integration, when(state.last_run), _standing(state), when(state.next_run))
    table.finish()
    for state in found.integrations:
        if state.hold is not None:
            say(f"{state.integration} waits since {when(state.hold.since)}: {state.hold.message}. {state.hold.remedy}")
    for state in found.integrations:
        if state.stopped:
            print_line(f"PROBLEM {state.integration}: {stopped_words(state.last_run)}")
    if any(state.stopped for state in found.integrations):
        print_line(f"    {STOPPED_REMEDY}")
    if found.engine is not None:
        _print_engine(found.engine)
    _print_ticks(found)
    for trouble in found.troubles:
        print_line(f"PROBLEM {trouble.integration} since {when(trouble.since)}: {trouble.message}")
        if trouble.remedy:
            print_line(f"    {trouble.remedy}")
        if trouble.answer is not None:
            print_line(f"    {answer_words(trouble.answer)}")
    for channel in found.channels:
        print_line(f"messages by {channel.name}: last {when(channel.sent_at)}" + (f", FAILED: {channel.error}" if channel.error else ""))


def _print_ticks(found: AutomaticStatus) -> None:
    """Print the last slots that were run; of an integration only the last one can be under way."""
    running = {state.integration for state in found.integrations if state.running}
    for tick in found.ticks[:5]:
        missed = f", {tick.missed} missed before it" if tick.missed else ""
        ended = tick.outcome if tick.ended_at is not None else "under way" if tick.integration in running else "cut off"
        print_line(f"run {when(tick.at)} of {tick.integration} by {tick.by}: {ended}{missed}")
        running.discard(tick.integration)


def _print_engine(engine: EngineState) -> None:
    """Print the workers and what waits for one."""
    for worker in engine.workers:
        heard = f"SILENT for {worker.silent_for} s" if worker.missing else f"heard of {when(worker.heard_at)}"
        print_line(f"worker {worker.id}, {heard}: runs {', '.join(worker.working_on) or 'nothing'}")
    if not engine.workers:
        print_line("no worker runs")
    if engine.waiting:
        print_line(f"no worker is free to run: {', '.join(engine.waiting)}")


def _standing(state: AutomaticState) -> str:
    if state.spread is not None:
        workers = len(state.spread.workers)
        by = counted(workers, "worker")
        return f"under way by {by}, {state.spread.ended} of {state.spread.shares} shares done"
    if state.running:
        return "under way"
    if state.hold is not None:
        return f"WAITS: {state.hold.kind}"
    if state.last_run is None:
        return "-"
    if state.run is None or state.ended_at is None:
        return "cut off"
    return _words(state.run) if state.run.error is None else f"FAILED: {state.run.error.message}"
