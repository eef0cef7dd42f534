"""Filters as people type them, read against what there is: the integrations that the actor may use, and the rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from ..core.errors import UsageError
from ..core.models import JobKey, Sort
from ..core.text import counted
from ..rules.fields import covers
from ..storage.search.filter import Names, parse_filter
from ..storage.search.query import FieldHas, Is, MatchedBy, PartHas, Query, State, Without

if TYPE_CHECKING:
    from .parts import Parts

_STILL_THERE = Without(Is((State.GONE,)))
MOST_NAMED = 4
"""Integrations that a sentence names one by one."""


async def query_of(parts: Parts, filter_text: str, marked: Collection[JobKey] = ()) -> Query:
    """Return the query that a filter asks for.

    Raises:
        FilterError: Says where the filter is wrong; a rule or an integration that does not exist is wrong.
    """
    query = parse_filter(filter_text)
    if query.asks_names:
        rules = (await parts.stores.rules.current()).rules
        names = Names(parts.admission.visible(), tuple(rule.name for rule in rules), tuple(rule.id for rule in rules))
        query = parse_filter(filter_text, names)
    return query.with_marked(marked)


async def why_none(parts: Parts, integrations: Sequence[str], filter_text: str) -> str | None:
    """Return why a filter that no job of some integrations matches matches none, where one of its terms does so by itself.

    Raises:
        FilterError: Says where the filter is wrong.
    """
    titles = [parts.connections.title(each) for each in integrations]
    where = " or ".join(integrations) if len(integrations) <= MOST_NAMED else "these integrations"
    for term in (await query_of(parts, filter_text)).terms:
        match term:
            case FieldHas(field=field) if _never(parts, integrations, field.value):
                return f"{_together(titles)} a job's {field.value}, so nothing can match that"
            case PartHas(name=field) if _never(parts, integrations, field):
                return f"{_together(titles)} a job's {field}, so nothing can match that"
            case FieldHas() | PartHas() | MatchedBy() | Is() if await parts.stores.jobs.count(integrations, Query((term,))):
                continue
            case MatchedBy(rules=rules):
                return f"No job of {where} is matched by the rule {' or '.join(rules)}"
            case FieldHas(field=field, values=values):
                return f"No job of {where} has {' or '.join(values)} as its {field.value}"
            case PartHas(name=field, values=values):
                return f"No job of {where} has {' or '.join(values)} as its {field}"
            case _:
                continue
    return None


def _never(parts: Parts, integrations: Sequence[str], field: str) -> bool:
    """Return whether none of the integrations ever delivers a field."""
    return bool(integrations) and all(covers(parts.connections.availability(each).never, field) for each in integrations)


def _together(titles: Sequence[str]) -> str:
    """Return who never gives something, as the beginning of a sentence."""
    different = tuple(dict.fromkeys(titles))
    return f"{different[0]} never gives" if len(different) == 1 else f"None of {', '.join(different)} ever gives"


async def ids_to_write(parts: Parts, integrations: Sequence[str], filter_text: str, *, everything: bool) -> tuple[JobKey, ...]:
    """Return the jobs that a filter takes in, where something is to be done to all of them.

    Args:
        parts: Who asks, and where.
        integrations: Of the jobs.
        filter_text: As it was typed, or as a script put it together.
        everything: Every job is meant, if it comes to that.

    Raises:
        FilterError: Says where the filter is wrong.
        UsageError: The filter is empty, or takes in every job that is still there of all the integrations that it names jobs of, and
            ``everything`` was not said.
    """
    query = await query_of(parts, filter_text)
    if not query.terms and not everything:
        raise UsageError("The filter is empty, so it takes in every job", remedy="Say which jobs are meant, or --all for all of them")
    found = await parts.stores.jobs.ids(integrations, query, Sort())
    if everything:
        return found
    taken = Counter(job.integration for job in found)
    whole = [each for each, number in taken.items() if await _takes_in_everything(parts, each, query, number)]
    if whole and len(whole) == len(taken):
        raise UsageError(
            f"The filter takes in every job of {' and '.join(whole)}: {counted(len(found), 'job')}",
            remedy="Say more closely which jobs are meant, or --all for all of them",
        )
    return found


async def _takes_in_everything(parts: Parts, integration: str, query: Query, found: int) -> bool:
    jobs = parts.stores.jobs
    if found == await jobs.count([integration], Query()):
        return True
    there = await jobs.count([integration], Query((_STILL_THERE,)))
    return 0 < there == await jobs.count([integration], Query((*query.terms, _STILL_THERE)))
