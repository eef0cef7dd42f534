"""``demo``: the application, or the main job without it, on the embedded sandbox."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..backend.access.access import require_own_files
from ..backend.core.errors import ExitCode
from ..backend.core.text import counted
from .interruption import run_until_signal
from .options import json_option
from .output import print_json, print_line, say
from .session import on_terminal, refuse_strangers

if TYPE_CHECKING:
    from ..backend.sandbox import Sandbox


@click.command()
@click.option("--jobs", type=click.IntRange(min=60, max=1_000_000), default=2000, show_default=True, metavar="N", help="How many jobs.")
@click.option(
    "--dir",
    "directory",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Keep the sandbox in DIR; otherwise nothing is left behind.",
)
@click.option("--seed", type=int, default=7, show_default=True, metavar="N", help="What the jobs are made from.")
@click.option("--check", is_flag=True, help="Run the main job without the application and print each step with its result.")
@json_option
def demo(*, jobs: int, directory: Path | None, seed: int, check: bool, as_json: bool) -> int:
    """Try everything on built-in sample data: no network, no credentials. Off a terminal it runs the main job as with --check."""
    actor = refuse_strangers()
    from ..backend.sandbox import make_sandbox

    if directory is not None and actor is not None:
        require_own_files(actor)
    spoken_for = actor is not None and actor.is_spoken_for
    with make_sandbox(jobs=jobs, seed=seed, directory=directory, spoken_for=spoken_for) as sandbox:
        if check or as_json or not on_terminal():
            return run_until_signal(_check(sandbox, as_json=as_json))
        say(f"Preparing a sandbox of {counted(jobs, 'job')} ...")
        say(sandbox.TRY)
        run_until_signal(sandbox.prepare())
        from ..app.start import run_app

        memory = None if directory is None else sandbox.directory / "memory.json"
        return run_app(sandbox.settings, sandbox.actor, sandbox=sandbox, memory=memory)


async def _check(sandbox: Sandbox, *, as_json: bool) -> ExitCode:
    from ..backend.sandbox import CheckStep, run_check

    steps: list[CheckStep] = []

    def report(step: CheckStep) -> None:
        steps.append(step)
        if not as_json:
            print_line(f"{'ok  ' if step.held else 'FAIL'}  {step.title}: {step.seen} ({step.seconds:.2f} s)")
            sys.stdout.flush()

    await sandbox.prepare()
    async with sandbox.open() as backend:
        held = await run_check(sandbox, backend, report)
    if as_json:
        print_json({"ok": held, "steps": steps})
    else:
        print_line(f"{sum(step.held for step in steps)} of {counted(len(steps), 'step holds', 'steps hold')}")
    return ExitCode.OK if held else ExitCode.FAULT
