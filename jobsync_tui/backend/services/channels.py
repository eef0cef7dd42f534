"""The channels that the configuration names, made anew each time: it may have changed since the last message."""

from __future__ import annotations

from collections.abc import Callable

from ..access.access import Actor
from ..automatic.notifier import Sender
from ..automatic.notify.base import Channel
from ..automatic.notify.command import CommandHook
from ..automatic.notify.webhook import Webhook
from ..core.errors import JobsyncError
from ..settings.schema import Settings
from ..settings.secrets import Secret, SecretRef, resolve
from .connections import network_of


def sender_of(settings: Settings, actor: Actor) -> Sender:
    """Return who sends messages. One whom an account speaks for starts no program of the account's."""
    wanted: dict[str, Callable[[], Channel]] = {}
    if settings.notify.webhook is not None:
        wanted[Webhook.name] = lambda: _webhook(settings)
    if settings.notify.command is not None and not actor.is_spoken_for:
        command, seconds = settings.notify.command, settings.notify.timeout.total_seconds()
        wanted[CommandHook.name] = lambda: CommandHook(command, seconds)
    channels: list[Channel] = []
    broken: dict[str, JobsyncError] = {}
    for name, make in wanted.items():
        try:
            channels.append(make())
        except JobsyncError as error:
            broken[name] = error
    names = {each.id: each.name for each in settings.integrations}
    return Sender(
        channels=channels,
        broken=broken,
        every=settings.notify.every,
        organization=settings.organization.name,
        names=names,
        daily=settings.notify.daily,
    )


def channel_names(settings: Settings) -> tuple[str, ...]:
    """Return the names of the configured channels."""
    given = {Webhook.name: settings.notify.webhook, CommandHook.name: settings.notify.command}
    return tuple(name for name, value in given.items() if value is not None)


def _webhook(settings: Settings) -> Webhook:
    address, base = settings.notify.webhook, settings.path.parent
    assert address is not None, "asked for where there is one"  # noqa: S101
    assert settings.notify.secret is not None, "the configuration was checked"  # noqa: S101
    url = resolve(address, base) if isinstance(address, SecretRef) else Secret(address, masked=False)
    return Webhook(url, resolve(settings.notify.secret, base), network_of(settings))
