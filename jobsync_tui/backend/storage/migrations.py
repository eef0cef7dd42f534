"""The schema of the store: cache, rules and ledger in one database, so that a sync's record and its mark share a transaction."""

from __future__ import annotations

from ..core.clock import from_ms
from ..core.models import SortField
from ..database import Db, Dialect, Migration, Schema, create_tables
from .automatic.decisions import create_eligible_index
from .automatic.schedule import Spans
from .automatic.tables import AUTOMATIC_TABLES, BATCH_TABLES, TOLD_TABLES, AnswerRow, RunRow, TickRow
from .jobs import codec
from .jobs.links import create_link_index
from .jobs.origins import add_origins
from .jobs.statements import many, rows, run
from .jobs.tables import CACHE_TABLES, CounterRow, SetAsideRow
from .jobs.told_apart import create_told_apart
from .jobs.undecided import create_undecided
from .ledger.audit import note_earlier_prune
from .ledger.tables import LEDGER_TABLES, AuditRow, WireRow
from .rename import create_renames
from .rules.tables import create_rule_tables, create_rule_tests
from .search.field_lines import parts_of
from .search.ordering import COLUMNS, TIMES, create_order
from .search.textindex import text_index
from .views.tables import create_views

READ_AT_A_TIME = 2_000
"""Jobs that a step reads whole and has in memory at once."""


def _create(db: Db, dialect: Dialect) -> None:
    create_tables(db, (*CACHE_TABLES, *LEDGER_TABLES, *AUTOMATIC_TABLES))
    text_index(dialect).create(db)
    dialect.order_bytewise(db, "jobs", ["id", *(name for field, name in COLUMNS.items() if field not in TIMES)])
    create_order(db, dialect, SortField.UPDATED_AT)
    create_sync_status_index(db)
    create_link_index(db, dialect)
    create_renames(db, dialect)
    create_rule_tables(db, dialect)
    create_rule_tests(db, dialect)
    create_views(db, dialect)
    create_told_apart(db, dialect)
    create_undecided(db, dialect)
    create_eligible_index(db)
    for counter in ("jobs", "listings", "evaluation_versions"):
        CounterRow.insert(name=counter, value=0).execute(db)


def create_sync_status_index(db: Db) -> None:
    """Index the jobs that have been synced or tried; the many that never were cost nothing."""
    db.execute_sql("CREATE INDEX jobs_by_sync ON jobs (source, sync_status) WHERE sync_status <> 'never'")


def _troubles_and_eligible_since(db: Db, _: Dialect) -> None:
    create_tables(db, TOLD_TABLES)
    db.execute_sql("ALTER TABLE automatic_decisions ADD COLUMN eligible_at BIGINT NOT NULL DEFAULT 0")
    db.execute_sql("UPDATE automatic_decisions SET eligible_at = at WHERE outcome IN ('created', 'updated', 'unchanged')")


def _ticks(db: Db, _: Dialect) -> None:
    create_tables(db, (TickRow,))


def _parts(db: Db, dialect: Dialect) -> None:
    db.execute_sql("ALTER TABLE job_details ADD COLUMN parts TEXT NOT NULL DEFAULT ''")
    after = 0
    while found := rows(db, "SELECT key, body FROM payloads WHERE key > ? ORDER BY key LIMIT ?", after, READ_AT_A_TIME):
        parts = [(parts_of(codec.plain(body)), key) for key, body in found]
        many(db, dialect, "UPDATE job_details SET parts = ? WHERE key = ?", [row for row in parts if row[0]])
        after = found[-1][0]


def _batches(db: Db, _: Dialect) -> None:
    create_tables(db, BATCH_TABLES)


_TICKS = "SELECT integration, tick FROM automatic_ticks UNION SELECT integration, tick FROM automatic_schedule ORDER BY tick"


def _spans(db: Db, _: Dialect) -> None:
    db.execute_sql("ALTER TABLE automatic_schedule ADD COLUMN spans TEXT NOT NULL DEFAULT '[]'")
    db.execute_sql("ALTER TABLE automatic_schedule ADD COLUMN passed BIGINT NOT NULL DEFAULT 0")
    widths = dict(db.execute_sql("SELECT integration, every FROM automatic_schedule WHERE tick > 0 AND every > 0").fetchall())
    spans = dict.fromkeys(widths, Spans())
    for integration, tick in db.execute_sql(_TICKS).fetchall():
        if integration in spans:
            spans[integration] = spans[integration].adding(tick, every=widths[integration], near=widths[integration])
    for integration, known in spans.items():
        run(db, "UPDATE automatic_schedule SET spans = ? WHERE integration = ?", known.dump(), integration)


def _uptimes(db: Db, _: Dialect) -> None:
    for column in ("sent_uptime", "settles_uptime"):
        db.execute_sql(f"ALTER TABLE operations ADD COLUMN {column} BIGINT")


def _visibility(db: Db, _: Dialect) -> None:
    """Make room for who may see a job. What is cached does not say, so that the next listing of each integration is a complete one."""
    db.execute_sql("ALTER TABLE job_details ADD COLUMN visibility TEXT NOT NULL DEFAULT ''")
    db.execute_sql("UPDATE integrations SET watermark = NULL")
    db.execute_sql("DELETE FROM listings WHERE watermark IS NOT NULL")


def _left_out(db: Db, _: Dialect) -> None:
    db.execute_sql("ALTER TABLE integrations ADD COLUMN left_out TEXT")


def _kept(db: Db, _: Dialect) -> None:
    for table in ("operations", "sync_marks"):
        db.execute_sql(f"ALTER TABLE {table} ADD COLUMN kept TEXT NOT NULL DEFAULT '{{}}'")


def _listings_as_they_come(db: Db, _: Dialect) -> None:
    create_tables(db, (SetAsideRow,))
    for column in ("full_at", "complete_at"):
        db.execute_sql(f"ALTER TABLE integrations ADD COLUMN {column} BIGINT NOT NULL DEFAULT 0")
    db.execute_sql("ALTER TABLE integrations ADD COLUMN waits TEXT")
    # When everything was listed last is not known; that an upgrade has every ATS list everything at once would be no quiet time.
    db.execute_sql("UPDATE integrations SET full_at = last_refresh, complete_at = last_refresh")
    db.execute_sql("ALTER TABLE listings ADD COLUMN first_number BIGINT NOT NULL DEFAULT 0")
    db.execute_sql("ALTER TABLE listings ADD COLUMN tally TEXT NOT NULL DEFAULT '{}'")
    db.execute_sql("UPDATE listings SET first_number = (SELECT last_number FROM integrations WHERE number = listings.source)")


def _prunes_in_the_record(db: Db, dialect: Dialect) -> None:
    note_earlier_prune(db, from_ms(dialect.now()))


def _own_ids(db: Db, _: Dialect) -> None:
    db.execute_sql("ALTER TABLE sightings ADD COLUMN own_id TEXT")


TABLES_RENAMED = {
    "judgements": "evaluation_versions",
    "rulings": "distinct_outcomes",
    "verdicts": "cached_outcomes",
    "automatic_shares": "automatic_batches",
    "automatic_hands": "automatic_workers",
    "automatic_troubles": "automatic_alerts",
}
COLUMNS_RENAMED = (
    ("distinct_outcomes", "judgement", "evaluation_version"),
    ("cached_outcomes", "ruling", "outcome"),
    ("automatic_decisions", "judgement", "evaluation_version"),
    ("automatic_batches", "judgement", "evaluation_version"),
)
INDEXES_RENAMED = (
    ("distinct_outcomes", "evaluation_version", "rulingrow_judgement", "distinctoutcomerow_evaluation_version"),
    ("cached_outcomes", "outcome", "verdictrow_ruling", "cachedoutcomerow_outcome"),
    ("automatic_batches", "integration", "sharerow_integration", "batchrow_integration"),
)


def _fields_own_words(db: Db, _: Dialect) -> None:
    """Give tables and columns the names that the code has for them; those that an earlier step made have them already."""
    there = set(db.get_tables())
    for old, new in TABLES_RENAMED.items():
        if old in there:
            db.execute_sql(f"ALTER TABLE {old} RENAME TO {new}")
    for table, old, new in COLUMNS_RENAMED:
        if old in {column.name for column in db.get_columns(table)}:
            db.execute_sql(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}")
    for table, column, old, new in INDEXES_RENAMED:
        if old in {index.name for index in db.get_indexes(table)}:
            db.execute_sql(f"DROP INDEX {old}")
            db.execute_sql(f"CREATE INDEX {new} ON {table} ({column})")
    db.execute_sql("UPDATE counters SET name = 'evaluation_versions' WHERE name = 'judgements'")


def _wire(db: Db, _: Dialect) -> None:
    create_tables(db, (WireRow,))


def _reasons(db: Db, _: Dialect) -> None:
    for table in ("audit", "operations"):
        db.execute_sql(f"ALTER TABLE {table} ADD COLUMN reason TEXT")


def _pauses_that_end(db: Db, _: Dialect) -> None:
    db.execute_sql("ALTER TABLE automatic_pause ADD COLUMN until BIGINT NOT NULL DEFAULT 0")
    db.execute_sql("ALTER TABLE automatic_pause ADD COLUMN reason TEXT")


_RUNS_OF_SLOTS = """
    INSERT INTO automatic_runs (number, integration, by, started_ms, ended_ms, outcome, rows_before, last_row)
    SELECT ROW_NUMBER() OVER (ORDER BY started_at, integration), integration, by, started_at, ended_at, COALESCE(outcome, 'cut_off'),
        COALESCE((SELECT MAX(seq) FROM audit WHERE at_ms < started_at), 0),
        COALESCE((SELECT MAX(seq) FROM audit WHERE at_ms <= CASE ended_at WHEN 0 THEN started_at ELSE ended_at END), 0)
    FROM automatic_ticks
"""


def _runs(db: Db, _: Dialect) -> None:
    """Keep every run, those of the slots that are known among them, and an index by which what was done is listed, newest first."""
    db.execute_sql("DROP INDEX IF EXISTS auditrow_at_ms")
    create_tables(db, (RunRow, AuditRow))
    db.execute_sql(_RUNS_OF_SLOTS)


def _a_day_at_a_glance(db: Db, dialect: Dialect) -> None:
    create_undecided(db, dialect)
    for column in ("eligible_from", "eligible_by"):
        db.execute_sql(f"ALTER TABLE automatic_decisions ADD COLUMN {column} INTEGER NOT NULL DEFAULT 0")
    if "daily_at" not in {column.name for column in db.get_columns("automatic_channels")}:  # where an earlier step made the table
        db.execute_sql("ALTER TABLE automatic_channels ADD COLUMN daily_at BIGINT NOT NULL DEFAULT 0")
    create_eligible_index(db)


def _answers(db: Db, _: Dialect) -> None:
    create_tables(db, (AnswerRow,))


MIGRATIONS = (
    Migration(2, "the ids that integrations had before", create_renames),
    Migration(3, "troubles that are told, and since when a job is eligible", _troubles_and_eligible_since),
    Migration(4, "drafts and shadows of rules", create_rule_tables),
    Migration(5, "the slots that the automatic sync ran", _ticks),
    Migration(6, "what stands inside other fields, for filters", _parts),
    Migration(7, "runs that are spread over workers", _batches),
    Migration(8, "all slots that were ever run, for clocks that jump", _spans),
    Migration(9, "open writes by the time since their host's start", _uptimes),
    Migration(10, "who may see a job", _visibility),
    Migration(11, "which jobs of the target are linked", create_link_index),
    Migration(12, "values that an ATS gave in a form that cannot be used", _left_out),
    Migration(13, "what the target keeps otherwise than it was sent", _kept),
    Migration(14, "rows that are set aside, and when a listing was whole", _listings_as_they_come),
    Migration(15, "where integrations read from", add_origins),
    Migration(16, "up to where the record was pruned, in the record", _prunes_in_the_record),
    Migration(17, "the ids that services in front of ATSs give to jobs", _own_ids),
    Migration(18, "tables by the words of the field", _fields_own_words),
    Migration(19, "tests of rules", create_rule_tests),
    Migration(20, "saved views", create_views),
    Migration(21, "the requests and answers of attempts", _wire),
    Migration(22, "why a person acted", _reasons),
    Migration(23, "jobs that look alike and are not the same", create_told_apart),
    Migration(24, "pauses that end at a time", _pauses_that_end),
    Migration(25, "every run of the automatic sync", _runs),
    Migration(26, "by which rules jobs became eligible, and what a day has to tell", _a_day_at_a_glance),
    Migration(27, "alerts that are acknowledged or muted", _answers),
)

SCHEMA = Schema("store", 1 + len(MIGRATIONS), _create, MIGRATIONS)
