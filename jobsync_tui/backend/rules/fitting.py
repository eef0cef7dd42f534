"""What a field holds and which operators fit it, found out from its values."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from ..core.models import OPERATORS, FieldKind, JobStatus, JsonValue, Op, SyncStatus, Visibility
from .fields import Field, Kind
from .values import moment_in, number_in

OPS: Mapping[FieldKind, tuple[Op, ...]] = {
    kind: tuple(sorted((op for op, row in OPERATORS.items() if kind in row.fits), key=lambda op: OPERATORS[op].fits[0] is not kind))
    for kind in FieldKind
}
"""The operators that make sense for each kind of field, the usual ones first."""

CHOICES: Mapping[str, tuple[JsonValue, ...]] = {
    "status": tuple(status.value for status in JobStatus),
    "sync_status": tuple(status.value for status in SyncStatus),
    "remote": (True, False),
    "visibility": tuple(visibility.value for visibility in Visibility),
}
"""Fields of which every value that can occur is known."""

_KINDS = {Kind.TEXT: FieldKind.TEXT, Kind.BOOL: FieldKind.TRUTH, Kind.MOMENT: FieldKind.DATE}


def kind_of(field: Field, values: Collection[object]) -> FieldKind:
    """Return what a field holds; of a custom one, what ``values`` are or, where all are texts, what every one of them spells."""
    known = _KINDS.get(field.kind)
    if known is not None:
        return known
    kinds = {_kind(value) for value in values}
    if kinds == {FieldKind.TEXT}:
        texts = [value for value in values if isinstance(value, str)]
        if all(number_in(text) is not None for text in texts):
            return FieldKind.NUMBER
        return FieldKind.DATE if all(moment_in(text) is not None for text in texts) else FieldKind.TEXT
    return kinds.pop() if len(kinds) == 1 else FieldKind.MIXED if kinds else FieldKind.TEXT


def _kind(value: object) -> FieldKind:
    if isinstance(value, bool):
        return FieldKind.TRUTH
    if isinstance(value, int | float):
        return FieldKind.NUMBER
    if isinstance(value, datetime):
        return FieldKind.DATE
    return FieldKind.TEXT if isinstance(value, str) else FieldKind.OBJECT
