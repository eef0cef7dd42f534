"""Linking jobs (adopt): which jobs of the target may be which of an ATS, both sides of a pair, and why a person has to decide."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from shlex import join
from types import MappingProxyType

from rich.cells import cell_len

from ..backend.core.models import JobHead, JsonValue, Link, Matches, PairedField, Pairing
from ..backend.core.text import counted
from . import words
from .change import readable
from .document import BLANK, Document, Line, Section, Span, Tone, as_text, dim, head, line, strong, warn
from .layout import columns, fit, fit_end, wrap, wrap_lines
from .reason import because
from .subject import Subject, job_lines, where

UNNAMED = "(no name)"
_FIELD = 17
_MARKS = MappingProxyType({True: ("=", Tone.OK), False: ("!", Tone.WARN), None: (" ", Tone.DIM)})


def of_job(links: Iterable[Link], job_id: str) -> tuple[Link, ...]:
    """Return the links of one job, the surest first."""
    return tuple(sorted((link for link in links if link.job_id == job_id), key=lambda link: -link.confidence))


def matches_document(found: Matches, width: int) -> Document:
    """Return what could be linked: first what a person has to decide, each job of the ATS with the jobs of the target that it may be."""
    certain, decide, apart = (list(dict.fromkeys(link.job_id for link in links)) for links in (found.links, found.ambiguous, found.apart))
    document: list[Line | Section] = []
    document += _group("decide", "TO BE DECIDED BY YOU", decide, found.ambiguous, width, opened=True)
    document += _group("certain", "CERTAIN", certain, found.links, width, opened=len(decide) == 0)
    document += _group("apart", "NOT THE SAME, AS SOMEBODY DECIDED", apart, found.apart, width, opened=False)
    if not document:
        document.append(line("   ", dim(f"No job in {words.TARGET} looks like a job here that was never synced.")))
    return tuple(document)


def matches_text(found: Matches, width: int = 100) -> str:
    """Return what could be linked as text, and how much of it there is."""
    told = f"{len(found.links):,} to link, {len(dict.fromkeys(link.job_id for link in found.ambiguous)):,} to be decided by you"
    return as_text((*matches_document(found, width), line(told))) + "\n"


def doubts(job_id: str, found: Matches) -> tuple[str, ...]:
    """Return why a person has to decide about a job of the ATS; nothing, where its link is certain."""
    mine = of_job(found.ambiguous, job_id)
    if not mine:
        return ()
    told: list[str] = []
    if len(mine) > 1:
        told.append(f"{counted(len(mine), 'job')} in {words.TARGET} could be this one")
    ids = {link.target_id for link in mine}
    rivals = list(dict.fromkeys(link.job_id for link in found.ambiguous if link.target_id in ids and link.job_id != job_id))
    if rivals:
        could = "could be the same one" if len(mine) == 1 else "could be one of them"
        told.append(f"{counted(len(rivals), 'other job')} of the ATS {could}: {words.listing(rivals, 4)}")
    return tuple(told) or (f"Only this speaks for it: {mine[0].why}",)


def pairing_document(pairings: Sequence[Pairing], why: Sequence[str], subject: Subject, width: int) -> Document:
    """Return a job of the ATS beside each job of the target that it may be; ``why`` says why a person has to decide."""
    document: list[Line | Section] = []
    for told in why:
        first, *more = wrap(f"{told}.", width - 6)
        document += [line(" ", warn("! "), first), *(line("   ", part) for part in more)]
    if why:
        document.append(BLANK)
    document += [_pair(each, subject, width) for each in pairings]
    return tuple(document)


def pairing_text(pairings: Sequence[Pairing], why: Sequence[str], subject: Subject, job_id: str, width: int = 100) -> str:
    """Return the same as text, with the job that it is about."""
    title = line(f"Which job in {words.TARGET} is this: {where(subject, job_id)}")
    cached = subject.cached
    lines = () if cached is None else job_lines(JobHead.of(cached), subject, width)
    return as_text((title, *lines, BLANK, *pairing_document(pairings, why, subject, width))) + "\n"


def link_command(integration: str, links: Sequence[Link] = (), reason: str | None = None) -> str:
    """Return the command line that makes these links, or, without any, the one that finds what could be linked."""
    pairs = [word for link in links for word in ("--link", link.job_id, link.target_id)]
    return join(["jobsync", "adopt", "-i", integration, *pairs, *because(reason)])


def _group(key: str, title: str, jobs: Sequence[str], links: Sequence[Link], width: int, *, opened: bool) -> list[Section]:
    if not jobs:
        return []
    rows = [_job(key, of_job(links, job), width) for job in jobs]
    told = f"{title}   {len(jobs):,}"
    return [Section(key, (head(f"+ {told}", keys="+ show"),), (head(f"- {told}"), *rows, BLANK), starts_open=opened)]


def _job(key: str, links: Sequence[Link], width: int) -> Section:
    """Return a job in a line, which opens to the jobs of the target that it may be."""
    first = links[0]
    told = f"{counted(len(links), 'candidate')}: {first.why}"
    room = width - 14 - 9
    cells = (dim(fit_end(first.job_id, 12)), first.job_name or UNNAMED, told)
    row = columns(cells, (12, room * 2 // 5, room - room * 2 // 5), indent=4, most=2)
    rows: list[Line] = []
    for link in links:
        told = f"{link.target_id}  {link.target_name or UNNAMED}, {sureness(link)}: {link.why}"
        rows += [line(" " * 18, part) for part in wrap(told, width - 20)]
    return Section(f"{key}:{first.job_id}", tuple(row), (*row, *rows), first.job_id)


def sureness(link: Link) -> str:
    """Return how sure a link is, in words."""
    return f"{link.confidence:.0%} sure"


def _pair(each: Pairing, subject: Subject, width: int) -> Section:
    link = each.link
    told = f"{sureness(link)}: {link.why}" if not link.decided else link.why
    title = f"{link.target_id}  {link.target_name or UNNAMED}"
    lead = wrap(told, width - 8)
    side = max((width - _FIELD - 9) // 2, 8)
    named = line("     ", dim(f"{'':<{_FIELD}} {fit(subject.ats, side):<{side}} {fit(words.TARGET, side)}"))
    rows: list[Line | Section] = [*(line("     ", dim(part)) for part in lead), named]
    for field in each.fields:
        rows += _field(field, side)
    if each.url:
        rows += [line("     ", dim(f"{'link':<{_FIELD}} "), part.text) for part in wrap_lines(each.url, width - _FIELD - 8)]
    closed = line(" ", strong(f"+ {fit(title, width - 30)}"), right=dim(fit(told, 24)))
    opened = line(" ", strong(f"- {fit(title, width - 4)}"))
    return Section(f"pair:{link.target_id}", (closed,), (opened, *rows, BLANK), link.target_id, starts_open=True)


def _field(each: PairedField, side: int) -> list[Line]:
    mark, tone = _MARKS[each.agrees]
    ours, theirs = _cell(each.ours, side), _cell(each.theirs, side)
    name = fit("ID" if each.field == "ATS job ID" else each.field, _FIELD)
    return [line("   ", Span(mark, tone), f" {name:<{_FIELD}} {ours} ", Span(theirs, tone if each.agrees is False else Tone.PLAIN))]


def _cell(value: JsonValue, width: int) -> str:
    shown = readable(value) if isinstance(value, str) else "-" if value is None else words.value(value)
    told = fit(" ".join(shown.split()), width)
    return told + " " * max(width - cell_len(told), 0)
