"""The job under the cursor: three lines below the table, or a pane beside it where there is room."""

from __future__ import annotations

from datetime import datetime

from textual.content import Content
from textual.widgets import Static

from ..backend.models import ActionKind, CachedJob, Effect, Eligibility
from ..render import SYNC_STYLES, SYNC_WORDS, age, ends, line, place, status_word, value_text

OK_STYLE, NOT_OK_STYLE, QUIET = "bold $text-success", "bold $text-error", "$text-muted"


class JobDetail(Static):
    """Shows a job and its eligibility. Without a job it is empty."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__("", markup=False, id=id)
        self.job: CachedJob | None = None
        self.eligibility: Eligibility | None = None
        self._now: datetime | None = None

    def show(self, job: CachedJob | None, eligibility: Eligibility | None, now: datetime) -> None:
        """Show ``job``; ``eligibility`` None says that it is not known."""
        if (job, eligibility) != (self.job, self.eligibility) or now != self._now:
            self.job, self.eligibility, self._now = job, eligibility, now
            self.refresh()

    def render(self) -> Content:
        """Return the lines that fit the size."""
        if self.job is None or self._now is None:
            return Content("")
        make = brief if self.size.height <= 4 else full
        return Content("\n").join(make(self.job, self.eligibility, self._now, self.size.width))


def brief(job: CachedJob, eligibility: Eligibility | None, now: datetime, width: int) -> list[Content]:
    """Return the job in three lines."""
    right = line((f"client {job.client}  " if job.client else "", QUIET), f"ATS: {status_word(job.status)} ")
    head = ends(line(" ", (job.id, "bold"), f"  {job.name or '(no name)'}"), right, width)
    verdict = Content(" ") + (Content("  ").join(_verdict(eligibility)) if eligibility else Content.styled("not checked", QUIET))
    tail = ends(line((f" changed in ATS {_since(job.updated_at, now)}", QUIET)), line("Tenzo ") + _standing(job, now) + Content(" "), width)
    return [head, verdict.truncate(width, ellipsis=True), tail]


def full(job: CachedJob, eligibility: Eligibility | None, now: datetime, width: int) -> list[Content]:
    """Return the job as a list of what is known."""
    facts: list[tuple[str, str | None]] = [
        ("id", job.id),
        ("client", job.client),
        ("location", "; ".join(place(each) for each in job.locations) or place(job.location)),
        ("department", job.department),
        ("type", job.employment_type),
        ("requisition", job.requisition_id),
        ("owner", job.owner),
        ("ATS status", status_word(job.status) + (f" ({job.ats_status})" if job.ats_status and job.ats_status != job.status else "")),
        ("changed", _since(job.updated_at, now)),
        ("tags", ", ".join(job.tags)),
    ]
    lines = [*line((job.name or "(no name)", "bold")).wrap(max(8, width - 1)), Content("")]
    lines += [_fact(name, text, width) for name, text in facts if text]
    lines += [Content(""), _fact("Tenzo", None, width, _standing(job, now)), Content("")]
    if eligibility is None:
        return [*lines, Content.styled("eligibility not checked", QUIET)]
    lines += [_verdict(eligibility)[0]]
    if not eligibility.eligible:
        lines += line(eligibility.message).wrap(max(8, width - 1))
        for miss in eligibility.near_misses[:3]:
            lines += line(("would match ", QUIET), miss.rule, (" if ", QUIET), " and ".join(miss.would_match_if)).wrap(max(8, width - 1))
        return lines
    lines += [_fact("rule", rule.name, width) for rule in eligibility.matched_rules]
    lines += [
        _fact(action.kind.replace("_", " "), _action_value(action.name, value_text(action.value)), width)
        for action in eligibility.actions
        if action.effect is Effect.APPLIED
    ]
    return lines


def _verdict(eligibility: Eligibility) -> list[Content]:
    if not eligibility.eligible:
        misses = [f"nearly: {miss.rule}" for miss in eligibility.near_misses[:1]]
        return [line(("x NOT ELIGIBLE", NOT_OK_STYLE)), line(eligibility.message), *(line((text, QUIET)) for text in misses)]
    parts = [line(("ok ELIGIBLE", OK_STYLE)), line(("rules ", QUIET), ", ".join(rule.name for rule in eligibility.matched_rules))]
    if eligibility.templates:
        kind = "script" if eligibility.template_type == "script" else "template"
        parts.append(line((f"{kind} ", QUIET), ", ".join(eligibility.templates)))
    folder = next((a for a in eligibility.actions if a.kind is ActionKind.FOLDER and a.effect is Effect.APPLIED), None)
    if folder is not None:
        parts.append(line(("folder ", QUIET), value_text(folder.value)))
    return parts


def _standing(job: CachedJob, now: datetime) -> Content:
    parts: list[str | tuple[str, str]] = [(SYNC_WORDS[job.sync_status], SYNC_STYLES[job.sync_status])]
    if job.last_synced is not None:
        parts.append((f", last synced {_since(job.last_synced, now)}", QUIET))
    return line(job.target_id or "", ", " if job.target_id else "", *parts)


def _since(moment: datetime | None, now: datetime) -> str:
    words = age(moment, now)
    return words if words in {"never", "just now"} else f"{words} ago"


def _fact(name: str, text: str | None, width: int, content: Content | None = None) -> Content:
    value = content if content is not None else line(text or "")
    return (line((name.ljust(15), QUIET)) + value).truncate(max(8, width - 1), ellipsis=True)


def _action_value(name: str | None, value: str) -> str:
    return f"{name}: {value}" if name else value
