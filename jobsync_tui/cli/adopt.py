"""``adopt``: linking jobs that the target already has, so that their first sync updates instead of creating."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from ..backend.errors import ExitCode
from ..backend.text import counted
from .interruption import Interruption, confirm
from .options import integration_option, json_option
from .output import print_json, print_line
from .plans import print_result
from .session import chosen_or_all, open_backend, runs
from .sync import Consent
from .tables import Table
from .verdicts import of_result, worst

if TYPE_CHECKING:
    from ..backend.facade import Backend
    from ..backend.models import SyncResult
    from ..backend.sync.matching import Link


@click.command()
@integration_option
@click.option("--dry-run", is_flag=True, help="Show the links that would be made, and make none.")
@click.option("--yes", is_flag=True, help="Make the sure links without asking.")
@json_option
@runs
async def adopt(*, integration: str | None, dry_run: bool, yes: bool, as_json: bool) -> int:
    """Link jobs that the target already has, so that their first sync is an update.

    What is not sure is shown and left to a person.
    """
    consent = Consent(dry_run, yes, None)
    interruption = Interruption()
    async with open_backend() as backend:
        summaries = [each for each in await chosen_or_all(backend, integration) if not each.read_only or integration is not None]
        consent.validate()
        links: list[Link] = []
        ambiguous: list[Link] = []
        for each in summaries:
            found = await backend.adoption.find(each.id)
            links += found.links
            ambiguous += found.ambiguous
        if not as_json:
            _print_links(links, ambiguous)
        agreed = not consent.dry_run and bool(links) and (consent.yes or confirm(f"Make {counted(len(links), 'link')}?"))
        results: tuple[SyncResult, ...] = await _make(backend, links, interruption) if agreed else ()
    counts = Counter(result.outcome for result in results)
    if as_json:
        print_json(
            {
                "links": links,
                "ambiguous": ambiguous,
                "results": results,
                "summary": {str(outcome): count for outcome, count in counts.items()},
            }
        )
    else:
        for result in results:
            print_result(result)
    return ExitCode.INTERRUPTED if interruption.happened else worst(map(of_result, results))


async def _make(backend: Backend, links: Sequence[Link], interruption: Interruption) -> tuple[SyncResult, ...]:
    """Make the links one by one; what is not begun when the process is asked to end is left for the next time."""
    results: list[SyncResult] = []
    async with interruption:
        for link in links:
            if interruption.happened:
                break
            results += await backend.adoption.adopt(link.integration, [link])
    return tuple(results)


def _print_links(links: Sequence[Link], ambiguous: Sequence[Link]) -> None:
    for title, group in (("Sure", links), ("For a person to decide", ambiguous)):
        if group:
            print_line(f"{title}:")
            table = Table("ATS JOB", "NAME", "TARGET JOB", "NAME THERE", "SURE", "WHY", widest=48)
            for link in group:
                where = f"{link.integration}:{link.job_id}"
                table.add(where, link.job_name, link.target_id, link.target_name, f"{link.confidence:.0%}", link.why)
            table.finish()
    print_line(f"{len(links):,} to link, {len(ambiguous):,} for a person to decide")
