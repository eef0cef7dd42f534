"""Filters as people type them, read against what there is: the integrations that the actor may use, and the rules."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from ..core.errors import UsageError
from ..core.models import Sort
from ..core.text import counted
from ..rules.fields import covers
from ..storage.search.filter import Names, parse_filter
from ..storage.search.query import FieldHas, Is, MatchedBy, PartHas, Query, State, Without

if TYPE_CHECKING:
    from .parts import Parts

_STILL_THERE = Without(Is((State.GONE,)))


async def query_of(parts: Parts, filter_text: str, marked: Collection[str] = ()) -> Query:
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


async def why_none(parts: Parts, integration: str, filter_text: str) -> str | None:
    """Return why a filter that no job matches matches none, where one of its terms does so by itself.

    Raises:
        FilterError: Says where the filter is wrong.
    """
    name = parts.connections.title(integration)
    never = parts.connections.availability(integration).never
    for term in (await query_of(parts, filter_text)).terms:
        match term:
            case FieldHas(field=field) if covers(never, field.value):
                return f"{name} never gives a job's {field.value}, so nothing can match that"
            case PartHas(name=field) if covers(never, field):
                return f"{name} never gives a job's {field}, so nothing can match that"
            case FieldHas() | PartHas() | MatchedBy() | Is() if await parts.stores.jobs.count([integration], Query((term,))):
                continue
            case MatchedBy(rules=rules):
                return f"No job of {integration} is matched by the rule {' or '.join(rules)}"
            case FieldHas(field=field, values=values):
                return f"No job of {integration} has {' or '.join(values)} as its {field.value}"
            case PartHas(name=field, values=values):
                return f"No job of {integration} has {' or '.join(values)} as its {field}"
            case _:
                continue
    return None


async def ids_to_write(parts: Parts, integration: str, filter_text: str, *, everything: bool) -> tuple[str, ...]:
    """Return the ids of the jobs that a filter takes in, where something is to be done to all of them.

    Args:
        parts: Who asks, and where.
        integration: Of the jobs.
        filter_text: As it was typed, or as a script put it together.
        everything: Every job is meant, if it comes to that.

    Raises:
        FilterError: Says where the filter is wrong.
        UsageError: The filter is empty, or takes in every job that is still there, and ``everything`` was not said.
    """
    query = await query_of(parts, filter_text)
    if not query.terms and not everything:
        raise UsageError("The filter is empty, so it takes in every job", remedy="Say which jobs are meant, or --all for all of them")
    jobs = parts.stores.jobs
    found = tuple(job_id for _, job_id in await jobs.ids([integration], query, Sort()))
    if found and not everything and await _takes_in_everything(parts, integration, query, len(found)):
        raise UsageError(
            f"The filter takes in every job of {integration}: {counted(len(found), 'job')}",
            remedy="Say more closely which jobs are meant, or --all for all of them",
        )
    return found


async def _takes_in_everything(parts: Parts, integration: str, query: Query, found: int) -> bool:
    jobs = parts.stores.jobs
    if found == await jobs.count([integration], Query()):
        return True
    there = await jobs.count([integration], Query((_STILL_THERE,)))
    return 0 < there == await jobs.count([integration], Query((*query.terms, _STILL_THERE)))
