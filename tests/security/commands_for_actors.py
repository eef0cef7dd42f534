"""Every command as an admin would say it, and what it answers one who may use a part only. A command that is missing here fails a test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

DENIED = 5


@dataclass(frozen=True)
class Case:
    """The words behind a command's own, and the exit code for an admin who may use one integration of two.

    ``{job}``, ``{other_job}``: ids of jobs of theirs. ``{own_rule}``: id of a rule that is held to their integration. ``{rules}``,
    ``{fresh}``: a file of rules for every integration, and a file that is not there yet.
    """

    words: str = ""
    code: int = 0


CASES: Mapping[str, Case] = {
    "": Case(code=2),
    "demo": Case("--jobs 60"),
    "init": Case(code=2),
    "integrations": Case(),
    "integrations rename": Case("before {own} --dry-run", DENIED),
    "integrations rename-ids": Case("{own} --dry-run"),
    "integrations separate": Case("{own} --yes", DENIED),
    "test": Case(),
    "refresh": Case(),
    "columns": Case("{rules}", DENIED),
    "jobs": Case("--filter e"),
    "views list": Case(),
    "views save": Case("mine --filter e --columns name,id"),
    "views rename": Case("mine yours"),
    "views delete": Case("yours"),
    "fetch": Case("{job}"),
    "check": Case("{job} {other_job} --live"),
    "sync": Case("{job} --yes"),
    "retry": Case(),
    "undo": Case("no-such-operation --yes", 2),
    "adopt": Case("--dry-run"),
    "recover": Case(),
    "auto": Case("--once", DENIED),
    "auto pause": Case(code=DENIED),
    "auto resume": Case(code=DENIED),
    "auto status": Case(),
    "auto test-messages": Case(code=DENIED),
    "alerts": Case(),
    "alerts acknowledge": Case("{own} unreachable", 2),
    "alerts mute": Case("{own} unreachable", 2),
    "alerts reopen": Case("{own} unreachable", 2),
    "news": Case("--since 7d"),
    "worker": Case(code=DENIED),
    "rules list": Case(),
    "rules show": Case("every"),
    "rules validate": Case("{rules}"),
    "rules test": Case("{rules}"),
    "rules export": Case(),
    "rules import": Case("{rules}", DENIED),
    "rules impact": Case("{rules}"),
    "rules history": Case(),
    "rules restore": Case("1", DENIED),
    "rules deactivate": Case("every", DENIED),
    "rules activate": Case("{own_rule}"),
    "rules delete": Case("{own_rule}"),
    "rules diff": Case("1 2"),
    "rules coverage": Case(),
    "rules shadow add": Case("shade {rules}", DENIED),
    "rules shadow look": Case("all"),
    "rules shadow list": Case(),
    "rules shadow show": Case("all"),
    "rules shadow promote": Case("all", DENIED),
    "rules shadow drop": Case("all", DENIED),
    "runs": Case("--filter since:7d"),
    "audit": Case(),
    "wire": Case("no-such-operation", 2),
    "leases": Case(),
    "leases break": Case("no-such-lease", 2),
    "doctor": Case("--offline"),
    "backup": Case("{fresh}", DENIED),
    "prune": Case(code=DENIED),
    "migrate-storage": Case("postgresql://nowhere/x", DENIED),
    "paths": Case(),
    "completion": Case("bash"),
}

FOR_ANYBODY = frozenset({"paths"})
"""What one may ask whom the configuration does not name, besides ``--help`` and ``--version``."""

NAMED_OTHERWISE: Mapping[str, tuple[str, ...]] = {
    "audit": ("--job {foreign_job}",),
    "fetch": ("{foreign_job}",),
    "check": ("{foreign_job}",),
    "sync": ("{foreign_job} --dry-run",),
    "alerts mute": ("{foreign} unreachable",),
    "runs": ("--filter integration:{foreign}",),
    "undo": ("{foreign_operation} --yes", "{foreign_operation} --dry-run"),
    "wire": ("{foreign_operation}",),
    "adopt": ("--link {job} {foreign_target} --yes", "--link {job} {foreign_target} --dry-run"),
    "leases break": ("{foreign_lease}",),
    "integrations rename-ids": ("{foreign} --dry-run",),
    "jobs": ("--filter {foreign_job}", "--filter integration:{foreign}"),
    "views save": ("mine --filter integration:{foreign}",),
}
"""What names something of another admin's by its own id, without ``-i``: to be answered as if there were no such thing."""

RECORDED = frozenset({"alerts mute", "undo", "wire", "adopt", "leases break", "integrations rename-ids"})
"""Of those, the ones that would change something of the other's, so that the attempt is recorded as refused."""
