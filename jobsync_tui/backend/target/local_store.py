"""What the embedded target's tables are asked for, each function within one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import peewee

from ..core import clock
from ..core.canonical import canonical, digest, parse, storable
from ..core.errors import Conflict, Refused, RemoteGone
from ..core.ids import new_id
from ..core.models import JsonValue
from ..database import Db
from .base import OWNED_FIELDS, Catalog, TargetJob
from .local_tables import TARGET_TABLES, CandidateRow, FolderRow, InterviewRow, JobRow, KeyRow, SettingRow, TemplateRow, UserRow

SERVICE = "The local target"
MOVED_BY_WRITES = frozenset({"version", "external_id", "updated_ms", *OWNED_FIELDS})
"""Columns of a job that a sync's write moves; every other one is somebody else's."""


@dataclass(frozen=True, slots=True)
class Create:
    """A job to be made, under an idempotency key."""

    external_id: str
    fields: Mapping[str, JsonValue]
    key: str


def get(db: Db, target_id: str) -> TargetJob | None:
    """Return the job with that id."""
    row = _row(db, target_id)
    return None if row is None else job_of(row)


def find(db: Db, external_id: str) -> tuple[TargetJob, ...]:
    """Return the jobs that carry the external id."""
    found = _rows(JobRow, "WHERE external_id = ? ORDER BY id", storable(external_id), db=db)
    return tuple(job_of(row) for row in found.execute(db))


def after(db: Db, target_id: str, limit: int) -> tuple[TargetJob, ...]:
    """Return the jobs whose ids follow ``target_id``."""
    found = _rows(JobRow, "WHERE id > ? ORDER BY id LIMIT ?", target_id, limit, db=db)
    return tuple(job_of(row) for row in found.execute(db))


def count(db: Db) -> int:
    """Return how many jobs there are."""
    number: int = JobRow.select().count(db)
    return number


def create(db: Db, order: Create) -> TargetJob:
    """Make a job, or return the one that this key has made already.

    Raises:
        Conflict: The key was used for other fields, or the external id is taken.
        Refused: A name is not known here.
    """
    hashed = digest({"external_id": order.external_id, "fields": order.fields})
    used = KeyRow.select().where(KeyRow.key == order.key).first(db)
    if used is not None:
        made = get(db, used.job_id)
        if used.payload_hash != hashed or made is None:
            raise Conflict(f"{SERVICE} has seen this idempotency key with something else", service=SERVICE)
        return made
    taken = find(db, order.external_id)
    if taken:
        raise Conflict(f"{SERVICE} has a job of that external id already: {taken[0].id}", service=SERVICE)
    _check_names(db, order.fields)
    target_id = insert(db, order.external_id, order.fields)
    KeyRow.insert({"key": order.key, "payload_hash": hashed, "job_id": target_id}).execute(db)
    return _there(db, target_id)


def insert(db: Db, external_id: str | None, fields: Mapping[str, JsonValue]) -> str:
    """Add a job with those owned fields; returns its id."""
    now = clock.to_ms(clock.now())
    target_id = f"tz_{new_id().lower()}"
    row = {"id": target_id, "external_id": None if external_id is None else storable(external_id), "created_ms": now, "updated_ms": now}
    JobRow.insert(row | _columns({}, fields)).execute(db)
    return target_id


def update(db: Db, target_id: str, patch: Mapping[str, JsonValue], etag: str | None) -> TargetJob:
    """Apply a merge patch to the owned columns; one that changes nothing leaves the version as it is.

    Raises:
        RemoteGone: There is no such job.
        Conflict: Its version is not that of ``etag``.
        Refused: A name is not known here, or a field is not one the sync owns.
    """
    row = _fresh(db, target_id, etag)
    foreign = sorted(set(patch) - set(OWNED_FIELDS))
    if foreign:
        raise Refused(f"{SERVICE} does not let a sync write {', '.join(foreign)}", service=SERVICE)
    _check_names(db, patch)
    return change(db, row, _columns(job_of(row).fields, patch))


def link(db: Db, target_id: str, external_id: str, etag: str | None) -> TargetJob:
    """Give the job that external id.

    Raises:
        RemoteGone: There is no such job.
        Conflict: Its version is not that of ``etag``, or another job has the external id.
    """
    row = _fresh(db, target_id, etag)
    if any(job.id != target_id for job in find(db, external_id)):
        raise Conflict(f"{SERVICE} has another job of that external id", service=SERVICE)
    return change(db, row, {"external_id": storable(external_id)})


def change(db: Db, row: JobRow, columns: Mapping[str, str | bool | None]) -> TargetJob:
    """Write the columns that differ, and count the version up if any does."""
    moved = {name: value for name, value in columns.items() if getattr(row, name) != value}
    if moved:
        bookkeeping = {"version": row.version + 1, "updated_ms": clock.to_ms(clock.now())}
        JobRow.update(moved | bookkeeping).where(JobRow.id == row.id).execute(db)
    return _there(db, row.id)


def edit(db: Db, target_id: str, fields: Mapping[str, JsonValue], others: Mapping[str, str | bool | None]) -> TargetJob:
    """Change a job as a person in the target does: any field, without a check.

    Raises:
        RemoteGone: There is no such job.
    """
    row = _fresh(db, target_id, None)
    return change(db, row, {**_columns(job_of(row).fields, fields), **others})


def remove(db: Db, target_id: str) -> None:
    """Delete a job with its candidates and interviews, as a person in the target does."""
    InterviewRow.delete().where(InterviewRow.job_id == target_id).execute(db)
    CandidateRow.delete().where(CandidateRow.job_id == target_id).execute(db)
    JobRow.delete().where(JobRow.id == target_id).execute(db)


def catalog(db: Db) -> Catalog:
    """Return the names that are known; a table without any says nothing."""
    return Catalog(_names(db, TemplateRow), _names(db, FolderRow), _names(db, UserRow), _settings(db))


def unowned(db: Db) -> str:
    """Return everything that no sync may change, as one text: equal texts mean equal bytes."""
    tables: dict[str, JsonValue] = {}
    for table in TARGET_TABLES:
        if table is KeyRow:
            continue
        hidden = MOVED_BY_WRITES if table is JobRow else frozenset()
        rows = _rows(table, "ORDER BY 1", db=db).dicts().execute(db)
        tables[table.__name__] = [{name: value for name, value in row.items() if name not in hidden} for row in rows]
    return canonical(tables)


def job_of(row: JobRow) -> TargetJob:
    """Return the row as a job."""
    values = {name: getattr(row, name) for name in OWNED_FIELDS}
    fields = {name: parse(text) for name, text in values.items() if text is not None}
    return TargetJob(id=row.id, version=str(row.version), external_id=row.external_id, fields=fields, etag=f'"{row.version}"')


def _columns(present: Mapping[str, JsonValue], patch: Mapping[str, JsonValue]) -> dict[str, str | None]:
    merged = {name: merged_value(present.get(name), value) for name, value in patch.items()}
    return {name: None if value is None else canonical(value) for name, value in merged.items()}


def merged_value(present: JsonValue, patch: JsonValue) -> JsonValue:
    """Return ``present`` with a merge patch applied (RFC 7396): members that are null in the patch go."""
    if not isinstance(patch, dict):
        return patch
    kept = dict(present) if isinstance(present, dict) else {}
    for name, value in patch.items():
        if value is None:
            kept.pop(name, None)
        else:
            kept[name] = merged_value(kept.get(name), value)
    return kept


def _fresh(db: Db, target_id: str, etag: str | None) -> JobRow:
    row = _row(db, target_id)
    if row is None:
        raise RemoteGone(f"{SERVICE} has no job {target_id}", service=SERVICE)
    if etag is not None and etag != f'"{row.version}"':
        raise Conflict(f"{SERVICE}: the job {target_id} was changed in the meantime", service=SERVICE)
    return row


def _check_names(db: Db, fields: Mapping[str, JsonValue]) -> None:
    known = catalog(db)
    templates, folder, user = fields.get("templates"), fields.get("folder"), fields.get("follow_up_user")
    asked = [*((name, known.templates) for name in (templates if isinstance(templates, list) else ()))]
    asked += [(name, names) for name, names in ((folder, known.folders), (user, known.users)) if name is not None]
    for name, names in asked:
        if names is not None and name not in names:
            raise Refused(f"{SERVICE} does not know {name}", service=SERVICE)
    options = known.settings or {}
    settings = fields.get("settings")
    for name, value in (settings if isinstance(settings, dict) else {}).items():
        allowed = options.get(name)
        if value is not None and allowed and value not in allowed:
            raise Refused(f"{SERVICE}: the setting {name} cannot be {value}", service=SERVICE)


def _names(db: Db, table: type[FolderRow | TemplateRow | UserRow]) -> frozenset[str] | None:
    return frozenset(row.name for row in _rows(table, db=db).execute(db)) or None


def _settings(db: Db) -> dict[str, tuple[JsonValue, ...]] | None:
    options = {row.name: parse(row.options) for row in _rows(SettingRow, db=db).execute(db)}
    return {name: tuple(values) if isinstance(values, list) else () for name, values in options.items()} or None


def _rows(table: type[peewee.Model], rest: str = "", *values: str | int, db: Db) -> peewee.ModelRaw:
    """Return the query for rows of a table, as text: building it anew for each call took longer than asking."""
    name = table._meta.table_name  # noqa: SLF001 - Peewee's public name for it
    return table.raw(f"SELECT * FROM {name} {rest}".replace("?", db.param), *values)  # noqa: S608 - the package's own names


def _row(db: Db, target_id: str) -> JobRow | None:
    return next(iter(_rows(JobRow, "WHERE id = ?", storable(target_id), db=db).execute(db)), None)


def _there(db: Db, target_id: str) -> TargetJob:
    row = _row(db, target_id)
    if row is None:
        raise peewee.IntegrityError(f"{target_id} was written and is not there")
    return job_of(row)
