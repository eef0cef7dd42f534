"""``views``: filters, orders and columns of the list of jobs, saved under names."""

from __future__ import annotations

import click

from ..backend.core.errors import ExitCode, UsageError
from ..backend.core.models import ListView, SavedView
from ..backend.core.text import clean
from .completing import sort_fields, view_names
from .options import ID, complete_integration, json_option
from .output import print_json, print_line, say
from .session import open_backend, runs
from .sorting import SORT_HELP, parse_sort
from .tables import Table


@click.group()
def views() -> None:
    """Save filter, order and columns of the list of jobs under a name; jobs --view NAME uses them."""


@views.command("list")
@json_option
@runs
async def list_views(*, as_json: bool) -> int:
    """List your views, and those that others share with you."""
    async with open_backend() as backend:
        found = await backend.views.list()
    if as_json:
        print_json({"views": [view_document(each) for each in found]})
        return ExitCode.OK
    if not found:
        say("No views: jobsync views save NAME --filter Q keeps one")
        return ExitCode.OK
    table = Table("NAME", "WHOSE", "FOR", "FILTER", "SORT", "COLUMNS", widest=48)
    for each in found:
        whose = ("yours" if each.mine else each.kept.owner) + (", shared" if each.kept.shared else "")
        view = each.view
        table.add(view.name, whose, ", ".join(view.integrations) or "all", view.filter, view.sort, ", ".join(view.columns))
    table.finish()
    for each in found:
        if each.wrong is not None:
            say(f"{each.address} cannot be used as it is: {each.wrong}")
    return ExitCode.OK


@views.command()
@click.argument("name", metavar="NAME", shell_complete=view_names)
@click.option("--filter", "filter_text", default="", metavar="Q", help="Only jobs that match, as for jobs --filter.")
@click.option("--sort", "sort_text", shell_complete=sort_fields, metavar="FIELD", help=SORT_HELP)
@click.option("--columns", metavar="A,B,...", help='Fields of a job in their order, such as name,id,custom.shift,custom."Req Type".')
@click.option(
    "-i",
    "--integration",
    "integrations",
    type=ID,
    multiple=True,
    shell_complete=complete_integration,
    metavar="ID",
    help="The integration that the view is for; once for each. Without it, the view is for all.",
)
@click.option("--shared/--own", default=None, help="Let others use it, or no longer. A new view is your own.")
@json_option
@runs
async def save(
    *,
    name: str,
    filter_text: str,
    sort_text: str | None,
    columns: str | None,
    integrations: tuple[str, ...],
    shared: bool | None,
    as_json: bool,
) -> int:
    """Save a view, in the place of the one that has the name.

    A shared view of somebody else is changed by its owner and by admins of every integration; OWNER/NAME says whose is meant.
    """
    view = ListView(
        name=name,
        filter=filter_text,
        sort=parse_sort(sort_text),
        columns=parse_columns(columns),
        integrations=tuple(dict.fromkeys(integrations)),
    )
    async with open_backend() as backend:
        saved = await backend.views.save(view, shared=shared)
    if as_json:
        print_json({"view": view_document(saved)})
    else:
        whose = "" if saved.mine else f" of {saved.kept.owner}"
        print_line(f"saved the view {saved.view.name}{whose}{', shared' if saved.kept.shared else ''}")
    return ExitCode.OK


@views.command()
@click.argument("name", metavar="NAME", shell_complete=view_names)
@click.argument("new_name", metavar="NEW")
@json_option
@runs
async def rename(*, name: str, new_name: str, as_json: bool) -> int:
    """Give a view another name."""
    async with open_backend() as backend:
        renamed = await backend.views.rename(name, new_name)
    if as_json:
        print_json({"view": view_document(renamed)})
    else:
        print_line(f"the view {clean(name)} is {renamed.address} now")
    return ExitCode.OK


@views.command()
@click.argument("name", metavar="NAME", shell_complete=view_names)
@json_option
@runs
async def delete(*, name: str, as_json: bool) -> int:
    """Delete a view."""
    async with open_backend() as backend:
        gone = await backend.views.delete(name)
    if as_json:
        print_json({"deleted": view_document(gone)})
    else:
        print_line(f"deleted the view {gone.address}")
    return ExitCode.OK


def view_document(saved: SavedView) -> dict[str, object]:
    """Return a view as the documents have it."""
    view = saved.view
    return {
        "name": view.name,
        "owner": saved.kept.owner,
        "mine": saved.mine,
        "shared": saved.kept.shared,
        "changeable": saved.changeable,
        "integrations": view.integrations,
        "filter": view.filter,
        "sort": None if view.sort is None else str(view.sort),
        "columns": view.columns,
        "saved_at": saved.kept.saved_at,
        "wrong": saved.wrong,
    }


def parse_columns(text: str | None) -> tuple[str, ...]:
    """Return the columns that a list with commas names; a name with a comma or a space stands in quotation marks.

    Raises:
        UsageError: A quotation mark is not closed, or a name is missing.
    """
    if text is None or not text.strip():
        return ()
    names, name, quoted = [], "", False
    for character in text:
        if character == '"':
            quoted = not quoted
        elif character == "," and not quoted:
            names.append(name.strip())
            name = ""
        else:
            name += character
    names.append(name.strip())
    if quoted:
        raise UsageError("A quotation mark in --columns is not closed", remedy='As in name,custom."Req Type"')
    if not all(names):
        raise UsageError("A name is missing between the commas of --columns", remedy="As in name,id,custom.shift")
    return tuple(names)
