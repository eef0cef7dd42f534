"""What a shell offers at the cursor beyond commands and options: ids of integrations and rules, fields to sort by, names of files.

Whatever goes wrong, a wrong configuration too, offers nothing and says nothing: a person is in the middle of typing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

from ..backend.core.errors import JobsyncError
from ..backend.core.models import SortField
from .options import invocation

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class FileName(click.ParamType[str]):
    """The name of a file, or - for standard input: the shell completes it."""

    name = "file"

    def shell_complete(self, _ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Leave it to the shell."""
        from click.shell_completion import CompletionItem

        return [CompletionItem(incomplete, type="file")]


FILE_NAME = FileName()


def integration_ids(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the integrations that the actor may use."""
    from ..backend.access.access import AccessPolicy
    from .session import configuration

    try:
        settings, actor = configuration(invocation(ctx))
    except JobsyncError:
        return []
    return _offered((each.id for each in settings.integrations if each.id in AccessPolicy(settings).integrations(actor)), incomplete)


def rule_ids(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the rules in force, to whom the configuration names."""
    from ..backend.access.access import AccessPolicy
    from .session import configuration

    try:
        settings, actor = configuration(invocation(ctx))
        if not AccessPolicy(settings).may_use(actor):
            return []
        return _offered(asyncio.run(_rules(settings, actor)), incomplete)
    except JobsyncError:
        return []


async def _rules(settings: Any, actor: Any) -> list[str]:
    from ..backend.services.backend import Backend

    async with Backend.open(settings, actor) as backend:
        return [each.id for each in (await backend.rules.current()).rules]


def view_names(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the views that the actor may use."""
    from ..backend.access.access import AccessPolicy
    from .session import configuration

    try:
        settings, actor = configuration(invocation(ctx))
        if not AccessPolicy(settings).may_use(actor):
            return []
        return _offered(asyncio.run(_views(settings, actor)), incomplete)
    except JobsyncError:
        return []


async def _views(settings: Any, actor: Any) -> list[str]:
    from ..backend.services.backend import Backend

    async with Backend.open(settings, actor) as backend:
        return [each.address for each in await backend.views.list()]


def sort_fields(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the fields to sort by."""
    return _offered(SortField, incomplete)


def _offered(words: Iterable[str], incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    return [CompletionItem(each) for each in words if each.startswith(incomplete)]
