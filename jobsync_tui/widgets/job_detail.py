"""The job under the cursor: three lines below the table, or a pane beside it where there is room."""

from __future__ import annotations

from datetime import datetime

from textual.content import Content
from textual.geometry import Region
from textual.strip import Strip
from textual.visual import Visual
from textual.widget import Widget

from ..backend.core.models import ActionKind, CachedJob, Effect, Eligibility, SyncStatus
from ..documents.change import readable
from ..documents.eligibility import turned_words
from ..documents.layout import fit, padded
from ..documents.words import ACTIONS, SYNC_WORDS, age, place, status_word, value_text
from .content import SYNC_STYLES, ends, line
from .table.columns import NARROW
from .table.lines import changed_span

_SHORT = {**ACTIONS, ActionKind.FOLLOW_UP_USER: "follow-up"}
"""What an action is called where there is room for 12 cells."""

_LABEL = 13
"""Cells of a fact's name, its gap included."""

MOST_CUSTOM = 8
"""Fields of the ATS's own that are shown beside the list; Search ATS Job shows all."""

DESCRIPTION = 4000
"""Characters of a description that are looked at."""

BRIEF = 4
"""Lines up to which the detail is brief."""

OK_STYLE, NOT_OK_STYLE, QUIET = "bold $text-success", "bold $text-error", "$text-muted"


class JobDetail(Widget):
    """Shows a job and its eligibility. Without a job it is empty."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._strips: list[Strip] = []
        self.job: CachedJob | None = None
        self.eligibility: Eligibility | None = None
        self._now: datetime | None = None

    def show(self, job: CachedJob | None, eligibility: Eligibility | None, now: datetime) -> None:
        """Show ``job``; ``eligibility`` None says that it is not known."""
        if (job, eligibility) != (self.job, self.eligibility) or now != self._now:
            self.job, self.eligibility, self._now = job, eligibility, now
            self._draw()

    def render_line(self, y: int) -> Strip:
        """Return a line that was made."""
        return self._strips[y] if y < len(self._strips) else Strip.blank(self.size.width, self.rich_style)

    def on_resize(self) -> None:
        """Make the lines for the new size."""
        self._draw()

    def notify_style_update(self) -> None:
        """Make the lines again: colours are others."""
        super().notify_style_update()
        self._draw()

    def _draw(self) -> None:
        """Make the lines that fit, and paint those parts that differ from what is on the screen."""
        width, height = self.size
        if not width or not height:
            return
        lines: list[Content] = []
        if self.job is not None and self._now is not None:
            lines = (brief if height <= BRIEF else full)(self.job, self.eligibility, self._now, width)
        strips = Visual.to_strips(self, Content("\n").join(lines), width, height, self.visual_style, pad=True)
        ground = self.rich_style
        strips = [strip.adjust_cell_length(width, ground) for strip in strips]
        strips += [Strip.blank(width, ground)] * (height - len(strips))
        before = self._strips + [Strip([])] * (height - len(self._strips))
        self._strips = strips[:height]
        spans = [(y, changed_span(old, new)) for y, (old, new) in enumerate(zip(before, self._strips, strict=False))]
        dirty = [Region(span[0], y, span[1], 1) for y, span in spans if span is not None]
        if dirty:
            self.refresh(*dirty)


def brief(job: CachedJob, eligibility: Eligibility | None, now: datetime, width: int) -> list[Content]:
    """Return the job in three lines."""
    client = f"client {padded(job.client, width // 3).rstrip()}  " if job.client and width >= NARROW else ""
    right = line((client, QUIET), f"ATS: {status_word(job.status)} ")
    head = ends(line(" ", (job.id, "bold"), f"  {job.name or '(no name)'}"), right, width)
    verdict = Content(" ") + (Content("  ").join(_verdict(eligibility, now)) if eligibility else _unchecked(job))
    return [head, verdict.truncate(width, ellipsis=True), _moments(job, now, width)]


def _moments(job: CachedJob, now: datetime, width: int) -> Content:
    """Return when the ATS and the sync last touched the job; its id in the target only where all of it fits."""
    changed = line((f" changed in ATS {_since(job.updated_at, now)}", QUIET))
    whole = line("Tenzo ") + _standing(job, now) + Content(" ")
    fits = changed.cell_length + 2 + whole.cell_length <= width
    return ends(changed, whole if fits else line("Tenzo ") + _standing(job, now, with_id=False) + Content(" "), width)


def full(job: CachedJob, eligibility: Eligibility | None, now: datetime, width: int) -> list[Content]:
    """Return the job as a list of what is known."""
    facts: list[tuple[str, str | None]] = [
        ("client", job.client),
        ("location", "; ".join(place(each) for each in job.locations) or place(job.location)),
        ("department", job.department),
        ("type", job.employment_type),
        ("requisition", job.requisition_id),
        ("owner", job.owner),
        ("ATS status", status_word(job.status) + (f" ({job.ats_status})" if job.ats_status and job.ats_status != job.status else "")),
        ("visibility", job.visibility),
        ("changed", _since(job.updated_at, now)),
        ("tags", ", ".join(job.tags)),
    ]
    lines = [*line((job.name or "(no name)", "bold")).wrap(max(8, width - 1)), Content("")]
    lines += [*_id_lines(job.id, width), *(_fact(name, text, width) for name, text in facts if text), *_custom_lines(job, width)]
    lines += [Content(""), _fact("Tenzo", None, width, _standing(job, now)), Content("")]
    return [*lines, *_answer(job, eligibility, now, width), *_description(job, width)]


def _custom_lines(job: CachedJob, width: int) -> list[Content]:
    """Return the fields that only this ATS has, by their names there."""
    filled = [(name, value_text(value)) for name, value in sorted(job.custom.items()) if value not in (None, "", [], {})]
    return [_fact(f"{fit(name, _LABEL - 1)} ", text, width) for name, text in filled[:MOST_CUSTOM]]


def _description(job: CachedJob, width: int) -> list[Content]:
    """Return as much of the description as anybody reads beside a list; the pane ends where it ends."""
    text = " ".join(readable(job.description[:DESCRIPTION]).split()) if job.description else ""
    return [Content(""), *line((text, QUIET)).wrap(max(8, width - 1))] if text else []


def _answer(job: CachedJob, eligibility: Eligibility | None, now: datetime, width: int) -> list[Content]:
    """Return what the rules say of the job."""
    if eligibility is None:
        return [_unchecked(job)]
    lines = [_verdict(eligibility, now)[0]]
    if turned := _turned(eligibility, now):
        lines += line(turned).wrap(max(8, width - 1))
    if not eligibility.eligible:
        lines += line(eligibility.message).wrap(max(8, width - 1))
        for miss in eligibility.near_misses[:3]:
            lines += line(("would match ", QUIET), miss.rule, (" if ", QUIET), " and ".join(miss.would_match_if)).wrap(max(8, width - 1))
        return lines
    lines += [_fact("rule", rule.name, width) for rule in eligibility.matched_rules]
    lines += [
        _fact(_SHORT[action.kind], _action_value(action.name, value_text(action.value)), width)
        for action in eligibility.actions
        if action.effect is Effect.APPLIED
    ]
    return lines


def _unchecked(job: CachedJob) -> Content:
    if job.sync_status is SyncStatus.GONE:
        return line(("x GONE", NOT_OK_STYLE), "  no longer in the ATS; the job in Tenzo stays as it is")
    return Content.styled("eligibility not checked", QUIET)


def _turned(eligibility: Eligibility, now: datetime) -> str:
    """Return which change of the rules made the answer what it is, if one did."""
    return "" if eligibility.changed_by is None else turned_words(eligibility, _since(eligibility.changed_by.at, now))


def _verdict(eligibility: Eligibility, now: datetime) -> list[Content]:
    if not eligibility.eligible:
        if turned := _turned(eligibility, now):
            return [line(("x NOT ELIGIBLE", NOT_OK_STYLE)), line(turned)]
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


def _standing(job: CachedJob, now: datetime, *, with_id: bool = True) -> Content:
    parts: list[str | tuple[str, str]] = [(SYNC_WORDS[job.sync_status], SYNC_STYLES[job.sync_status])]
    if job.last_synced is not None:
        parts.append((f", last synced {_since(job.last_synced, now)}", QUIET))
    target_id = job.target_id if with_id else None
    return line(target_id or "", ", " if target_id else "", *parts)


def _since(moment: datetime | None, now: datetime) -> str:
    words = age(moment, now)
    return words if words in {"never", "just now"} else f"{words} ago"


def _id_lines(job_id: str, width: int) -> list[Content]:
    """Return the id whole, which the list may not show: below its name where it does not fit beside it."""
    told = line(job_id)
    if _LABEL + told.cell_length < width:
        return [_fact("id", job_id, width)]
    return [line(("id", QUIET)), *told.wrap(max(8, width))]


def _fact(name: str, text: str | None, width: int, content: Content | None = None) -> Content:
    value = content if content is not None else line(text or "")
    return (line((name.ljust(_LABEL), QUIET)) + value).truncate(max(8, width - 1), ellipsis=True)


def _action_value(name: str | None, value: str) -> str:
    return f"{name}: {value}" if name else value
