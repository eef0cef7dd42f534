"""What a sync would change in the target: the wanted fields against the present ones, with respect for what people did there since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..core.canonical import same
from ..core.models import Change, JsonValue, Kept
from .fields import ordered
from .kept_values import equal, nothing


@dataclass(frozen=True, slots=True)
class Difference:
    """Fields that would change, fields that are as wanted already, and those of them that the target keeps in its own form.

    All in the owned fields' order.
    """

    changes: tuple[Change, ...]
    same: tuple[str, ...]
    kept: tuple[Kept, ...] = ()


def difference(
    desired: Mapping[str, JsonValue], current: Mapping[str, JsonValue], written: Mapping[str, JsonValue], kept: Mapping[str, JsonValue]
) -> Difference:
    """Compare flat owned fields.

    A field that an earlier sync wrote and nothing wants any more is cleared if the target still has what was written, else it is
    somebody's and stays. Fields that no sync wrote and none wants are left alone. What the target made of a value counts as that value,
    as long as neither has moved since.

    Args:
        desired: As the sync wants them.
        current: As the target has them.
        written: As the last sync left them.
        kept: What the target made of them, where it keeps them otherwise.
    """
    changes: list[Change] = []
    alike: list[str] = []
    otherwise: list[Kept] = []
    left = {**written, **kept}
    for name in ordered({**desired, **written}):
        before, wanted = current.get(name), desired.get(name)
        untouched = name in left and equal(before, left[name])
        if name not in desired:
            if untouched and not nothing(before):
                changes.append(Change(name, before, None))
        elif equal(before, wanted):
            alike.append(name)
        elif untouched and name in kept and same(wanted, written.get(name)):
            alike.append(name)
            otherwise.append(Kept(name, wanted, before))
        else:
            changes.append(Change(name, before, wanted, overwrites=not untouched if name in written else not nothing(before)))
    return Difference(tuple(changes), tuple(alike), tuple(otherwise))
