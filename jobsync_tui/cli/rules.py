"""``rules``: looking at the rules, bringing them in and out, switching them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from dataclasses import replace as with_findings

import click

from ..backend.core.errors import ExitCode, UsageError
from ..backend.core.models import LintReport
from ..backend.core.rule_document import rule_document
from ..backend.core.text import clean, counted
from ..backend.rules import describe, dump_rules
from ..backend.services.backend import Backend
from .completing import FILE_NAME, rule_ids
from .options import ID, json_option, reason_option
from .output import print_json, print_line, say
from .progress import ProgressLine, progress_line
from .rule_coverage import coverage
from .rule_findings import look_over, print_findings
from .rule_foresight import foresee
from .rule_revisions import diff, history, restore
from .rule_shadows import shadow
from .rule_tests import BREAK_TESTS, test_rules
from .session import open_backend, read_rules, runs
from .tables import Table


@click.group()
def rules() -> None:
    """Show, import, export, activate and deactivate rules."""


for _command in (coverage, diff, foresee, history, restore, shadow, test_rules):
    rules.add_command(_command)


@rules.command("list")
@json_option
@runs
async def list_rules(*, as_json: bool) -> int:
    """List the rules in order of priority."""
    async with open_backend() as backend:
        current = await backend.rules.current()
        authority = await backend.rules.authority()
    if as_json:
        rules = [{**rule_document(rule), "may_change": authority.may_change(rule)} for rule in current.rules]
        print_json({"revision": current.revision, "rules": rules})
        return ExitCode.OK
    table = Table("PRIORITY", "ID", "NAME", "ACTIVE", *(() if authority.everything else ("YOURS",)), "CONDITIONS", widest=60)
    for rule in current.rules:
        active = ("yes" if rule.active else "no") + (", fallback" if rule.fallback else "")
        yours = () if authority.everything else ("yes" if authority.may_change(rule) else "no",)
        table.add(rule.priority, rule.id, rule.name, active, *yours, describe(rule.when))
    table.finish()
    say(f"revision {current.revision}, {sum(rule.active for rule in current.rules)} of {counted(len(current.rules), 'rule')} active")
    if not authority.everything:
        say(f"Yours to change are the rules that are held to your integrations: {', '.join(authority.integrations) or 'none'}")
    return ExitCode.OK


@rules.command()
@click.argument("rule_id", type=ID, shell_complete=rule_ids, metavar="ID")
@json_option
@runs
async def show(*, rule_id: str, as_json: bool) -> int:
    """Show one rule as it would be exported."""
    async with open_backend() as backend:
        rule = next((each for each in (await backend.rules.current()).rules if each.id == rule_id), None)
        if rule is None:
            raise UsageError(f"There is no rule {clean(rule_id, limit=64)!r}", remedy="jobsync rules list shows the rules with their ids")
    if as_json:
        print_json({"rule": rule_document(rule)})
    else:
        _print_yaml(dump_rules((rule,)))
    return ExitCode.OK


@rules.command()
@click.argument("file", type=FILE_NAME, metavar="[FILE]", required=False)
@json_option
@runs
async def validate(*, file: str | None, as_json: bool) -> int:
    """Say whether FILE could be imported, and what in it is probably not meant so; without FILE, in the rules in force. - is stdin."""
    async with open_backend() as backend:
        found = (await backend.rules.current()).rules
        text = None if file is None else read_rules(file, backend.actor)
        if file is not None and text is not None:
            found = await backend.rules.parse(text, file)
        with progress_line() as line:
            report = await _looked_over(backend, text, file, line)
        part = (await backend.rules.authority()).part
    active = sum(rule.active for rule in found)
    if as_json:
        print_json({"valid": True, "rules": len(found), "active": active, **asdict(report)})
    else:
        print_line(f"{file or 'the rules in force'}: {counted(len(found), 'rule')}, {active} of them active")
        print_findings(report, part)
    return ExitCode.OK


async def _looked_over(backend: Backend, text: str | None, file: str | None, line: ProgressLine) -> LintReport:
    def told(done: int) -> None:
        line.show(f"checking the rules: {counted(done, 'job')}")

    if text is None or file is None:
        return await backend.rules.lint(on_progress=told)
    return await backend.rules.lint_of(text, file, on_progress=told)


@rules.command("import")
@click.argument("file", type=FILE_NAME, metavar="FILE")
@click.option("--inactive", is_flag=True, help="Import the rules as inactive.")
@click.option("--replace", is_flag=True, help="Deactivate the rules that FILE lacks.")
@BREAK_TESTS
@reason_option
@json_option
@runs
async def import_rules(*, file: str, inactive: bool, replace: bool, break_tests: bool, as_json: bool) -> int:
    """Add and update rules by id, and tests by name, from FILE, and leave the rest. - is standard input.

    Where tests of the rules would break, nothing is imported, and it says which.

    Who may not use every integration changes rules only that are held to theirs by a condition on integration; rules list says which.

    It saves at once and never asks, not even for the number of jobs where many are concerned: `jobsync rules impact FILE` says
    beforehand what it would do to each cached job.
    """
    async with open_backend() as backend:
        await backend.rules.current()
        report = await backend.rules.import_text(
            read_rules(file, backend.actor), file, inactive=inactive, replace_all=replace, break_tests=break_tests
        )
        report = with_findings(report, findings=(await look_over(backend, (*report.added, *report.updated, *report.unchanged))).findings)
    if as_json:
        print_json(report)
        return ExitCode.OK
    for word, ids in (("added", report.added), ("updated", report.updated), ("deactivated", report.deactivated)):
        for each in ids:
            print_line(f"{word} {each}")
    if report.tests:
        print_line(f"{counted(len(report.tests), 'test')} kept")
    print_line(
        f"revision {report.revision}: {len(report.added)} added, {len(report.updated)} updated, "
        f"{len(report.unchanged)} unchanged, {len(report.deactivated)} deactivated"
    )
    return ExitCode.OK


@rules.command()
@json_option
@runs
async def export(*, as_json: bool) -> int:
    """Print every rule as YAML that imports back to the same."""
    async with open_backend() as backend:
        text = await backend.rules.export()
        revision = (await backend.rules.current()).revision
    if as_json:
        print_json({"revision": revision, "yaml": text})
    else:
        _print_yaml(text)
    return ExitCode.OK


@rules.command()
@click.argument("ids", nargs=-1, required=True, type=ID, shell_complete=rule_ids, metavar="ID...")
@BREAK_TESTS
@reason_option
@json_option
@runs
async def activate(*, ids: tuple[str, ...], break_tests: bool, as_json: bool) -> int:
    """Switch rules on."""
    async with open_backend() as backend:
        switch = await backend.rules.set_active(ids, active=True, break_tests=break_tests)
        await look_over(backend, ids)
        return _print_change(switch.revision, switch.ids, "activated", as_json=as_json)


@rules.command()
@click.argument("ids", nargs=-1, required=True, type=ID, shell_complete=rule_ids, metavar="ID...")
@BREAK_TESTS
@reason_option
@json_option
@runs
async def deactivate(*, ids: tuple[str, ...], break_tests: bool, as_json: bool) -> int:
    """Switch rules off."""
    async with open_backend() as backend:
        switch = await backend.rules.set_active(ids, active=False, break_tests=break_tests)
        return _print_change(switch.revision, switch.ids, "deactivated", as_json=as_json)


@rules.command()
@click.argument("ids", nargs=-1, required=True, type=ID, shell_complete=rule_ids, metavar="ID...")
@BREAK_TESTS
@reason_option
@json_option
@runs
async def delete(*, ids: tuple[str, ...], break_tests: bool, as_json: bool) -> int:
    """Remove rules; the history keeps them."""
    async with open_backend() as backend:
        deleted = await backend.rules.delete(ids, break_tests=break_tests)
        return _print_change(deleted.revision, tuple(dict.fromkeys(ids)), "deleted", as_json=as_json)


def _print_change(revision: int, ids: Sequence[str], what: str, *, as_json: bool) -> ExitCode:
    if as_json:
        print_json({"revision": revision, what: ids})
    else:
        print_line(f"revision {revision}: {what} {', '.join(ids) or 'nothing, since that is so already'}")
    return ExitCode.OK


def _print_yaml(text: str) -> None:
    """Print YAML as it is to a file or a pipe, and cleaned to a terminal."""
    sys.stdout.write(clean(text, lines=True, limit=len(text) + 1) if sys.stdout.isatty() else text)
