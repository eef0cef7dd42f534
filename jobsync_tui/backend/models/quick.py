"""Frozen dataclasses that are made by the ten thousand.

The ``__init__`` of a frozen dataclass goes through ``object.__setattr__`` for every field, which for a job of twenty takes longer than
parsing its JSON. Here the new object is, until its fields are set, one of a twin class with the same slots that is not frozen.
"""

from __future__ import annotations

from dataclasses import MISSING, Field, fields
from typing import Any, TypeVar

T = TypeVar("T")


def quick(cls: type[T]) -> type[T]:
    """Give a frozen dataclass with slots, whose fields are all by keyword, an ``__init__`` of the same signature that is quick."""
    twin = type(cls.__name__, cls.__bases__, {"__slots__": cls.__dict__["__slots__"], "__setattr__": object.__setattr__})
    names: dict[str, Any] = {"_cls": cls, "_twin": twin, "_become": object.__setattr__, "_missing": MISSING}
    parameters: list[str] = []
    body = ['_become(self, "__class__", _twin)']
    for each in fields(cls):  # type: ignore[arg-type]  # a dataclass: ``type[T]`` cannot say so
        parameters.append(each.name + _default(each, names))
        made = f"_make_{each.name}() if {each.name} is _missing else " if f"_make_{each.name}" in names else ""
        body.append(f"self.{each.name} = {made}{each.name}")
    body.append("self.__class__ = _cls")
    source = f"def __init__(self, *, {', '.join(parameters)}):\n    " + "\n    ".join(body)
    exec(source, names)  # noqa: S102 - the names are the fields' own, as in dataclasses itself
    init = names["__init__"]
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    init.__annotations__ = dict(cls.__init__.__annotations__)
    setattr(cls, "__init__", init)  # noqa: B010 - assigned plainly, it would look like a slip
    return cls


def _default(field: Field[Any], names: dict[str, Any]) -> str:
    """Return how the field's default stands in the signature, noting in ``names`` what that refers to."""
    if field.default_factory is not MISSING:
        names[f"_make_{field.name}"] = field.default_factory
        return "=_missing"
    if field.default is MISSING:
        return ""
    names[f"_default_{field.name}"] = field.default
    return f"=_default_{field.name}"
