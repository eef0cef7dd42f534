"""Every command with hostile arguments over hostile data. A command that is missing here fails a test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Words = Sequence[str]

CASES: Mapping[str, Sequence[Words]] = {
    "refresh": [()],
    "rules import": [("rules.yaml",), ("raw.yaml",)],
    "integrations": [()],
    "integrations rename": [("{text}", "strange")],
    "integrations rename-ids": [("strange", "--pair", "{text}", "{text}", "--dry-run"), ("{text}", "--dry-run")],
    "integrations separate": [("{text}", "--yes")],
    "test": [()],
    "columns": [("raw.yaml",)],
    "jobs": [("-i", "strange"), ("--json",), ("--csv",), ("--filter", "{text}"), ("--view", "{text}")],
    "views save": [("hers", "--filter", "{text}"), ("--shared", "--", "{text}"), ("hers", "--columns", "name,custom.{text}")],
    "views list": [()],
    "views rename": [("hers", "{text}")],
    "views delete": [("{text}",)],
    "fetch": [("-i", "wire", "{wire}"), ("-i", "{text}", "--", "{text}")],
    "check": [("-i", "strange", *map(str, range(8))), ("-i", "wire", "--live", "{wire}"), ("-i", "strange", "--", "{text}")],
    "sync": [("-i", "wire", "--dry-run", "{wire}"), ("-i", "strange", "--dry-run", "0", "1")],
    "retry": [()],
    "undo": [("--dry-run", "{text}")],
    "adopt": [("--dry-run",)],
    "recover": [()],
    "auto pause": [()],
    "auto": [("--once",)],
    "auto status": [()],
    "auto resume": [()],
    "auto test-messages": [()],
    "worker": [()],
    "news": [("--since", "7d")],
    "runs": [(), ("--filter", "{text}")],
    "alerts": [()],
    "alerts acknowledge": [("{text}", "{text}")],
    "alerts mute": [("wire", "{text}")],
    "alerts reopen": [("{text}", "{text}")],
    "rules list": [()],
    "rules show": [("r1",), ("{text}",)],
    "rules validate": [("raw.yaml",)],
    "rules test": [("raw.yaml",), ("--forget", "{text}")],
    "rules export": [()],
    "rules activate": [("{text}",)],
    "rules deactivate": [("r1",)],
    "rules delete": [("r2",)],
    "rules impact": [("rules.yaml",)],
    "rules history": [()],
    "rules diff": [("1", "2")],
    "rules restore": [("{text}",)],
    "rules coverage": [()],
    "rules shadow add": [("shade", "rules.yaml"), ("{text}", "rules.yaml")],
    "rules shadow look": [("shade",)],
    "rules shadow list": [()],
    "rules shadow show": [("shade",)],
    "rules shadow promote": [("nobodys",)],
    "rules shadow drop": [("shade",)],
    "audit": [(), ("--job", "{text}"), ("--verify",)],
    "wire": [("{text}",), ("1",)],
    "leases": [()],
    "leases break": [("{text}",)],
    "doctor": [("--offline",)],
    "backup": [("backup.db",)],
    "prune": [()],
    "migrate-storage": [("{text}",)],
    "paths": [()],
    "completion": [("bash",)],
}
"""Arguments of each command, once or several times. ``{text}`` stands for a hostile string, ``{wire}`` for a job of the hostile ATS."""

ELSEWHERE = {
    "": "the application has a walk of its own",
    "demo": "has only data of its own",
    "init": "writes only text of its own",
}

MUST_END_WITH_0 = frozenset({"refresh", "integrations", "rules import rules.yaml", "jobs --json", "jobs --csv", "backup"})
"""Without these the others have nothing to show."""
