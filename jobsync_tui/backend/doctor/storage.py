"""The databases: there, whole, of our version, and read by a SQLite without the fault in its write-ahead mode."""

from __future__ import annotations

from pathlib import Path

from ..core.errors import StorageError
from ..core.models import DoctorFinding, DoctorStatus
from ..database import Schema
from ..database.probe import DatabaseState, ServerState, has_wal_bug, look
from ..database.schema import MOVED
from ..database.sqlite_library import NEWER_SQLITE, lacks, library
from ..settings.paths import Places
from ..settings.schema import Settings, TargetKind
from ..storage.migrations import SCHEMA
from ..storage.search.textindex_postgresql import CREATE as CREATE_TEXT_INDEX
from ..target.local_tables import TARGET_SCHEMA
from .findings import fail, ok, warn

CHECK = "database"
OLDEST_SERVER = 14
MOST_CONNECTIONS = 12
"""Connections that one process takes of a server at most, a worker: four for the store, three for a local target, five for its queue."""
TRIGRAMS = f"CREATE EXTENSION IF NOT EXISTS pg_trgm; {CREATE_TEXT_INDEX}"


def storage(found: Places, settings: Settings) -> list[DoctorFinding]:
    """Look at the database, and at the local target's where there is one. Blocks."""
    path = found.database(settings.storage.url)
    findings = sqlite() if path is not None else []
    if any(each.status is DoctorStatus.FAIL for each in findings):
        return findings
    findings += _look("The database", found.database_url(settings.storage.url), path, SCHEMA)
    if settings.target.kind is TargetKind.LOCAL:
        target = found.local_target(settings.storage.url)
        findings += _look("The local target", found.local_target_url(settings.storage.url), target, TARGET_SCHEMA)
    return findings


def sqlite() -> list[DoctorFinding]:
    """Say what is wrong with this Python's SQLite, whether there is a database yet or not."""
    lacking, version = lacks(), library.sqlite_version
    if lacking is not None:
        return [fail(CHECK, f"This Python's SQLite {version} cannot hold the database: {lacking}", NEWER_SQLITE)]
    if has_wal_bug(library.sqlite_version_info):
        return [warn(CHECK, f"This Python's SQLite {version} can damage a database that several processes use at once", NEWER_SQLITE)]
    return []


def _look(name: str, url: str, path: Path | None, schema: Schema) -> list[DoctorFinding]:
    # Looking must not make the file: an empty one would be opened to the umask.
    if path is not None and not path.exists():
        return [ok(CHECK, f"{name} is not there yet; the first use makes {path}")]
    try:
        state = look(url)
    except StorageError as error:
        return [fail(CHECK, error.message, error.remedy)]
    return [_state(name, path, state, schema), *(_server(state.server, schema) if state.server else ())]


def _state(name: str, path: Path | None, state: DatabaseState, schema: Schema) -> DoctorFinding:
    version = state.schemas.get(schema.name)
    if version == MOVED:
        return fail(CHECK, f"{name} was moved to PostgreSQL", "Set storage.url to the database it was moved to")
    if state.damage is not None:
        return fail(
            CHECK, f"{name} is damaged: {state.damage}", f"Move {path} away and restore a backup; jobsync refresh fills a new cache"
        )
    if version is not None and version > schema.version:
        return fail(CHECK, f"{name} has schema {version}, this jobsync knows {schema.version}", "Install the newer jobsync")
    if version is not None and version < schema.version:
        return ok(CHECK, f"{name} has schema {version}; the next use brings it to {schema.version}")
    words = "nothing in it yet" if version is None else f"whole, schema {version}"
    return ok(CHECK, f"{name} is readable, {words}; {state.engine}")


def _server(server: ServerState, schema: Schema) -> list[DoctorFinding]:
    """Look at the server of the store; that of the local target is the same one."""
    if schema is not SCHEMA:
        return []
    findings = []
    if server.number < OLDEST_SERVER * 10_000:
        findings.append(fail(CHECK, f"The server is older than PostgreSQL {OLDEST_SERVER}", "Move the database to a newer server"))
    if not server.trigrams:
        findings.append(
            warn(
                CHECK, "The extension pg_trgm is missing: a search in many jobs reads them all, and is slower", f"As its owner: {TRIGRAMS}"
            )
        )
    elif not server.text_index:
        findings.append(warn(CHECK, "The index for searches is missing: a search in many jobs reads them all, and is slower", TRIGRAMS))
    findings += connections(server)
    if not server.durable:
        findings.append(
            warn(
                CHECK,
                "The server does not wait for its disk (fsync is off): a power cut may damage it",
                "Ask its administrator for fsync = on",
            )
        )
    return findings


def connections(server: ServerState) -> list[DoctorFinding]:
    """Say whether one more process finds room on the server."""
    if server.free >= MOST_CONNECTIONS:
        return []
    return [
        warn(
            CHECK,
            f"The server takes {max(0, server.free)} more connections, and a worker needs up to {MOST_CONNECTIONS}, a command up to 7",
            "Ask its administrator to raise max_connections, or run fewer workers",
        )
    ]
