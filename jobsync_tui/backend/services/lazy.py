"""Parts that are imported and made when they are first asked for, so that a command starts with what it needs and no more."""

from __future__ import annotations

from importlib import import_module
from typing import Generic, Protocol, TypeVar, overload

T = TypeVar("T")


class Owner(Protocol):
    """An object with lazy parts."""

    @property
    def given(self) -> tuple[object, ...]:
        """What the class of each part is called with."""


class Lazy(Generic[T]):
    """A part of an object, made on first use and the same from then on.

    Args:
        module: Where its class is, from `backend` on.
        kind: The name of the class.
    """

    def __init__(self, module: str, kind: str) -> None:
        self.module = module
        self.kind = kind

    def __set_name__(self, _: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, owner: None, _: type) -> Lazy[T]: ...
    @overload
    def __get__(self, owner: Owner, _: type) -> T: ...
    def __get__(self, owner: Owner | None, _: type) -> Lazy[T] | T:
        """Return the part. Python finds it in the object itself from then on, and does not ask here again."""
        if owner is None:
            return self
        made: T = getattr(import_module(f"..{self.module}", __package__), self.kind)(*owner.given)
        vars(owner)[self._name] = made
        return made
