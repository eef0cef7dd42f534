"""A company for the tests of the commands: three ATSs behind real sockets, a configuration that points at them, and its rules."""

from __future__ import annotations

import json
import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, cast

from jobsync_tui.backend.sandbox import Sandbox, make_sandbox
from jobsync_tui.backend.sandbox.scenario import Role
from tests.cli.conftest import Ended, Jobsync
from tests.support.loopback import on_loopback

ME = pwd.getpwuid(os.getuid()).pw_name
RULES = resources.files("jobsync_tui.backend.sandbox").joinpath("rules.yaml").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Company:
    """What the tests know about it."""

    config: Path
    sandbox: Sandbox

    def job_id(self, role: Role) -> str:
        """Return the ATS job id of the job that plays ``role``."""
        return self.sandbox.address(role)[1]

    def rewrite(self, old: str, new: str) -> str:
        """Change the configuration, in a new file under the same name, and return what it was."""
        before = self.config.read_text(encoding="utf-8")
        assert old in before
        self.restore(before.replace(old, new))
        return before

    def restore(self, text: str) -> None:
        """Put a configuration into its place."""
        fresh = self.config.with_suffix(".new")
        fresh.write_text(text, encoding="utf-8")
        fresh.chmod(0o600)
        fresh.replace(self.config)


@contextmanager
def open_company(folder: Path, *, jobs: int) -> Iterator[Company]:
    """Make a company whose ATSs answer over sockets as long as the block lasts."""
    with make_sandbox(jobs=jobs, directory=folder) as sandbox, on_loopback(sandbox.responders) as address:
        config = folder / "jobsync.toml"
        text = config.read_text(encoding="utf-8")
        for name, responder in sandbox.responders.items():
            server = cast("Any", responder)
            server.base_url = f"{address}/{name}"
            keys = f'id = "{name}"\nbase_url = "{server.base_url}"\n'
            if hasattr(server, "token_url"):
                server.token_url = f"{address}/{name}/token"
                keys += f'token_url = "{server.token_url}"\n'
            text = text.replace(f'id = "{name}"\n', keys)
        config.write_text(text, encoding="utf-8")
        yield Company(config, sandbox)


def at_work(company: Company, jobsync: Jobsync) -> Jobsync:
    """Return what runs a command with the company's configuration; its caches are filled and its rules are in force."""

    def call(*arguments: str) -> Ended:
        return jobsync("-c", str(company.config), *arguments)

    if not company.config.with_name("ready").exists():
        assert call("refresh").code == 0
        rules = company.config.with_name("rules.yaml")
        rules.write_text(RULES, encoding="utf-8")
        assert call("rules", "import", str(rules)).code == 0
        company.config.with_name("ready").touch()
    return call


def lines(ended: Ended) -> list[dict[str, object]]:
    """Return the documents that a command printed, one a line."""
    return [json.loads(line) for line in ended.out.splitlines()]
