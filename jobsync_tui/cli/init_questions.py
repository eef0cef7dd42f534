"""The questions of ``jobsync init``: which ATS, its address, and where its key is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ..backend.core.errors import JobsyncError
from ..backend.core.named_files import from_root
from ..backend.core.text import clean, counted
from ..backend.services.setting_up import FILE, ProviderNeeds, all_needs, look_through, usual_name
from ..backend.settings.loader import load_settings
from ..backend.settings.new_integration import NewIntegration, keep_secret, problem_with
from ..backend.settings.secrets import SecretKind, SecretRef
from ..backend.settings.values import LITERAL_CREDENTIALS
from .init import variable
from .output import say
from .questions import ask, ask_hidden, choose

if TYPE_CHECKING:
    from ..backend.core.models import ExportReport

_LATER = "None yet: only write the configuration"
_PLACES = ("Type or paste it now: it is kept in a file that only you can read", "In an environment variable", "In the system's keyring")


def asked_integration(config: Path, *, needed: bool) -> NewIntegration | None:
    """Ask for an integration and return it; None where the person wants none yet, which they may unless one is ``needed``.

    A secret that is typed is in its file then.

    Raises:
        click.Abort: They gave up.
        UsageError: A secret cannot be kept.
    """
    known = all_needs()
    say("Where are your jobs?")
    titles = ["An Excel, CSV or JSON file" if each.provider == FILE else each.title for each in known]
    place = choose("A number, or part of a name", titles if needed else [*titles, _LATER])
    if place == len(known):
        return None
    needs = known[place]
    present = load_settings(config).integrations if config.exists() else ()
    taken = {each.id for each in present}
    integration = ask("A short id for it, which stays", _free(needs.provider, taken), wrong=_wrong_id(taken, needs.provider))
    usual = usual_name(needs.title, integration, {each.name for each in present})
    name = ask("What people call it", usual, wrong=lambda given: problem_with("name", given, needs.provider))
    if needs.provider == FILE:
        file, report = _asked_file()
        return NewIntegration(id=integration, name=name, provider=FILE, credentials={}, path=file, further=_pinned(report))
    base_url = _asked_address(needs)
    say(needs.key_made)
    credentials = {each: _asked_credential(config, integration, each) for each in needs.credentials}
    return NewIntegration(id=integration, name=name, provider=needs.provider, base_url=base_url, credentials=credentials)


def _free(provider: str, taken: set[str]) -> str:
    return next(each for each in (provider, *(f"{provider}-{number}" for number in range(2, 1000))) if each not in taken)


def _wrong_id(taken: set[str], provider: str) -> Callable[[str], str | None]:
    def wrong(given: str) -> str | None:
        return f"There is an integration {given} already" if given in taken else problem_with("id", given, provider)

    return wrong


def _asked_address(needs: ProviderNeeds) -> str | None:
    """Return the address, None where it is the usual one."""
    given = ask(f"The address of {needs.title}", needs.address or "", wrong=lambda each: problem_with("base_url", each, needs.provider))
    return None if given == needs.address else given


def _asked_credential(config: Path, integration: str, name: str) -> SecretRef | str:
    if name in LITERAL_CREDENTIALS:
        return ask(f"{name} (no secret; it stands in the configuration)")
    say(f"Where is {name} kept?")
    place = choose("A number", _PLACES, default=0)
    if place == 0:
        return keep_secret(config, f"{integration}-{name}", ask_hidden(name))
    if place == 1:
        return SecretRef(SecretKind.ENV, ask("Its name", variable(integration, name), wrong=_no_variable))
    return SecretRef(SecretKind.KEYRING, ask("The name of its entry", f"{integration}-{name}"))


def _no_variable(given: str) -> str | None:
    is_one = given.isascii() and given.replace("_", "a").isalnum() and not given[0].isdigit()
    return None if is_one else "Letters, digits and underscores, and no digit first"


def _asked_file() -> tuple[str, ExportReport]:
    """Ask for an export until one can be read; return its path, or pattern, and what is in it."""
    found: list[ExportReport] = []

    def wrong(given: str) -> str | None:
        try:
            found.append(look_through(_absolute(given)))
        except JobsyncError as error:
            return f"{error.message}. {error.remedy}" if error.remedy else error.message
        return None

    file = str(_absolute(ask("The file, or a pattern such as ~/exports/jobs-*.xlsx: the newest is read", wrong=wrong)))
    report = found[-1]
    say(f"  {clean(report.file)}: {counted(report.rows, 'row')}, {counted(report.jobs, 'job')}")
    for each in report.columns:
        say(f"    {each.column}: {each.field}")
    for words in (*report.notes, *(each.words for each in report.left_out), *(f"set aside: {each}" for each in report.set_aside)):
        say(f"  {words}")
    return file, report


def _absolute(given: str) -> Path:
    return from_root(Path(given))


def _pinned(report: ExportReport) -> tuple[str, ...]:
    """Return the lines that hold the reading of the file to what was just shown."""
    return tuple(each for each in report.tables if not each.startswith("statuses"))
