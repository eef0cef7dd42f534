"""An example of every command, which its ``--help`` ends with: a test parses each and finds none missing."""

from __future__ import annotations

from collections.abc import Mapping

import click

EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "": ("jobsync", "jobsync sync -i greenhouse 4020 --dry-run", "jobsync -c other.toml jobs"),
    "demo": ("jobsync demo", "jobsync demo --check"),
    "init": (
        "jobsync init",
        "jobsync init --add --provider lever --credential api_key=env:LEVER_KEY",
        "jobsync init --add --provider file --id sheet --path exports/jobs.xlsx",
    ),
    "integrations": ("jobsync integrations",),
    "integrations rename": ("jobsync integrations rename lever lever-eu --dry-run",),
    "integrations rename-ids": ("jobsync integrations rename-ids sheet --dry-run",),
    "integrations separate": ("jobsync integrations separate lever-eu --yes",),
    "test": ("jobsync test", "jobsync test -i lever"),
    "refresh": ("jobsync refresh", "jobsync refresh -i lever --full"),
    "columns": ("jobsync columns exports/jobs.xlsx",),
    "jobs": ('jobsync jobs --filter "nurse is:open updated<7d"', "jobsync jobs -i lever --sort name --csv"),
    "views": ("jobsync views list",),
    "views list": ("jobsync views list",),
    "views save": ('jobsync views save nights --filter "nurse custom.shift:nights"',),
    "views rename": ('jobsync views rename nights "night shifts"',),
    "views delete": ("jobsync views delete nights",),
    "fetch": ("jobsync fetch -i greenhouse 4020",),
    "check": ("jobsync check -i greenhouse 4020", "jobsync check -i greenhouse 4020 --live --rules new-rules.yaml"),
    "sync": (
        "jobsync sync -i greenhouse 4020 --dry-run",
        "jobsync sync -i greenhouse 4020 --yes",
        'jobsync sync -i greenhouse --filter "is:eligible nurse" --dry-run',
    ),
    "retry": ("jobsync retry", 'jobsync retry --filter "nurse on:yesterday" --dry-run'),
    "undo": ("jobsync undo 01HZX3 --dry-run",),
    "adopt": (
        "jobsync adopt -i greenhouse --dry-run",
        "jobsync adopt -i greenhouse --link 4020 tz_123 --yes",
        "jobsync adopt --none 4020 --yes",
    ),
    "recover": ("jobsync recover",),
    "auto": ("jobsync auto", "jobsync auto --once --every 5m"),
    "auto pause": ("jobsync auto pause", "jobsync auto pause --until 18:00"),
    "auto resume": ("jobsync auto resume",),
    "auto status": ("jobsync auto status",),
    "auto test-messages": ("jobsync auto test-messages",),
    "alerts": ("jobsync alerts",),
    "alerts acknowledge": ('jobsync alerts acknowledge lever unreachable --reason "their maintenance"',),
    "alerts mute": ("jobsync alerts mute lever unreachable",),
    "alerts reopen": ("jobsync alerts reopen lever unreachable",),
    "news": ("jobsync news --since 7d",),
    "worker": ("jobsync worker --concurrency 4",),
    "rules": ("jobsync rules list", "jobsync rules impact rules.yaml"),
    "rules list": ("jobsync rules list",),
    "rules show": ("jobsync rules show berlin-engineering",),
    "rules test": ("jobsync rules test rules.yaml",),
    "rules validate": ("jobsync rules validate rules.yaml",),
    "rules import": ("jobsync rules import rules.yaml", "jobsync rules import rules.yaml --replace"),
    "rules export": ("jobsync rules export",),
    "rules activate": ("jobsync rules activate berlin-engineering",),
    "rules deactivate": ("jobsync rules deactivate berlin-engineering",),
    "rules delete": ("jobsync rules delete berlin-engineering",),
    "rules impact": ("jobsync rules impact rules.yaml",),
    "rules history": ("jobsync rules history",),
    "rules diff": ("jobsync rules diff 1 2",),
    "rules restore": ("jobsync rules restore 1", "jobsync rules restore 1 --rule berlin-engineering"),
    "rules coverage": ("jobsync rules coverage -i greenhouse",),
    "rules shadow": ("jobsync rules shadow list",),
    "rules shadow add": ("jobsync rules shadow add trial rules.yaml",),
    "rules shadow look": ("jobsync rules shadow look trial",),
    "rules shadow list": ("jobsync rules shadow list",),
    "rules shadow show": ("jobsync rules shadow show trial",),
    "rules shadow promote": ("jobsync rules shadow promote trial",),
    "rules shadow drop": ("jobsync rules shadow drop trial",),
    "runs": ("jobsync runs", 'jobsync runs --filter "nurse result:failed on:yesterday"', "jobsync runs --run 412"),
    "audit": ("jobsync audit --job greenhouse:4020 --since 7d", "jobsync audit --verify"),
    "wire": ("jobsync wire 01HZX3",),
    "leases": ("jobsync leases",),
    "leases break": ("jobsync leases break greenhouse:4020",),
    "doctor": ("jobsync doctor", "jobsync doctor --offline"),
    "backup": ("jobsync backup jobsync-copy.db",),
    "prune": ("jobsync prune --keep 365d",),
    "migrate-storage": ("jobsync migrate-storage postgresql://jobsync@db.example.com/jobsync",),
    "paths": ("jobsync paths",),
    "completion": ("jobsync completion bash",),
}
"""By the words of the command; the first of each is the one to begin with."""


def add_examples(command: click.Command, words: str) -> None:
    """Have the help of ``command``, and of every command below it, end with its examples; ``words`` are those by which it is called."""
    found = EXAMPLES.get(words, ())
    if found:
        # What stands behind \b is left as it is; else click would put all of it on one line.
        command.epilog = "\b\n" + "\n".join([f"Example{'s' if len(found) > 1 else ''}:", *(f"  {each}" for each in found)])
    if isinstance(command, click.Group):
        for name, each in command.commands.items():
            add_examples(each, f"{words} {name}".strip())
