"""``rules shadow``: drafts that are evaluated beside the rules in force and never act."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import click

from ..backend.core.clock import now
from ..backend.core.errors import ExitCode
from ..backend.core.models import ImpactList, Shadow
from ..backend.core.rule_document import rule_document
from ..backend.core.text import counted
from ..documents.document import as_text
from ..documents.shadows import SeenShadow, shadows_document
from .completing import FILE_NAME
from .options import MOST, json_option, reason_option
from .output import print_json, print_line, print_text, text_width
from .progress import progress_line
from .rule_findings import look_over
from .rule_revisions import CONCERNS
from .rule_tests import BREAK_TESTS
from .session import open_backend, read_rules, runs

NAME = click.argument("name", metavar="NAME")


@click.group()
def shadow() -> None:
    """Test mode (shadow rules): evaluate a draft with every sync, but never apply it."""


@shadow.command("list")
@json_option
@runs
async def list_shadows(*, as_json: bool) -> int:
    """List the shadow rules with what they would do now."""
    async with open_backend() as backend:
        found = await backend.shadows.list()
        part = (await backend.rules.authority()).part
    if as_json:
        print_json({"shadows": [_document(each) for each in found]})
        return ExitCode.OK
    _print_shadows([SeenShadow(each) for each in found], part, closed={f"shadow:{each.name}" for each in found})
    return ExitCode.OK


@shadow.command()
@NAME
@click.argument("file", type=FILE_NAME, metavar="FILE")
@reason_option
@json_option
@runs
async def add(*, name: str, file: str, as_json: bool) -> int:
    """Keep the rules in FILE as the shadow rules NAME. They replace rules by id, or are added. - is standard input."""
    async with open_backend() as backend:
        await backend.rules.current()
        made = await backend.shadows.add(name, await backend.rules.parse(read_rules(file, backend.actor), file))
    if as_json:
        print_json(_document(made))
    else:
        print_line(
            f"{made.name}: {counted(len(made.rules), 'rule is', 'rules are')} in test mode beside revision {made.base_revision} from now on"
        )
    return ExitCode.OK


@shadow.command()
@NAME
@click.option("--jobs", "limit", type=click.IntRange(0, MOST), default=20, show_default=True, metavar="N", help="List at most N jobs.")
@click.option("--list", "which", type=click.Choice([each.value for each in ImpactList]), help="Only the jobs of this list.")
@json_option
@runs
async def show(*, name: str, limit: int, which: str | None, as_json: bool) -> int:
    """Show what shadow rules would have done over time, and which jobs they affect."""
    async with open_backend() as backend:
        found = await backend.shadows.get(name)
        looks = await backend.shadows.looks(name)
        part = (await backend.rules.authority()).part
        page = await backend.shadows.jobs(name, which=None if which is None else ImpactList(which), limit=limit)
    if as_json:
        print_json({**_document(found), "looks": looks, "total": page.total, "jobs": page.jobs})
        return ExitCode.OK
    _print_shadows([SeenShadow(found, tuple(looks), page)], part)
    return ExitCode.OK


@shadow.command()
@NAME
@json_option
@runs
async def look(*, name: str, as_json: bool) -> int:
    """Evaluate the cached jobs with shadow rules now."""
    async with open_backend() as backend:
        with progress_line() as line:
            found = await backend.shadows.look(name, lambda at: line.show(f"{at.done:,} of {counted(at.total, 'job')}"))
        part = (await backend.rules.authority()).part
    if as_json:
        print_json(_document(found))
    else:
        _print_shadows([SeenShadow(found, tuple(found.last))], part)
    return ExitCode.OK


@shadow.command()
@NAME
@CONCERNS
@BREAK_TESTS
@reason_option
@json_option
@runs
async def promote(*, name: str, concerns: int | None, break_tests: bool, as_json: bool) -> int:
    """Activate shadow rules, and end their test."""
    async with open_backend() as backend:
        rules = (await backend.shadows.get(name)).rules
        current = await backend.shadows.promote(name, typed=concerns, break_tests=break_tests)
        report = await look_over(backend, [rule.id for rule in rules])
    if as_json:
        print_json({"revision": current.revision, "promoted": name, "findings": report.findings})
    else:
        print_line(f"revision {current.revision}: {name} is in force")
    return ExitCode.OK


@shadow.command()
@NAME
@reason_option
@json_option
@runs
async def drop(*, name: str, as_json: bool) -> int:
    """Discard shadow rules, with the record of what they would have done."""
    async with open_backend() as backend:
        await backend.shadows.drop(name)
    if as_json:
        print_json({"dropped": name})
    else:
        print_line(f"dropped {name}")
    return ExitCode.OK


def _print_shadows(seen: Sequence[SeenShadow], part: int | None, closed: Collection[str] = ()) -> None:
    print_text(as_text(shadows_document(seen, now(), text_width(), part), closed))


def _document(found: Shadow) -> dict[str, object]:
    return {
        "name": found.name,
        "base_revision": found.base_revision,
        "actor": found.actor,
        "at": found.at,
        "counts": found.counts,
        "last": found.last,
        "changeable": found.changeable,
        "rules": [rule_document(rule) for rule in found.rules],
    }
