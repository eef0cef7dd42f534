"""A backend whose one integration is a file of jobs, for the tests of what people do with rules."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from jobsync_tui.backend.access.access import Actor
from jobsync_tui.backend.services.backend import Backend
from jobsync_tui.backend.settings.loader import load_settings
from jobsync_tui.backend.settings.paths import places
from jobsync_tui.backend.target.local import LocalTarget
from tests.support.databases import url_at

CONFIG = """
[storage]
url = "{url}"

[rules]
confirm_above = 3

[[integrations]]
id = "file"
provider = "file"
path = "jobs.csv"

[[admins]]
user = "alice"
integrations = ["*"]

[[admins]]
user = "bob"
integrations = ["*"]
"""

CITIES = ("Berlin", "Oslo", "Paris")
COLUMNS = ("id", "name", "department", "location", "status")


def job_line(number: int) -> tuple[str, ...]:
    """Return a job: every third one in each city, every second one in care, names that count."""
    return (str(number), f"Job {number}", "Care" if number % 2 else "Data", CITIES[number % 3], "open")


def write_jobs(folder: Path, lines: Iterable[tuple[str, ...]]) -> None:
    """Write what the ATS exports."""
    text = io.StringIO()
    csv.writer(text).writerows([COLUMNS, *lines])
    (folder / "jobs.csv").write_text(text.getvalue(), encoding="utf-8")


@asynccontextmanager
async def workshop(folder: Path, jobs: int = 12, user: str = "alice") -> AsyncIterator[Backend]:
    """Open a backend over so many jobs, all of them cached."""
    config = folder / "jobsync.toml"
    if not config.exists():
        config.write_text(CONFIG.format(url=url_at(folder / "jobsync.db")), encoding="utf-8")
        config.chmod(0o600)
        write_jobs(folder, map(job_line, range(jobs)))
    async with Backend.open(load_settings(config), Actor(user)) as backend:
        await backend.integrations.refresh("file")
        yield backend


def local_target(folder: Path) -> LocalTarget:
    """Return the target of that backend, to be looked into or changed as people there would."""
    return LocalTarget(places().local_target_url(url_at(folder / "jobsync.db")))
