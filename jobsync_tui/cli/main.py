"""The command ``jobsync`` and the table of its commands. A new command is a line here and a function in its family's file."""

from __future__ import annotations

import os
import signal
import sys

import click

from .examples import add_examples
from .lazy import Entry, LazyGroup
from .options import global_options
from .runner import run

COMMANDS = {
    "demo": Entry("demo:demo", "Try everything on built-in sample data: no network, no credentials."),
    "init": Entry("init:init", "Write a configuration file with a first integration, or add one."),
    "integrations": Entry("integrations:integrations", "List the integrations with their jobs, last refresh and errors."),
    "test": Entry("integrations:test", "Try the credentials of integrations with one cheap call each."),
    "refresh": Entry("integrations:refresh", "Read the jobs from the ATSs again."),
    "columns": Entry("export_columns:columns", "Show what the columns of an export FILE would become, and the tables to paste."),
    "jobs": Entry("jobs:jobs", "List cached jobs."),
    "views": Entry("views:views", "Save filter, order and columns of the list of jobs under a name; jobs --view NAME uses them."),
    "fetch": Entry("jobs:fetch", "Read a job straight from the ATS by its exact id, and into the cache."),
    "check": Entry("check:check", "Say whether jobs are eligible, and why or why not."),
    "sync": Entry("sync:sync", "Sync jobs into the target: plan, confirm, write, verify."),
    "retry": Entry("sync:retry", "Sync again what failed last time."),
    "undo": Entry("undo:undo", "Restore the fields as they were before a sync (an operation)."),
    "adopt": Entry("adopt:adopt", "Link jobs that the target already has, so that their first sync is an update."),
    "recover": Entry(
        "sync:recover", "Find out what became of changes that a crash or a lost reply left open, and return when all are settled."
    ),
    "auto": Entry("automatic:auto", "Sync new and changed eligible jobs automatically, as a service or once for a timer."),
    "alerts": Entry("alerts:alerts", "Show what keeps the automatic sync from its work; acknowledge or mute it until it changes."),
    "news": Entry(
        "news:news", "Show a day at a glance: what happened since your last visit, why syncs failed, what became eligible, and what waits."
    ),
    "worker": Entry("worker:worker", "Run the automatic sync as one of several workers that share a PostgreSQL database."),
    "rules": Entry("rules:rules", "Show, import, export, activate and deactivate rules."),
    "runs": Entry("activity:list_runs", "Show automatic runs and what everybody did, newest first."),
    "audit": Entry("records:audit", "Show the record of who did what."),
    "wire": Entry("wire:wire", "Show the requests and answers of a sync, with secrets taken out."),
    "leases": Entry("records:leases", "Show which jobs are being synced right now, and by whom (leases)."),
    "doctor": Entry("doctor:doctor", "Check the configuration, permissions, database, credentials, clock, terminal and versions."),
    "backup": Entry("maintenance:backup", "Write a consistent copy of the database while it is in use."),
    "prune": Entry("maintenance:prune", "Delete old entries from the record of who did what."),
    "migrate-storage": Entry("maintenance:migrate_storage", "Move everything from the SQLite file to a PostgreSQL database."),
    "paths": Entry("setup:paths", "Show where the configuration, the database and the log are."),
    "completion": Entry("setup:completion", "Print the completion script for a shell."),
}


@click.group(
    cls=LazyGroup,
    table=COMMANDS,
    invoke_without_command=True,
    params=global_options(),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.pass_context
def cli(ctx: click.Context) -> int:
    """Put jobs from applicant tracking systems into Tenzo, by rules, with every reason shown.

    Without a command, the terminal application starts.
    """
    if ctx.invoked_subcommand is not None:
        return 0
    from .application import start

    return start()


add_examples(cli, "")


def main() -> None:
    """Run ``jobsync`` with this process's arguments and end the process with its exit code."""
    # Plugins of pydantic are code that nobody here chose, and looking for them costs 40 ms of every start.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    _replace_closed_streams()
    for each in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(each) is signal.SIG_DFL:  # one that is ignored, as under nohup, stays so
            signal.signal(each, signal.default_int_handler)
    sys.exit(run(cli, sys.argv[1:]))


def _replace_closed_streams() -> None:
    """Have what is said on a stream that the caller closed, as with ``>&-``, go nowhere: Python has None in its place."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8"))
