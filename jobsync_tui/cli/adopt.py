"""``adopt``: linking jobs that the target already has, so that their first sync updates instead of creating."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from ..backend.core.errors import ExitCode, JobsyncError, UsageError
from ..backend.core.models import Matches
from ..backend.core.text import clean, counted
from ..documents.bulk import result_groups_text
from ..documents.links import matches_text, of_job, pairing_text
from ..documents.subject import read_subject
from .exit_codes import of_result, worst
from .interruption import Interruption, confirm
from .options import ID, integration_option, json_option, reason_option
from .output import beside_json, print_json, print_line, print_text, text_width
from .plans import planned_results
from .session import chosen, chosen_or_all, open_backend, own_id, runs
from .sync import Consent, Written, say_ending

if TYPE_CHECKING:
    from ..backend.core.models import IntegrationSummary, Link, SyncResult
    from ..backend.services.backend import Backend


@dataclass(frozen=True, slots=True)
class _Found:
    """What is to be done.

    Attributes:
        by_integration: What was found for each integration.
        named: Whether a person named the pairs.
        results: What a dry run says of pairs that were named.
    """

    by_integration: tuple[tuple[IntegrationSummary, Matches], ...]
    named: bool = False
    results: tuple[SyncResult, ...] = ()

    @property
    def links(self) -> list[Link]:
        """Return the links to make."""
        return [link for _, found in self.by_integration for link in found.links]

    @property
    def ambiguous(self) -> list[Link]:
        """Return what a person has to decide."""
        return [link for _, found in self.by_integration for link in found.ambiguous]

    @property
    def apart(self) -> list[Link]:
        """Return what a person said is not the same."""
        return [link for _, found in self.by_integration for link in found.apart]


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
@click.option(
    "--none",
    "alone",
    type=ID,
    multiple=True,
    metavar="ATS_ID",
    help="None of the jobs in Tenzo is this one: keep that, and do not ask again. May be given several times.",
)
@click.option("--dry-run", is_flag=True, help="Show the links that would be made, and make none.")
@click.option("--yes", is_flag=True, help="Make the links that are certain without asking.")
@reason_option
@json_option
@runs
async def adopt(
    *, integration: str | None, pairs: tuple[tuple[str, str], ...], alone: tuple[str, ...], dry_run: bool, yes: bool, as_json: bool
) -> int:
    """Link jobs that the target already has, so that their first sync is an update.

    What is not certain is shown and left to a person, who links two jobs with --link, or says with --none that a job is none of them:
    jobsync adopt -i ID --link 4711 tz_91f3. In the application, Link jobs in the palette shows both sides of each pair.
    """
    if pairs and alone:
        raise UsageError("--link and --none decide one pair after the other", remedy="Give one of the two")
    consent = Consent(dry_run, yes, None)
    interruption = Interruption()
    async with open_backend() as backend:
        ending: JobsyncError | None = None
        found = await (_named(backend, integration, pairs) if pairs else _looked_for(backend, integration))
        if alone:
            return await _set_apart(backend, found, alone, consent, as_json=as_json)
        consent.validate()
        links, results = found.links, found.results
        refused = any(of_result(result) is not ExitCode.OK for result in results)
        asks = bool(links) and consent.asks and not refused
        if asks or not as_json:
            with beside_json(as_json=as_json):
                await _print_links(backend, found)
        if not consent.dry_run:
            agreed = confirm(f"Make {counted(len(links), 'link')}?") if asks else bool(links) and consent.yes
            written = await _make(backend, links, interruption) if agreed else Written(results if refused else ())
            results, ending = written.results, written.ending
    counts = Counter(result.outcome for result in results)
    if as_json:
        print_json(
            {
                "links": links,
                "ambiguous": found.ambiguous,
                "apart": found.apart,
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


async def _looked_for(backend: Backend, integration: str | None) -> _Found:
    """Return what could be linked, and what a person has to decide."""
    summaries = [each for each in await chosen_or_all(backend, integration) if not each.read_only or integration is not None]
    return _Found(tuple([(each, await backend.adoption.find(each.id)) for each in summaries]))


async def _named(backend: Backend, integration: str | None, pairs: Sequence[tuple[str, str]]) -> _Found:
    """Return the links that the person named, with what a dry run says of each."""
    meant = await chosen(backend, integration)
    found = [await backend.adoption.link(meant.id, await own_id(backend, meant.id, job_id), target_id) for job_id, target_id in pairs]
    results = tuple(planned_results([plan for _, plan in found], backend.actor.user))
    return _Found(((meant, Matches(tuple(link for link, _ in found), ())),), named=True, results=results)


async def _set_apart(backend: Backend, found: _Found, alone: Sequence[str], consent: Consent, *, as_json: bool) -> int:
    """Keep that jobs are none of those that look like them, once a person agreed.

    Raises:
        UsageError: No job of the target looks like one of them.
    """
    links: list[Link] = []
    for job_id in alone:
        undecided = [*found.ambiguous, *found.links]
        mine = of_job(undecided, job_id) or [link for link in undecided if job_id == f"{link.integration}:{link.job_id}"]
        if not mine or len({link.integration for link in mine}) > 1:
            message = f"No job in Tenzo looks like {clean(job_id, limit=64)}" if not mine else "Say which integration is meant"
            raise UsageError(message, remedy="jobsync adopt --dry-run lists the jobs that look like one of Tenzo")
        links += mine
    consent.validate()
    if consent.asks or not as_json:
        with beside_json(as_json=as_json):
            for link in links:
                print_line(f"{link.integration}:{link.job_id} is not {link.target_id} ({link.why})")
    agreed = confirm("Keep that they are not the same?") if consent.asks else consent.yes
    if agreed:
        for integration, job_id in dict.fromkeys((link.integration, link.job_id) for link in links):
            await backend.adoption.set_apart(integration, job_id, [link.target_id for link in links if link.job_id == job_id])
    if as_json:
        print_json({"links": [], "ambiguous": [], "apart": links, "results": [], "summary": {}, "finished": agreed})
    elif agreed:
        print_line("Kept. jobsync adopt --link still links them.")
    return ExitCode.OK


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


async def _print_links(backend: Backend, found: _Found) -> None:
    """Print what could be linked, as the screen shows it; of pairs that were named, both sides."""
    for summary, matches in found.by_integration:
        if not found.named:
            if len(found.by_integration) > 1:
                print_line(f"{summary.name} ({summary.id})")
            print_text(matches_text(matches, text_width()))
            continue
        for link in matches.links:
            subject = await read_subject(backend, summary.id, link.job_id)
            pairings = await backend.adoption.compare(summary.id, [link])
            print_text(pairing_text(pairings, (), subject, link.job_id, text_width()))
