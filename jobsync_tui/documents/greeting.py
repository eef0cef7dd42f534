"""A day at a glance: what happened since the last visit, why syncs failed, what became eligible, what waits; in one line and in full."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

from rich.cells import cell_len

from ..backend.core.models import JOBS_FAILED as FAILING
from ..backend.core.models import DayNews, EligibleNews, FailureNews, Greeting, HoldKind, IntegrationNews, WaitKind, WaitNews
from ..backend.core.text import counted
from . import words
from .automatic import pause_words, short_stop, stopped_words
from .document import BLANK, Document, Line, Section, Span, Tone, as_text, bad, dim, head, hint, line, sections, strong, warn
from .failure import TESTABLE
from .layout import apart, columns, fit, fit_middle, padded, spark, wrap

KINDS = (("created", "created"), ("updated", "updated"), ("failed", "FAILED"), ("newly_eligible", "newly eligible"))
_SPARKS = (("created", "created"), ("updated", "updated"), ("failed", "FAILED"))
_TABLE = 62
"""Cells from which on numbers and bars stand side by side."""
_COUNT = 6
"""Cells of a number of jobs at the beginning of a line."""
_FILTERS = {
    "created": "tenzo_created>={}",
    "updated": "tenzo_updated>={}",
    "failed": "failed>={} is:failed,unknown",
    "newly_eligible": "eligible>={}",
}
_IN_DOUBT, _FAILED, _WOULD_WRITE = "is:unknown", "is:failed,unknown", "is:eligible"


@dataclass(frozen=True, slots=True)
class Lead:
    """Where a line leads, and what its keys act on.

    Attributes:
        integration: Whose jobs it is about; None for those of all.
        filter_text: Which of them; None for all.
        job_id: A single one, that is checked.
        job_ids: Those that can be synced again.
        links: Whether it leads to the pairs that a person has to decide.
        rule: The rule that was changed.
        accepts: Whether the automatic sync waits for a person who lets the rules write so many jobs.
    """

    integration: str | None
    filter_text: str | None = None
    job_id: str | None = None
    job_ids: tuple[str, ...] = ()
    links: bool = False
    rule: str | None = None
    accepts: bool = False


def greeting_words(greeting: Greeting, now: datetime) -> str:
    """Return it in one line: ``since yesterday 18:02: 12 created, 1 FAILED, 1 integration failing``."""
    told = [f"{greeting.total(name):,} {word}" for name, word in KINDS if greeting.total(name)]
    if greeting.in_trouble:
        told.append(f"{counted(len(greeting.in_trouble), 'integration')} failing")
    if waiting := greeting.waiting(WaitKind.IN_DOUBT, WaitKind.LINKS):
        told.append(f"{counted(waiting, 'job')} waiting")
    stopped = next((each for each in greeting.waits if each.kind is WaitKind.STOPPED), None)
    if stopped is not None:
        told.append(short_stop(stopped.since, now))
    since = "now" if greeting.since is None else f"since {words.clock(greeting.since, now)[:16]}"
    return f"{since}: {', '.join(told)}"


def greeting_document(greeting: Greeting, names: Mapping[str, str], now: datetime, width: int) -> Document:
    """Return it in full; each line that leads somewhere is a section, of whose target `lead_of` says where.

    Args:
        greeting: What happened.
        names: Display names by integration id.
        now: The present time.
        width: In cells.
    """
    shown = _Shown(names, width)
    return (
        *_beginning(greeting, now, width),
        *shown.happened(greeting),
        *shown.failures(greeting),
        *shown.eligible(greeting, now),
        *shown.waits(greeting, now),
        *shown.days(greeting),
    )


def greeting_text(greeting: Greeting, names: Mapping[str, str], now: datetime, width: int = 100) -> str:
    """Return it as text, without the jobs of each line."""
    document = greeting_document(greeting, names, now, width)
    return as_text(document, [section.key for section in sections(document) if not section.starts_open]) + "\n"


def lead_of(greeting: Greeting, target: str) -> Lead | None:
    """Return where the line with that target leads; None where there is no such line."""
    part, number, *more = target.split(":", 2)
    lines = {"news": greeting.integrations, "failed": greeting.failures, "eligible": greeting.eligible, "wait": greeting.waits}
    if part == "all":
        return Lead(None, _FILTERS[more[0]].format(_since(greeting)))
    at = int(number)
    if at >= len(lines.get(part, greeting.days)):
        return None
    match part:
        case "news":
            return Lead(greeting.integrations[at].integration, _FILTERS[more[0]].format(_since(greeting)))
        case "failed" if more:
            return Lead(greeting.failures[at].integration, job_id=more[0], job_ids=(more[0],))
        case "failed":
            failure = greeting.failures[at]
            return Lead(failure.integration, _FILTERS["failed"].format(_since(greeting)), job_ids=tuple(job.id for job in failure.listed))
        case "eligible":
            eligible = greeting.eligible[at]
            return Lead(eligible.integration, _FILTERS["newly_eligible"].format(_since(greeting)), rule=eligible.rule)
        case "wait":
            return _lead_of_wait(greeting.waits[at])
    return Lead(greeting.days[at].integration)


def _since(greeting: Greeting) -> str:
    """Return from when on it is told what happened, as a filter has it: to the second, which takes in what is told."""
    return "" if greeting.since is None else f"{greeting.since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _lead_of_wait(wait: WaitNews) -> Lead:
    match wait.kind:
        case WaitKind.LINKS:
            return Lead(wait.integration, links=True)
        case WaitKind.IN_DOUBT:
            return Lead(wait.integration, _IN_DOUBT)
        case WaitKind.HELD if wait.code == HoldKind.GUARD:
            return Lead(wait.integration, _WOULD_WRITE, accepts=True)
        case WaitKind.ALERT if wait.code == FAILING:
            return Lead(wait.integration, _FAILED)
    return Lead(wait.integration)


def _beginning(greeting: Greeting, now: datetime, width: int) -> tuple[Line, ...]:
    if greeting.since is None:
        told = wrap("This is your first visit: what happens from now on is told next time", width - 2)
        return (*(line(" ", dim(part)) for part in told), BLANK)
    happened = [f"{greeting.total(name):,} {word}" for name, word in KINDS if greeting.total(name)]
    since = dim(f"since {words.day_and_time(greeting.since)[:16]}, {words.ago(greeting.since, now)}")
    return (*apart((" ", since), strong(", ".join(happened) or "nothing happened"), width), BLANK)


@dataclass(frozen=True, slots=True)
class _Shown:
    """The parts of the document, at one width."""

    names: Mapping[str, str]
    width: int

    def happened(self, greeting: Greeting) -> list[Line | Section]:
        """Return a row for each integration to which something happened, which opens to a line for each way in which it did."""
        told = [(at, each) for at, each in enumerate(greeting.integrations) if any(_number(each, name) for name, _ in KINDS)]
        if not told:
            return []
        _, *heads = self._row(("", *(word for _, word in KINDS)))
        title = Span(f" {padded('WHAT HAPPENED', self._named + 2)}", Tone.HEAD)
        if self.width < _TABLE:
            return [head("WHAT HAPPENED"), *(self._happened_in_words(at, each) for at, each in told), BLANK]
        rows = [self._happened(f"news:{at}", self.name(each.integration), [_number(each, name) for name, _ in KINDS]) for at, each in told]
        if len(told) > 1:
            rows.append(self._happened("all:0", "All", [greeting.total(name) for name, _ in KINDS]))
        return [Line((title, *(Span(span.text, Tone.HEAD) for span in heads))), *rows, BLANK]

    def _happened_in_words(self, at: int, each: IntegrationNews) -> Section:
        told = ", ".join(f"{_number(each, name):,} {word}" for name, word in KINDS if _number(each, name))
        rows = self._told(self.name(each.integration), Span(told), "")
        return Section(f"news:{at}", rows, (*rows, *self._leads(f"news:{at}", [_number(each, name) for name, _ in KINDS])))

    def _leads(self, key: str, numbers: Sequence[int]) -> list[Section]:
        """Return a line for each way in which something happened, which leads to its jobs."""
        return [
            _leading(f"{key}:{name}", line("   ", f"{number:>{_COUNT},}  {word}"))
            for (name, word), number in zip(KINDS, numbers, strict=True)
            if number
        ]

    def _happened(self, key: str, title: str, numbers: Sequence[int]) -> Section:
        row = Line(self._row((title, *(f"{number:,}" if number else "-" for number in numbers))))
        return Section(key, (row,), (row, *self._leads(key, numbers)))

    def failures(self, greeting: Greeting) -> list[Line | Section]:
        """Return the causes of failures, each with its integration and the keys that may mend it; one opens to its jobs."""
        if not greeting.failures:
            return []
        jobs = sum(each.jobs for each in greeting.failures)
        return [
            head("WHY SYNCS FAILED", counted(jobs, "job")),
            *(self._failure(at, each) for at, each in enumerate(greeting.failures)),
            BLANK,
        ]

    def _failure(self, at: int, each: FailureNews) -> Section:
        room = max(self.width - 26, 10)
        keys = ("   t test" if each.code in TESTABLE else "") + "   s sync again"
        rows = self._counted(each.jobs, each.integration, bad(each.cause or "no cause was recorded"), keys)
        jobs = [
            _leading(f"failed:{at}:{job.id}", columns((dim(fit_middle(job.id, 12)), job.name or ""), (12, room), indent=11, most=1)[0])
            for job in each.listed
        ]
        more = [line(" " * 11, dim(f"and {each.jobs - len(jobs):,} more"))] if each.jobs > len(jobs) else []
        return Section(f"failed:{at}", rows, (*rows, *jobs, *more), f"failed:{at}")

    def eligible(self, greeting: Greeting, now: datetime) -> list[Line | Section]:
        """Return by which changes jobs became eligible."""
        if not greeting.eligible:
            return []
        jobs = sum(each.jobs for each in greeting.eligible)
        lines: list[Line | Section] = [head("NEWLY ELIGIBLE", counted(jobs, "job"))]
        for at, each in enumerate(greeting.eligible):
            rows = self._counted(each.jobs, each.integration, Span(eligible_words(each, now)), "   R rule" if each.rule else "")
            lines.append(Section(f"eligible:{at}", rows, rows, f"eligible:{at}"))
        return [*lines, BLANK]

    def waits(self, greeting: Greeting, now: datetime) -> list[Line | Section]:
        """Return what waits for a person."""
        lines: list[Line | Section] = [head("NEEDS ATTENTION")]
        if greeting.paused is not None:
            lines += [line("   ", warn(part)) for part in wrap(f"The automatic sync is {pause_words(greeting.paused)}", self.width - 4)]
        for at, each in enumerate(greeting.waits):
            said = Span(
                wait_words(each, now), Tone.WARN if each.kind in {WaitKind.IN_DOUBT, WaitKind.LINKS, WaitKind.STOPPED} else Tone.BAD
            )
            rows = self._told(self.name(each.integration), said, _keys(each))
            remedy = [line(" " * 5, dim(part)) for part in wrap(each.remedy or "", self.width - 6) if part]
            lines.append(Section(f"wait:{at}", rows, (*rows, *remedy), f"wait:{at}", starts_open=True))
        if len(lines) == 1:
            lines.append(line("   ", dim("nothing")))
        return [*lines, BLANK]

    def days(self, greeting: Greeting) -> list[Line | Section]:
        """Return a line for each integration with a bar for each of the last days, and the sums beside the bars."""
        by_integration: dict[str, list[tuple[int, DayNews]]] = {
            name: list(found) for name, found in groupby(enumerate(greeting.days), key=lambda each: each[1].integration)
        }
        if not by_integration:
            return []
        number = len(next(iter(by_integration.values())))
        if self.width < _TABLE + number:
            return [
                head(f"LAST {number} DAYS"),
                *(self._days_below(found) for found in by_integration.values()),
                *_legend(greeting, self.width),
            ]
        named = max(8, min(24, self.width - 4 - len(_SPARKS) * (number + 7)))
        titles = [f"{word:<{number + 7}}" for _, word in _SPARKS]
        lines: list[Line | Section] = [
            line(" ", Span(padded(f"LAST {number} DAYS", named + 4) + "".join(titles).rstrip(), Tone.HEAD)),
        ]
        for name, found in by_integration.items():
            spans = [Span(f"   {padded(self.name(name), named)}  ")]
            for kind, _ in _SPARKS:
                spans += _bars(kind, [day for _, day in found])
            row = (Line(tuple(spans)),)
            lines.append(Section(f"day:{found[0][0]}", row, row, f"day:{found[0][0]}"))
        return [*lines, *_legend(greeting, self.width)]

    def _days_below(self, found: Sequence[tuple[int, DayNews]]) -> Section:
        """Return an integration's bars one below the other, where there is no room for them side by side."""
        at, first = found[0]
        days = [day for _, day in found]
        rows = [line("   ", fit(self.name(first.integration), self.width - 4))]
        rows += [Line((Span(f"     {padded(word, 9)}"), *_bars(kind, days))) for kind, word in _SPARKS]
        return Section(f"day:{at}", tuple(rows), tuple(rows), f"day:{at}")

    @property
    def _named(self) -> int:
        """Cells of a name before a row of numbers."""
        return max(14, min(30, self.width - 54))

    def name(self, integration: str) -> str:
        """Return what an integration is called."""
        return self.names.get(integration, integration)

    def _counted(self, jobs: int, integration: str, said: Span, keys: str) -> tuple[Line, ...]:
        return self._told(self.name(integration), said, keys, count=f"{jobs:>{_COUNT},}  ")

    def _told(self, name: str, said: Span, keys: str, *, count: str = "") -> tuple[Line, ...]:
        """Return a line with a name and what is said of it, which goes on below; keys stand behind it."""
        named = max(8, min(24, self.width // 5))
        room = self.width - 4 - len(count) - named - 2
        first, *more = columns((said,), (room,), most=3)
        lead = f" {count}" if count else "   "
        indent = " " * (len(lead) + named + 2)
        rows = [line(lead, f"{padded(name, named)}  ", *first.left), *(line(indent, *each.left) for each in more)]
        if not keys:
            return tuple(rows)
        last = rows[-1].text
        if cell_len(last) + len(keys) < self.width:
            return (*rows[:-1], line(*rows[-1].left[:-1], _without_end(rows[-1].left[-1]), hint(keys)))
        return (*rows, line(indent[: max(3, self.width - 1 - len(keys.lstrip()))], hint(keys.lstrip())))

    def _row(self, cells: tuple[str, ...]) -> tuple[Span, ...]:
        first, *rest = cells
        numbers = (f"{cell:>{width}}" for cell, width in zip(rest, (9, 9, 9, 16), strict=True))
        return (Span(f"   {padded(first, self._named)}"), *map(Span, numbers))


def eligible_words(each: EligibleNews, now: datetime) -> str:
    """Return by which change jobs became eligible."""
    if each.revision is None or each.at is None:
        return "new in the ATS, or changed there"
    rule = f"the rule {each.rule} was changed" if each.rule else "the rules were changed"
    return f"{rule} in r{each.revision} by {each.actor}, {words.ago(each.at, now)}"


def wait_words(each: WaitNews, now: datetime) -> str:
    """Return what waits, and since when."""
    match each.kind:
        case WaitKind.IN_DOUBT:
            return f"{counted(each.jobs, 'job')} in doubt: no reply from {words.TARGET}; whether the change was saved is being checked"
        case WaitKind.LINKS:
            return f"{counted(each.jobs, 'job')} may be in {words.TARGET} already: decide whether to link them"
        case WaitKind.STOPPED:
            return f"Automatic sync: {stopped_words(each.since)}"
    since = f" ({words.ago(each.since, now)})" if each.since else ""
    return f"{each.message}{since}"


def _bars(kind: str, days: Sequence[DayNews]) -> list[Span]:
    """Return a bar for each day, and their sum."""
    numbers = [int(getattr(day, kind)) for day in days]
    bars = spark(numbers, max(numbers), none=".")
    return [Span(bars, Tone.BAD if kind == "failed" else Tone.OK), Span(f" {_short(sum(numbers)):<6}")]


def _legend(greeting: Greeting, width: int) -> list[Line]:
    days = [each.day for each in greeting.days]
    told = f"a bar a day, {min(days):%m-%d} to {max(days):%m-%d}, full for the highest of its row; behind it their sum"
    return [line("   ", dim(part)) for part in wrap(told, width - 4)]


def _keys(each: WaitNews) -> str:
    if each.kind is WaitKind.HELD and each.code == HoldKind.GUARD:
        return "   A accept"
    if each.kind is WaitKind.HELD or each.kind is WaitKind.REFRESH or each.code in TESTABLE:
        return "   t test"
    return ""


def _without_end(span: Span) -> Span:
    return Span(span.text.rstrip(), span.tone)


def _leading(target: str, row: Line) -> Section:
    return Section(target, (row,), (row,), target)


def _short(number: int) -> str:
    return f"{number:,}" if number < 10_000 else f"{number // 1000:,}k"


def _number(news: IntegrationNews, name: str) -> int:
    return int(getattr(news, name))
