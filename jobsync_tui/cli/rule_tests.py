"""``rules test``: what the rules are to say of jobs, and whether they do."""

from __future__ import annotations

from dataclasses import asdict

import click

from ..backend.core.errors import ExitCode, UsageError
from ..backend.core.models import RuleTestResult
from ..backend.core.text import clean, counted
from .completing import FILE_NAME
from .options import json_option
from .output import print_json, print_line, say
from .session import open_backend, read_rules, runs

BREAK_TESTS = click.option("--break-tests", is_flag=True, help="Save the rules although tests of theirs break.")
"""For every command that saves rules."""

_WORDS = {True: "passed", False: "FAILED", None: "not run"}


@click.command("test")
@click.argument("file", type=FILE_NAME, metavar="[FILE]", required=False)
@click.option("--forget", "forgotten", multiple=True, metavar="NAME", help="Keep the test of that name no longer; nothing is run.")
@json_option
@runs
async def test_rules(*, file: str | None, forgotten: tuple[str, ...], as_json: bool) -> int:
    """Run the tests of the rules: those that are kept, against the rules in force.

    With FILE, the rules and tests in it take the places of those of their names first, as an import would have it. - is standard input.
    Exits with 2 where a test fails.
    """
    if forgotten and file is not None:
        raise UsageError("Give either a FILE or --forget, not both")
    async with open_backend() as backend:
        if forgotten:
            names = await backend.rule_tests.drop(forgotten)
            if as_json:
                print_json({"forgotten": names})
            else:
                print_line(f"{counted(len(names), 'test')} kept no longer: {clean(', '.join(names))}")
            return ExitCode.OK
        results = await (backend.rule_tests.run() if file is None else backend.rule_tests.run(read_rules(file, backend.actor), file))
    failed = sum(result.passed is False for result in results)
    passed = sum(result.passed is True for result in results)
    if as_json:
        print_json({"passed": passed, "failed": failed, "not_run": len(results) - passed - failed, "tests": [*map(_document, results)]})
    else:
        for result in results:
            _print(result)
        print_line(f"{counted(len(results), 'test')}: {passed} passed, {failed} failed, {len(results) - passed - failed} not run")
    return ExitCode.USAGE if failed else ExitCode.OK


def _print(result: RuleTestResult) -> None:
    print_line(f"{_WORDS[result.passed]:<8}{clean(result.words if result.unexpected else result.test.name, limit=500)}")
    if result.passed is None:
        say(f"{clean(result.test.name)}: job {clean(result.test.job_id or '')} of {result.test.integration} is not in the cache")


def _document(result: RuleTestResult) -> object:
    return {
        "name": result.test.name,
        "integration": result.test.integration,
        "job_id": result.test.job_id,
        "passed": result.passed,
        "unexpected": [asdict(each) for each in result.unexpected],
        "message": result.message,
    }
