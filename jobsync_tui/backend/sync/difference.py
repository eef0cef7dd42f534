"""What a sync would change in the target: the wanted fields against the present ones, with respect for what people did there since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..canonical import same
from ..models import Change, JsonValue
from .fields import ordered


@dataclass(frozen=True, slots=True)
class Difference:
    """Fields that would change, and fields that are as wanted already, both in the owned fields' order."""

    changes: tuple[Change, ...]
    same: tuple[str, ...]


def difference(desired: Mapping[str, JsonValue], current: Mapping[str, JsonValue], written: Mapping[str, JsonValue]) -> Difference:
    """Compare flat owned fields.

    A field that an earlier sync wrote and nothing wants any more is cleared if the target still has what was written, else it is
    somebody's and stays. Fields that no sync wrote and none wants are left alone.

    Args:
        desired: As the sync wants them.
        current: As the target has them.
        written: As the last sync left them.
    """
    changes: list[Change] = []
    equal: list[str] = []
    for name in ordered({**desired, **written}):
        before = current.get(name)
        if name in desired:
            if same(before, desired[name]):
                equal.append(name)
            else:
                changes.append(Change(name, before, desired[name], overwrites=_edited(name, before, written)))
        elif before is not None and same(before, written[name]):
            changes.append(Change(name, before, None))
    return Difference(tuple(changes), tuple(equal))


def mismatches(expected: Mapping[str, JsonValue], found: Mapping[str, JsonValue]) -> tuple[str, ...]:
    """Return the fields of ``expected`` (flat, None for cleared) that ``found`` does not hold."""
    return tuple(name for name, value in expected.items() if not same(value, found.get(name)))


def _edited(name: str, before: JsonValue, written: Mapping[str, JsonValue]) -> bool:
    """Return whether the target's value is not what a sync left there."""
    if name in written:
        return not same(before, written[name])
    return before is not None
