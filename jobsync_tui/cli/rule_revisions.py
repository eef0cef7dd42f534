"""``rules history``, ``rules diff`` and ``rules restore``: how the rules came to be what they are."""

from __future__ import annotations

import click

from ..backend.core.clock import now
from ..backend.core.errors import ExitCode
from ..backend.core.models import RevisionDifference, Rule
from ..backend.core.rule_document import rule_document
from ..documents.document import as_text
from ..documents.revisions import difference_document, revisions_document
from .options import ID, MOST, json_option, reason_option
from .output import print_json, print_line, print_text, text_width
from .rule_findings import look_over
from .rule_tests import BREAK_TESTS
from .session import open_backend, runs

CONCERNS = click.option(
    "--concerns", type=click.IntRange(min=0), metavar="N", help="The number of jobs that the change affects, required where it is large."
)


@click.command()
@json_option
@runs
async def history(*, as_json: bool) -> int:
    """Show who changed the rules when, newest first."""
    async with open_backend() as backend:
        found = await backend.rules.history()
        in_force = (await backend.rules.current()).revision
    if as_json:
        print_json({"revisions": found})
        return ExitCode.OK
    print_text(as_text(revisions_document(found, in_force, None, now(), text_width())))
    return ExitCode.OK


@click.command()
@click.argument("before", type=click.IntRange(max=MOST), metavar="A")
@click.argument("after", type=click.IntRange(max=MOST), metavar="B")
@json_option
@runs
async def diff(*, before: int, after: int, as_json: bool) -> int:
    """Show what changed from revision A to revision B."""
    async with open_backend() as backend:
        found = await backend.rules.difference(before, after)
    if as_json:
        print_json(_document(found))
        return ExitCode.OK
    print_text(as_text(difference_document(found, text_width())))
    return ExitCode.OK


@click.command()
@click.argument("revision", type=click.IntRange(max=MOST), metavar="REVISION")
@click.option("--rule", "only", type=ID, metavar="RULE", help="Restore this rule alone, by its id; one that was not there then is deleted.")
@CONCERNS
@BREAK_TESTS
@reason_option
@json_option
@runs
async def restore(*, revision: int, only: str | None, concerns: int | None, break_tests: bool, as_json: bool) -> int:
    """Put the rules of an earlier revision into force again, as a new revision; all of them, or one."""
    async with open_backend() as backend:
        former = await backend.rules.current()
        current = await backend.rules.restore(revision, only=only, typed=concerns, break_tests=break_tests)
        report = await look_over(backend, [rule.id for rule in current.rules if rule not in former.rules])
    if as_json:
        print_json({"revision": current.revision, "restored": revision, "rule": only, "findings": report.findings})
    else:
        print_line(f"revision {current.revision}: {'the rules' if only is None else f'rule {only}'} of revision {revision}")
    return ExitCode.OK


def _document(found: RevisionDifference) -> object:
    return {
        "before": found.before,
        "after": found.after,
        "rules": [
            {
                "id": each.id,
                "name": each.name,
                "before": _rule(each.before),
                "after": _rule(each.after),
                "changes": each.changes,
            }
            for each in found.rules
        ],
    }


def _rule(rule: Rule | None) -> object:
    return None if rule is None else rule_document(rule)
