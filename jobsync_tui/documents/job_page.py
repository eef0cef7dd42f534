"""A job's page: every field that the ATS gave, the description in full, and what the ATS answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..backend.core.models import CachedJob, WireExchange
from . import words
from .document import BLANK, Document, Line, Section, as_text, dim, head, hint, line
from .job import job_document, job_text
from .layout import fit
from .subject import Subject
from .wire import exchange_document


def page_document(job: CachedJob, subject: Subject, answers: Sequence[WireExchange] | None, width: int) -> Document:
    """Return the page; ``answers`` is None as long as the ATS is being asked."""
    return (*map(_opened, job_document(job, subject, width)), BLANK, *_raw(subject, answers, width))


def page_text(job: CachedJob, subject: Subject, answers: Sequence[WireExchange] | None) -> str:
    """Return the page as text."""
    return job_text(job, subject) + as_text(_raw(subject, answers, 100)) + "\n"


def _opened(item: Line | Section) -> Line | Section:
    return replace(item, starts_open=True) if isinstance(item, Section) else item


def _raw(subject: Subject, answers: Sequence[WireExchange] | None, width: int) -> tuple[Line | Section, ...]:
    title = head(f"WHAT {subject.ats.upper()} ANSWERS NOW", "secrets taken out")
    if answers is None:
        return (title, line("   ", dim("asking ...")))
    if not answers:
        return (title, line("   ", dim("Nothing: its jobs are read from a file.")))
    return (title, *(_answer(number, each, width) for number, each in enumerate(answers)))


def _answer(number: int, exchange: WireExchange, width: int) -> Section:
    status = exchange.error if exchange.status is None else str(exchange.status)
    told = fit(f"{exchange.method} {exchange.path}", width - 24)
    closed = line(f"   {told}  {fit(status or words.TARGET, 12)}", right=hint("+ show"))
    return Section(f"answer:{number}", (closed,), (closed, *exchange_document(exchange, width), BLANK))
