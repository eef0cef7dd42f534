"""The rule that every public method of a service admits its actor first, and the ways to admit one.

A service declares each public method with `for_admins` or, where the method's first argument names an integration, a scope or jobs, with
`for_integration`, `for_scope` or `for_jobs`. A class that forgets one cannot be defined: the omission is an error when the module is
imported.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import update_wrapper
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from ..core.models import JobKey, Scope

if TYPE_CHECKING:
    from .parts import Parts

P = ParamSpec("P")
R = TypeVar("R")
S = TypeVar("S", bound="Service")
F = TypeVar("F", bound=Callable[..., object])
ACCESS = "__access__"
"""The attribute by which a declared method is known; its value is the kind of admission."""


def for_admins(method: Callable[Concatenate[S, P], Awaitable[R]]) -> Callable[Concatenate[S, P], Awaitable[R]]:
    """Admit only those whom the configuration, as it is at this moment, names as admins.

    Raises:
        AccessDenied: The actor is not one of them; the attempt is recorded.
    """

    async def admitted(self: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
        await self.admission.admit(_name(self, method))
        return await method(self, *args, **kwargs)

    return _declared(admitted, method, "admins")


def for_integration(
    method: Callable[Concatenate[S, str, P], Awaitable[R]],
) -> Callable[Concatenate[S, str, P], Awaitable[R]]:
    """Admit only those who may use the integration that the first argument names.

    Raises:
        AccessDenied: The actor is no admin; the attempt is recorded.
        UsageError: There is no such integration, or it is not theirs: the answer is the same.
    """

    async def admitted(self: S, integration: str, /, *args: P.args, **kwargs: P.kwargs) -> R:
        await self.admission.admit_to(integration, _name(self, method))
        return await method(self, integration, *args, **kwargs)

    return _declared(admitted, method, "integration")


def for_scope(method: Callable[Concatenate[S, Scope, P], Awaitable[R]]) -> Callable[Concatenate[S, Scope, P], Awaitable[R]]:
    """Admit only those who may use each integration that the first argument, a `Scope`, names.

    Raises:
        AccessDenied: The actor is no admin; the attempt is recorded.
        UsageError: There is no such integration, or it is not theirs: the answer is the same.
    """

    async def admitted(self: S, scope: Scope, /, *args: P.args, **kwargs: P.kwargs) -> R:
        await self.admission.admit_within(scope, _name(self, method))
        return await method(self, scope, *args, **kwargs)

    return _declared(admitted, method, "scope")


def for_jobs(
    method: Callable[Concatenate[S, Sequence[JobKey], P], Awaitable[R]],
) -> Callable[Concatenate[S, Sequence[JobKey], P], Awaitable[R]]:
    """Admit only those who may use the integration of each job in the first argument.

    Raises:
        AccessDenied: The actor is no admin; the attempt is recorded.
        UsageError: There is no such integration, or it is not theirs: the answer is the same.
    """

    async def admitted(self: S, jobs: Sequence[JobKey], /, *args: P.args, **kwargs: P.kwargs) -> R:
        await self.admission.admit_within(Scope.of(*(job.integration for job in jobs)), _name(self, method))
        return await method(self, jobs, *args, **kwargs)

    return _declared(admitted, method, "jobs")


def stream_for_scope(
    method: Callable[Concatenate[S, Scope, P], AsyncIterator[R]],
) -> Callable[Concatenate[S, Scope, P], AsyncIterator[R]]:
    """Admit like `for_scope`, before the first item of a stream."""

    async def admitted(self: S, scope: Scope, /, *args: P.args, **kwargs: P.kwargs) -> AsyncIterator[R]:
        await self.admission.admit_within(scope, _name(self, method))
        async for item in method(self, scope, *args, **kwargs):
            yield item

    return _declared(admitted, method, "scope")


def stream_for_admins(method: Callable[Concatenate[S, P], AsyncIterator[R]]) -> Callable[Concatenate[S, P], AsyncIterator[R]]:
    """Admit like `for_admins`, before the first item of a stream."""

    async def admitted(self: S, /, *args: P.args, **kwargs: P.kwargs) -> AsyncIterator[R]:
        await self.admission.admit(_name(self, method))
        async for item in method(self, *args, **kwargs):
            yield item

    return _declared(admitted, method, "admins")


def goes_first(method: Callable[Concatenate[S, P], Awaitable[R]]) -> Callable[Concatenate[S, P], Awaitable[R]]:
    """Have what the method sends go before the requests of a refresh, because a person waits for it; the timer's does not."""

    async def sent(self: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with self.admission.as_person():
            return await method(self, *args, **kwargs)

    update_wrapper(sent, method)
    return sent


class Service:
    """A group of things that screens and commands can ask for."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.admission = parts.admission
        self.stores = parts.stores

    async def _admit_to(self, integration: str, method: Callable[..., object]) -> None:
        """Within a declared method: admit only those who may use an integration that it came to; a refusal is recorded as of that method.

        Raises:
            UsageError: There is no such integration, or it is not theirs: the answer is the same.
        """
        await self.admission.admit_to(integration, _name(self, method))

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        for name, member in vars(cls).items():
            if not name.startswith("_") and inspect.isfunction(member) and not hasattr(member, ACCESS):
                message = f"{cls.__name__}.{name} does not say who may call it"
                raise TypeError(message)


def _name(service: Service, method: Callable[..., object]) -> str:
    return f"{type(service).__name__.removesuffix('Service').lower()}.{getattr(method, '__name__', '?')}"


def _declared(admitted: F, method: Callable[..., object], kind: str) -> F:
    """Return ``admitted`` with the name and the words of the method behind it, marked with its kind of admission."""
    update_wrapper(admitted, method)
    setattr(admitted, ACCESS, kind)
    return admitted
