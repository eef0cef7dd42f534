"""Opening the backend for one command: the configuration, the log, the actor, and the integration that is meant."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from ..backend.access.access import AccessPolicy, Actor, current_actor, require_own_files
from ..backend.access.confinement import confine, forget_places
from ..backend.core.errors import ConfigError, RuleError, UsageError
from ..backend.core.models import EVERY, EVERY_ID, IntegrationSummary, JobKey, Scope
from ..backend.core.text import counted
from ..backend.core.waits import announcing
from ..backend.settings.loader import load_settings
from ..backend.settings.logs import set_up_logging
from ..backend.settings.paths import config_path, places
from ..backend.settings.schema import Settings
from .interruption import run_until_signal
from .options import Invocation, invocation
from .progress import progress_line

if TYPE_CHECKING:
    from ..backend.services.backend import Backend

P = ParamSpec("P")
R = TypeVar("R")
MOST_READ = 16 * 1024**2
"""Bytes of a file of rules that a person names."""


def runs(command: Callable[P, Coroutine[Any, Any, R]]) -> Callable[P, R]:
    """Let a coroutine function be a command's callback. A signal that ends a process ends it in order, with exit code 130."""

    @wraps(command)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        return run_until_signal(command(*args, **kwargs))

    return call


def configuration(call: Invocation | None = None) -> tuple[Settings, Actor]:
    """Read the configuration that the call names and return it with the actor.

    Raises:
        ConfigError: The configuration is missing or wrong.
        AccessDenied: ``--as`` was given by somebody who may not.
    """
    call = call or invocation()
    if call.as_user is not None:
        forget_places()
    path = config_path(call.config)
    settings = load_settings(path)
    actor = current_actor(call.as_user, path)
    if call.as_user is not None:
        confine(settings)
    return settings, actor


def os_account() -> Actor:
    """Return the actor that this process is without ``--as``."""
    return current_actor(None, Path())


async def require_access(settings: Settings, actor: Actor) -> None:
    """Let an actor pass whom the configuration names, and record one whom it does not.

    Raises:
        AccessDenied: It does not name them.
    """
    if AccessPolicy(settings).may_use(actor):
        return
    from ..backend.services.backend import Backend

    # The services refuse, and keep the record of it.
    async with Backend.open(settings, actor) as backend:
        await backend.integrations.list()


@asynccontextmanager
async def open_backend() -> AsyncIterator[Backend]:
    """Open the backend that the global options name, for the length of a command. Errors as in `configuration`."""
    call = invocation()
    settings, actor = configuration(call)
    from ..backend.services.backend import Backend

    set_up_logging(places(call.config).log, verbose=call.verbose)
    with progress_line() as line, announcing(line.waits):
        async with Backend.open(settings, actor) as backend:
            with backend.because(call.reason):
                yield backend


def refuse_strangers() -> Actor | None:
    """Refuse one whom an existing configuration does not name; for commands that need no configuration to work.

    Returns:
        The actor; None where there is no configuration.

    Raises:
        AccessDenied: There is a configuration, and the actor is not in it.
        ConfigError: There is none that says whom ``--as`` may speak for.
    """
    try:
        settings, actor = configuration()
    except ConfigError:
        if invocation().as_user is not None:
            raise
        return None
    run_until_signal(require_access(settings, actor))
    return actor


async def chosen(backend: Backend, integration: str | None) -> IntegrationSummary:
    """Return the one integration that is meant: by its id, or the only one that the actor can see.

    Raises:
        UsageError: It is unknown, or there are several and none was named.
    """
    if integration is not None:
        return await backend.integrations.get(integration)
    visible = await backend.integrations.list()
    if len(visible) == 1:
        return visible[0]
    if not visible:
        raise no_integration(backend.settings)
    raise UsageError(
        "Say which integration is meant",
        remedy=f"-i ID, one of: {', '.join(each.id for each in visible)}; jobs of several are named INTEGRATION:ID",
    )


async def chosen_or_all(backend: Backend, integration: str | None) -> tuple[IntegrationSummary, ...]:
    """Return the integration that was named, or every one that the actor can see.

    Raises:
        UsageError: It is unknown, or there is none to see.
    """
    if integration is not None:
        return (await backend.integrations.get(integration),)
    visible = await backend.integrations.list()
    if not visible:
        raise no_integration(backend.settings)
    return visible


async def scope_of(backend: Backend, integrations: Sequence[str]) -> Scope:
    """Return whose jobs are meant: of the integrations that were named, or of every one that the actor can see where none was, or ``*``.

    Raises:
        UsageError: One is unknown, or there is none to see.
    """
    if not integrations or EVERY_ID in integrations:
        if not await backend.integrations.ids():
            raise no_integration(backend.settings)
        return EVERY
    for each in integrations:
        await backend.integrations.get(each)
    return Scope.of(*integrations)


async def scope_to_write(backend: Backend, integrations: Sequence[str]) -> Scope:
    """Return the same where something is to be written: all are meant only where that is said.

    Raises:
        UsageError: As `scope_of`; or there are several, and none was named.
    """
    return await scope_of(backend, integrations) if integrations else Scope.of((await chosen(backend, None)).id)


async def named_jobs(backend: Backend, integrations: Sequence[str], job_ids: Sequence[str]) -> tuple[JobKey, ...]:
    """Return the jobs that were named one by one: by their ids in the integration, or as ``integration:id``.

    Raises:
        UsageError: The integration is unknown; or there are several, and it is not clear which is meant.
    """
    if len(integrations) > 1 or EVERY_ID in integrations:
        raise UsageError(
            "Several integrations are named, and an id is one of theirs", remedy="Leave -i out and name each job as INTEGRATION:ID"
        )
    visible = () if integrations else await backend.integrations.ids()
    parts = [each.partition(":") for each in job_ids]
    if len(visible) > 1 and all(integration in visible and colon and job_id for integration, colon, job_id in parts):
        return tuple(dict.fromkeys(JobKey(integration, job_id) for integration, _, job_id in parts))
    one = (await chosen(backend, next(iter(integrations), None))).id
    return JobKey.of(one, *dict.fromkeys([await own_id(backend, one, each) for each in job_ids]))


async def own_id(backend: Backend, integration: str, job_id: str) -> str:
    """Return the ATS job id that is meant by ``integration:id``, as lists print it, or by the id alone; one that is cached means itself."""
    own = job_id.removeprefix(f"{integration}:")
    return job_id if own in {job_id, ""} or await backend.jobs.get(integration, job_id) is not None else own


def no_integration(settings: Settings) -> UsageError:
    """Return the error for one who has no integration to work with: none is configured, or none for them."""
    if settings.integrations:
        return UsageError("You have no access to any integration", remedy=f"The owner of {settings.path} can give you one in [[admins]]")
    return UsageError(f"No integration is configured yet in {settings.path}", remedy="jobsync init --add adds one")


async def evaluate_first(backend: Backend, filter_text: str, scope: Scope) -> None:
    """Have the rules evaluate what they have not evaluated yet, where the filter asks for it.

    Raises:
        FilterError: Says where the filter is wrong.
    """
    with progress_line() as line:
        await backend.eligibility.evaluate_for(
            filter_text, scope.one, lambda done, total: line.show(f"rules: {done:,} of {counted(total, 'job')}")
        )


def read_rules(source: str, actor: Actor) -> str:
    """Return the text of a file of rules that the actor named, of `MOST_READ` bytes at most; ``-`` is standard input.

    Raises:
        UsageError: They may name no file.
        RuleError: It cannot be read, is no regular file (a pipe may never end, nor does a device), is too large, or is no text; a file of
            rules that is wrong has one code, whatever is wrong with it.
    """
    try:
        if not source:
            raise RuleError("The name of the file is empty", remedy="Name a file, or - for standard input")
        if source == "-":
            if sys.stdin is None:
                raise RuleError("- cannot be read: standard input is closed")
            text = sys.stdin.read(MOST_READ + 1)
            if len(text) > MOST_READ:
                raise _too_large("Standard input")
            return text
        require_own_files(actor)
        return _regular_file(source).decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        raise RuleError(f"{source} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise RuleError(f"{source} is not UTF-8 text") from error


def _regular_file(source: str) -> bytes:
    # Not blocking: opening a pipe that nobody writes to would wait for ever.
    with open(os.open(source, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:  # noqa: PTH123 - by descriptor
        state = os.fstat(file.fileno())
        if stat.S_ISDIR(state.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not stat.S_ISREG(state.st_mode):
            raise RuleError(f"{source} is not a regular file", remedy="Name a file, or - for standard input")
        content = file.read(MOST_READ + 1)
    if len(content) > MOST_READ:
        raise _too_large(source)
    return content


def _too_large(what: str) -> RuleError:
    return RuleError(f"{what} is larger than {MOST_READ // 1024**2} MB", remedy="Is it the right file? Rules are far smaller")


def on_terminal() -> bool:
    """Return whether a person can be asked: standard input and standard output are a terminal."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()
