"""Who acts, and what they may use: the operating system's account, and the configuration's ``[[admins]]`` as they are now.

Environment variables never decide identity. What one may not use is answered as if it did not exist.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from ..core.errors import AccessDenied, ConfigError, JobsyncError, UnknownIntegration, UsageError
from ..core.ownership import account_name
from ..core.text import clean
from ..settings.loader import FileStamp, load_stamped
from ..settings.schema import IntegrationSettings, Settings
from .ssh_session import is_ssh, session_origin

EVERY_INTEGRATION = "*"
AUTOMATIC = "auto"
"""The name under which the automatic sync acts; no person can take it."""

_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@+-]{0,63}")


@dataclass(frozen=True, slots=True)
class Actor:
    """The person or timer on whose behalf a thing is done.

    Attributes:
        user: The account's name, or ``auto``.
        origin: What else is known about where the call comes from, for the audit record.
        is_automatic: Whether this is the automatic sync, which may use every integration.
        is_remote: Whether sshd started the process that speaks for them: its words may be theirs, the server's files are not.
    """

    user: str
    origin: Mapping[str, str] = field(default_factory=dict)
    is_automatic: bool = False
    is_remote: bool = False

    @property
    def is_spoken_for(self) -> bool:
        """Whether an account acts for this person (``--as``), which must not trust them with itself."""
        return "account" in self.origin

    @classmethod
    def automatic(cls, origin: Mapping[str, str] | None = None) -> Actor:
        """Return the actor of the automatic sync."""
        return cls(AUTOMATIC, dict(origin or {}), is_automatic=True)


def current_actor(as_user: str | None, config_path: Path) -> Actor:
    """Return who runs this process, or ``as_user`` where this process may speak for others.

    Raises:
        AccessDenied: ``as_user`` is given and the process's user does not own the configuration file.
        UsageError: ``as_user`` is no user name.
    """
    account = account_name(os.getuid())
    if as_user is None:
        return Actor(account)
    if not _USER.fullmatch(as_user) or as_user == AUTOMATIC:
        raise UsageError(f"--as needs a user name, not {clean(as_user, limit=64)!r}")
    try:
        owner = config_path.stat().st_uid
    except OSError as error:
        raise ConfigError(f"{clean(str(config_path))}: the configuration file cannot be read: {error.strerror}") from error
    if owner != os.getuid():
        raise AccessDenied(
            "Only the account that owns the configuration file may use --as", remedy=f"Run as {account_name(owner)}, or leave --as out"
        )
    return Actor(as_user, {"account": account, **session_origin(os.environ)}, is_remote=is_ssh(os.environ))


def require_own_files(actor: Actor) -> None:
    """Let an actor name a file of this machine, which this account reads or makes for them.

    Raises:
        UsageError: They are behind an SSH key: what the account can read, secrets among it, is not for them.
    """
    if actor.is_remote:
        raise UsageError(
            "Files of the server cannot be named over SSH with --as",
            remedy="Rules come on standard input: ssh ... rules import - < FILE. Anything else is for who works on the server",
        )


class AccessPolicy:
    """What the configuration lets each actor use. It is as of one reading of the file; `Guard` keeps it up to date."""

    def __init__(self, settings: Settings) -> None:
        self._configured = frozenset(integration.id for integration in settings.integrations)
        self._grants: dict[str, frozenset[str]] = {}
        if settings.admins is None:
            self._grants[_owner(settings.path)] = self._configured
            return
        for admin in settings.admins:
            granted = self._configured if EVERY_INTEGRATION in admin.integrations else self._configured & frozenset(admin.integrations)
            self._grants[admin.user] = self._grants.get(admin.user, frozenset()) | granted

    def may_use(self, actor: Actor) -> bool:
        """Return whether ``actor`` may use the program at all."""
        return actor.is_automatic or actor.user in self._grants

    def integrations(self, actor: Actor) -> frozenset[str]:
        """Return the ids of the integrations that ``actor`` may use."""
        return self._configured if actor.is_automatic else self._grants.get(actor.user, frozenset())

    def everything(self, actor: Actor) -> bool:
        """Return whether ``actor`` may use every integration there is."""
        return self.may_use(actor) and self.integrations(actor) == self._configured


class Guard:
    """Checks each action against the configuration as it is now: the file is read again whenever it changed."""

    def __init__(self, settings: Settings, stamp: FileStamp | None = None) -> None:
        """Start from ``settings``; without the ``stamp`` of the file they were read from, the first check reads it."""
        self._lock = Lock()
        self._settings = settings
        self._policy = AccessPolicy(settings) if stamp is not None else None
        self._stamp = stamp

    @property
    def settings(self) -> Settings:
        """The configuration as of the last check."""
        return self._settings

    def require(self, actor: Actor) -> AccessPolicy:
        """Return the policy as it is now, if ``actor`` may use the program.

        Raises:
            AccessDenied: They may not, or the configuration cannot be read any more, so that nobody can tell.
        """
        policy = self._current()
        if not policy.may_use(actor):
            raise AccessDenied(
                f"{actor.user} may not use this configuration", remedy=f"The owner of {self._settings.path} can add an [[admins]] entry"
            )
        return policy

    def integration(self, actor: Actor, integration_id: str) -> IntegrationSettings:
        """Return the configuration of an integration that ``actor`` may use.

        Raises:
            AccessDenied: As in `require`.
            UnknownIntegration: There is no such integration, or it is not theirs.
        """
        policy = self.require(actor)
        found = self._settings.integration(integration_id) if integration_id in policy.integrations(actor) else None
        if found is None:
            known = ", ".join(sorted(policy.integrations(actor))) or "none"
            raise UnknownIntegration(f"Unknown integration: {clean(integration_id, limit=64)}", remedy=f"Known integrations: {known}")
        return found

    def _current(self) -> AccessPolicy:
        with self._lock:
            try:
                stamp = FileStamp.of(self._settings.path.stat())
                if self._policy is None or stamp != self._stamp:
                    self._settings, self._stamp = load_stamped(self._settings.path)
                    self._policy = AccessPolicy(self._settings)
            except (JobsyncError, OSError) as error:
                self._policy = None
                raise AccessDenied(
                    "The configuration cannot be read any more, so access cannot be checked",
                    remedy=error.message if isinstance(error, JobsyncError) else f"Restore {self._settings.path}",
                ) from error
            return self._policy


def _owner(path: Path) -> str:
    try:
        return account_name(path.stat().st_uid)
    except OSError as error:
        raise ConfigError(f"{clean(str(path))}: the configuration file cannot be read: {error.strerror}") from error
