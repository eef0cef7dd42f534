"""A job as the ATS gave it, field by field."""

from __future__ import annotations

from ..backend.core.models import CachedJob, JobHead
from ..backend.core.text import counted
from . import words
from .change import readable
from .document import BLANK, Document, Line, Section, as_text, dim, good, head, hint, line
from .layout import columns, wrap_lines
from .subject import Subject, job_lines
from .words import SYNC_WORDS


def job_document(job: CachedJob, subject: Subject, width: int) -> Document:
    """Return a job that was just read: what identifies it first, what is empty left out, the description folded."""
    facts = [
        ("ATS job ID", job.id),
        ("status", f"{job.status} ({subject.ats}: {job.ats_status})" if job.ats_status else job.status.value),
        ("location", "; ".join(filter(None, map(words.place, job.locations))) or words.job_place(job)),
        ("client", job.client),
        ("department", job.department),
        ("employment type", job.employment_type),
        ("remote", words.value(job.remote) if job.remote is not None else None),
        ("visibility", job.visibility),
        ("owner", job.owner),
        ("requisition ID", job.requisition_id),
        ("tags", ", ".join(job.tags)),
        ("updated", words.ago(job.updated_at, subject.now) if job.updated_at else None),
        ("link", job.url),
        *((f"custom.{name}", words.value(found)) for name, found in sorted(job.custom.items())),
    ]
    document: list[Line | Section] = [
        line(" ", good("ok FOUND"), f"   in {subject.ats}", right=dim(f"sync: {SYNC_WORDS[job.sync_status]}")),
        BLANK,
    ]
    for label, told in facts:
        if told:
            document += columns((dim(label), told), (18, width - 24), indent=3)
    if job.description:
        text = readable(job.description).strip()
        closed = line("   ", dim(f"{'description':<18}"), f"  {counted(len(text), 'character')}", right=hint("+ show"))
        document.append(Section("description", (closed,), (closed, *wrap_lines(text, width - 2, 5))))
    if job.target_id:
        document += [BLANK, head(f"In {words.TARGET}"), line("   ", f"job {job.target_id}")]
    return tuple(document)


def job_text(job: CachedJob, subject: Subject, width: int = 100) -> str:
    """Return it as text."""
    return as_text((*job_lines(JobHead.of(job), subject, width), BLANK, *job_document(job, subject, width))) + "\n"
