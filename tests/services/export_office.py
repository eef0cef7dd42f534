"""An office with the export of one ATS as its integration, whose ids change: the integration's, or those of its jobs."""

from __future__ import annotations

from pathlib import Path

from jobsync_tui.backend.settings.paths import places
from jobsync_tui.backend.target.local import LocalTarget
from tests.support.databases import url_at

CONFIG = """
[storage]
url = "{url}"

[sync]
settle_after = "1s"
concurrency = 1

[[integrations]]
id = "{name}"
provider = "file"
path = "jobs.csv"
{more}
[[admins]]
user = "alice"
integrations = ["*"]
"""


async def external_ids_in(folder: Path) -> list[str | None]:
    """Return the external ids of all jobs of the office's target, in order."""
    target = LocalTarget(places().local_target_url(url_at(folder / "jobsync.db")))
    try:
        return sorted([job.external_id async for job in target.jobs()], key=str)
    finally:
        await target.close()
