"""``adopt``: linking jobs that the target already has, so that their first sync updates instead of creating."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

import click

from ..backend.core.errors import ExitCode, JobsyncError
from ..backend.core.text import counted
from ..documents.bulk import result_groups_text
from .exit_codes import of_result, worst
from .interruption import Interruption, confirm
from .options import ID, integration_option, json_option, reason_option
from .output import print_json, print_line, print_text, text_width
from .plans import planned_results
from .session import chosen, chosen_or_all, open_backend, runs
from .sync import Consent, Written, say_ending
from .tables import Table

if TYPE_CHECKING:
    from ..backend.core.models import SyncResult
    from ..backend.services.backend import Backend
    from ..backend.sync.matching import Link

    _Links: TypeAlias = tuple[list[Link], list[Link], tuple[SyncResult, ...]]
    """Links to make, links to be decided by you, and what a dry run says of the first."""


@click.command()
@integration_option
@click.option(
    "--link",
    "pairs",
    nargs=2,
    type=ID,
    multiple=True,
    metavar="ATS_ID TARGET_ID",
    help="Link these two jobs, and no others. May be given several times.",
)
@click.option("--dry-run", is_flag=True, help="Show the links that would be made, and make none.")
@click.option("--yes", is_flag=True, help="Make the links that are certain without asking.")
@reason_option
@json_option
@runs
async def adopt(*, integration: str | None, pairs: tuple[tuple[str, str], ...], dry_run: bool, yes: bool, as_json: bool) -> int:
    """Link jobs that the target already has, so that their first sync is an update.

    What is not sure is shown and left to a person, who links two jobs with --link: jobsync adopt -i ID --link 4711 tz_91f3
    """
    consent = Consent(dry_run, yes, None)
    interruption = Interruption()
    async with open_backend() as backend:
        ending: JobsyncError | None = None
        links, ambiguous, results = await (_named(backend, integration, pairs) if pairs else _found(backend, integration))
        consent.validate()
        if not as_json:
            _print_links(links, ambiguous)
        if not consent.dry_run:
            refused = any(of_result(result) is not ExitCode.OK for result in results)
            agreed = bool(links) and (consent.yes or (not refused and confirm(f"Make {counted(len(links), 'link')}?")))
            written = await _make(backend, links, interruption) if agreed else Written(results if refused else ())
            results, ending = written.results, written.ending
    counts = Counter(result.outcome for result in results)
    if as_json:
        print_json(
            {
                "links": links,
                "ambiguous": ambiguous,
                "results": results,
                "summary": {str(outcome): count for outcome, count in counts.items()},
                **({} if ending is None else {"error": ending.failure()}),
            }
        )
    else:
        if results:
            print_text(result_groups_text(results, text_width()))
        say_ending(ending)
    code = worst([*map(of_result, results), *(() if ending is None else (ending.exit_code,))])
    return ExitCode.INTERRUPTED if interruption.happened else code


async def _found(backend: Backend, integration: str | None) -> _Links:
    """Return the links that could be made, and those that a person has to decide."""
    summaries = [each for each in await chosen_or_all(backend, integration) if not each.read_only or integration is not None]
    found = [await backend.adoption.find(each.id) for each in summaries]
    return [link for each in found for link in each.links], [link for each in found for link in each.ambiguous], ()


async def _named(backend: Backend, integration: str | None, pairs: Sequence[tuple[str, str]]) -> _Links:
    """Return the links that the person named, with what a dry run says of each."""
    meant = (await chosen(backend, integration)).id
    found = [await backend.adoption.link(meant, *pair) for pair in pairs]
    return [link for link, _ in found], [], tuple(planned_results([plan for _, plan in found], backend.actor.user))


async def _make(backend: Backend, links: Sequence[Link], interruption: Interruption) -> Written:
    """Make the links one by one; what is not begun when the process is asked to end, or something ends it, is left for the next time."""
    results: list[SyncResult] = []
    async with interruption:
        for link in links:
            if interruption.happened:
                break
            try:
                results += await interruption.asking(backend.adoption.adopt(link.integration, [link]))
            except JobsyncError as error:
                return Written(tuple(results), error)
    return Written(tuple(results))


def _print_links(links: Sequence[Link], ambiguous: Sequence[Link]) -> None:
    for title, group in (("Certain", links), ("To be decided by you", ambiguous)):
        if group:
            print_line(f"{title}:")
            table = Table("ATS JOB", "NAME", "TARGET JOB", "NAME THERE", "SURE", "WHY", widest=48)
            for link in group:
                where = f"{link.integration}:{link.job_id}"
                table.add(where, link.job_name, link.target_id, link.target_name, f"{link.confidence:.0%}", link.why)
            table.finish()
    print_line(f"{len(links):,} to link, {len(ambiguous):,} to be decided by you")
