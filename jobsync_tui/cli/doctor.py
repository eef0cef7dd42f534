"""``doctor``: everything that must be right, each with ok, warn or fail, and the remedy."""

from __future__ import annotations

import click

from ..backend.core.errors import ConfigError, ExitCode
from ..backend.core.models import DoctorFinding, DoctorReport, DoctorStatus
from ..backend.settings.paths import places
from ..backend.settings.schema import Settings
from ..documents.doctor import doctor_text
from .options import invocation, json_option
from .output import print_json, print_text, text_width
from .session import configuration, os_account, require_access, runs


@click.command()
@click.option("--offline", is_flag=True, help="Ask no ATS and no target: credentials are read and not tried.")
@json_option
@runs
async def doctor(*, offline: bool, as_json: bool) -> int:
    """Check the configuration, permissions, database, credentials, clock, terminal and versions.

    Each is ok, warn or fail, with the remedy. Credentials are tried with one cheap call each, unless --offline. Exit 0 when nothing
    fails, else 2.
    """
    from ..backend.doctor.examine import examine

    keys: list[DoctorFinding] = []
    try:
        settings, actor = configuration()
    except ConfigError:
        # What is wrong with it is the first thing to be told; without one, it is this account's own affair.
        actor = os_account()
    else:
        await require_access(settings, actor)
        keys = _keys(settings)
    report = await examine(places(invocation().config), actor, offline=offline)
    report = DoctorReport.of([*report.findings, *keys])
    if as_json:
        print_json(report)
    else:
        print_text(doctor_text(report, text_width()))
    return ExitCode.OK if report.ok else ExitCode.USAGE


def _keys(settings: Settings) -> list[DoctorFinding]:
    """Say what is wrong with keys of one's own: the application does not begin with them. The backend knows no keys."""
    from ..commands.own_keys import OwnKeys

    try:
        OwnKeys(settings.keys)
    except ConfigError as error:
        return [DoctorFinding("config", DoctorStatus.FAIL, f"[keys] {error.message}", error.remedy)]
    return []
