"""``undo``: a compensating change, planned, agreed to, and written on the path of every sync."""

from __future__ import annotations

import click

from ..backend.core.errors import ExitCode
from ..documents.subject import read_subject
from .exit_codes import of_result
from .interruption import Interruption, confirm
from .options import ID, json_option, reason_option
from .output import beside_json, print_json
from .plans import planned_results, print_plan, print_result
from .session import open_backend, runs
from .sync import Consent


@click.command()
@click.argument("operation_id", type=ID, metavar="OPERATION_ID")
@click.option("--dry-run", is_flag=True, help="Show what would be restored, and write nothing.")
@click.option("--yes", is_flag=True, help="Write without asking.")
@reason_option
@json_option
@runs
async def undo(*, operation_id: str, dry_run: bool, yes: bool, as_json: bool) -> int:
    """Restore the fields as they were before a sync (an operation).

    Refused where the target changed since. A create is not undone.
    """
    consent = Consent(dry_run, yes, None)
    interruption = Interruption()
    async with open_backend() as backend:
        # Who may not use the program is told so, before anything about flags.
        await backend.integrations.list()
        consent.validate()
        if consent.yes:
            async with interruption:
                result = await interruption.asking(backend.syncs.undo(operation_id))
        else:
            plan = await backend.syncs.undo_plan(operation_id)
            asks = plan.writes and not consent.dry_run
            if asks or not as_json:
                subject = await read_subject(backend, plan.integration, plan.job.id)
                with beside_json(as_json=as_json):
                    print_plan(plan, subject, "an undo")
            if not asks:
                (result,) = planned_results([plan], backend.actor.user)
                if not as_json:
                    return of_result(result)
            elif confirm("Undo this operation?"):
                async with interruption:
                    result = await interruption.asking(backend.syncs.undo(operation_id, expected_digest=plan.digest))
            else:
                (result,) = await backend.syncs.decline([plan])
        if not as_json:
            await print_result(backend, result, undone=operation_id)
    if as_json:
        print_json(result)
    return ExitCode.INTERRUPTED if interruption.happened else of_result(result)
