"""What a rule could ask for so that it matches a given job: its conditions to choose from, the likeliest chosen."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from ..backend.core.models import OPERATORS, CachedJob, JobStatus, Leaf, Op
from . import words
from .conditions import expected
from .document import BLANK, Document, Line, Section, Span, dim, head, line, strong
from .layout import fit

_CUSTOMERS = frozenset({"client", "customer", "company", "account"})
_MOST_CUSTOM = 30
_LONGEST = 120
"""Characters of a value that a condition may sensibly be equal to."""


def leaves_of(job: CachedJob) -> tuple[Leaf, ...]:
    """Return conditions that ``job`` meets, the ones that tell jobs apart best first."""
    return tuple(_leaves(job))


def likeliest(leaves: Sequence[Leaf]) -> frozenset[int]:
    """Return the numbers of the conditions that a rule most often starts from: the client, else the department, else the place."""
    for wanted in (_is_client, lambda leaf: leaf.field == "department", lambda leaf: leaf.field == "location.city"):
        found = next((number for number, leaf in enumerate(leaves) if wanted(leaf)), None)
        if found is not None:
            return frozenset({found})
    return frozenset()


def name_for(leaves: Sequence[Leaf]) -> str:
    """Return what a rule of these conditions could be called."""
    return ", ".join(words.value(leaf.value) for leaf in leaves if leaf.op is not Op.IN and not isinstance(leaf.value, bool)) or "New rule"


def leaves_document(leaves: Sequence[Leaf], chosen: Collection[int], counts: Mapping[int, int], width: int) -> Document:
    """Return the conditions, each with a box and with how many cached jobs meet it."""
    document: list[Line | Section] = [head("THIS JOB IS IN THE NEW RULE BECAUSE", "cached jobs that are so"), BLANK]
    for number, leaf in enumerate(leaves):
        told = f"{leaf.field}  {OPERATORS[leaf.op].sign}  {expected(leaf.op, leaf.value)}"
        box = strong("[x] ") if number in chosen else dim("[ ] ")
        counted = f"{counts[number]:,}" if number in counts else "..."
        row = line("   ", box, Span(fit(told, width - 22)), right=dim(counted))
        document.append(Section(f"leaf:{number}", (row,), (row,), str(number)))
    return tuple(document)


def _is_client(leaf: Leaf) -> bool:
    return leaf.field.rpartition(".")[2].casefold() in _CUSTOMERS


def _leaves(job: CachedJob) -> Iterator[Leaf]:
    if job.client:
        yield Leaf("client", Op.EQUALS, job.client)
    custom = [
        Leaf(f"custom.{name}", Op.EQUALS, value)
        for name, value in list(job.custom.items())[:_MOST_CUSTOM]
        if isinstance(value, bool | int | float) or (isinstance(value, str) and 0 < len(value) <= _LONGEST)
    ]
    yield from (leaf for leaf in custom if _is_client(leaf))
    for field in ("department", "owner", "employment_type"):
        if value := getattr(job, field):
            yield Leaf(field, Op.EQUALS, value)
    if job.location is not None:
        for part in ("city", "region", "country"):
            if value := getattr(job.location, part):
                yield Leaf(f"location.{part}", Op.EQUALS, value)
    if job.status is not JobStatus.UNKNOWN:
        yield Leaf("status", Op.EQUALS, job.status.value)
    if job.remote is not None:
        yield Leaf("remote", Op.EQUALS, job.remote)
    if job.visibility is not None:
        yield Leaf("visibility", Op.EQUALS, job.visibility.value)
    yield from (Leaf("tags", Op.EQUALS, tag) for tag in job.tags[:5])
    yield from (leaf for leaf in custom if not _is_client(leaf))
    yield Leaf("integration", Op.EQUALS, job.integration)
    if job.name:
        yield Leaf("name", Op.CONTAINS, job.name)
