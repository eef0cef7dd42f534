from __future__ import annotations

import pkgutil
import re
import subprocess
import sys

import pytest

import jobsync_tui.documents
from jobsync_tui.cli.main import COMMANDS


def loaded_after(statement: str) -> set[str]:
    """Return the modules that a new process has loaded once it ran ``statement``."""
    return set(printed(f"import sys\n{statement}\nprint('\\n'.join(sys.modules))").split())


def printed(script: str) -> str:
    """Return what a new process prints that runs ``script``."""
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60).stdout


def test_no_headless_command_loads_a_terminal_library() -> None:
    modules = sorted({entry.target.partition(":")[0] for entry in COMMANDS.values()})
    documents = [module.name for module in pkgutil.iter_modules(jobsync_tui.documents.__path__)]
    names = [*(f"cli.{module}" for module in modules), *(f"documents.{module}" for module in documents), "backend.services.backend"]
    statement = "\n".join(f"import jobsync_tui.{name}" for name in names)
    loaded = loaded_after(statement)
    assert "jobsync_tui.backend.services.backend" in loaded
    # Documents count cells by the tables that a screen is drawn with, and take no more of Rich.
    assert not loaded & {"textual", "rich.console", "jobsync_tui.app.start", "jobsync_tui.app.application"}


def test_help_loads_nothing_that_it_does_not_need() -> None:
    loaded = loaded_after("from jobsync_tui.cli.main import cli\nfrom jobsync_tui.cli.runner import run\nassert run(cli, ['--help']) == 0")
    assert not loaded & {"textual", "rich", "httpx", "peewee", "pydantic", "msgspec", "asyncio", "jobsync_tui.backend.core.models"}


def test_a_database_file_loads_no_driver_of_a_server() -> None:
    loaded = loaded_after(
        "import jobsync_tui.backend.services.backend, jobsync_tui.backend.storage.jobs.jobs, jobsync_tui.backend.target.local"
    )
    assert "peewee" in loaded
    assert not loaded & {"psycopg", "psycopg2", "pymysql", "MySQLdb"}


def test_peewee_is_given_what_it_imports_of_psycopg_by_itself() -> None:
    pytest.importorskip("psycopg")
    show = (
        "import peewee, json\n"
        "adapter = {name: repr(value) for name, value in vars(peewee.Psycopg3Adapter).items() if name.startswith('txn_')}\n"
        "names = {name: repr(value) for name, value in vars(peewee).items() if 'psycopg.' in repr(value)}\n"
        "print(json.dumps([adapter, names], sort_keys=True))"
    )
    handed = "from jobsync_tui.backend.database.drivers import hand_over_psycopg\nhand_over_psycopg()\n"
    addresses = re.compile("0x[0-9a-f]+")
    by_itself = addresses.sub("", printed(show))
    assert addresses.sub("", printed(handed + show)) == by_itself
    assert "TransactionStatus" in by_itself
