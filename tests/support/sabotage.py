"""A database that refuses what is written to one of its tables, for a reason that nothing in jobsync knows."""

from __future__ import annotations

from jobsync_tui.backend.database import Db

_ON_SQLITE = "CREATE TRIGGER no BEFORE {} BEGIN SELECT RAISE(ABORT, 'not this row'); END"
_RAISE = "$$ BEGIN RAISE EXCEPTION 'not this row'; END $$"
ON_SERVER = (
    f"CREATE OR REPLACE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS {_RAISE}",
    "CREATE TRIGGER no BEFORE {} FOR EACH ROW EXECUTE FUNCTION no()",
)


def sabotage(db: Db, statement: str) -> None:
    """Have every such statement (``INSERT ON audit``) fail from now on."""
    for sql in (_ON_SQLITE,) if db.param == "?" else ON_SERVER:
        db.execute_sql(sql.format(statement))


def mend(db: Db, table: str) -> None:
    """Let everything through again."""
    db.execute_sql("DROP TRIGGER no" if db.param == "?" else f"DROP TRIGGER no ON {table}")
