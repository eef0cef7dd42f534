"""The record chained by the key of ``audit.key``: who has only the database cannot write it anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from jobsync_tui.backend.access.access import Actor
from jobsync_tui.backend.core.canonical import Plain
from jobsync_tui.backend.core.errors import ConfigError
from jobsync_tui.backend.core.models import RecordHead
from jobsync_tui.backend.database import Db
from jobsync_tui.backend.services.backend import Backend
from jobsync_tui.backend.settings.loader import load_settings
from jobsync_tui.backend.storage.ledger import audit
from jobsync_tui.backend.storage.ledger.audit import NewEntry
from jobsync_tui.backend.storage.ledger.chain_key import ChainKey, chain_hash
from jobsync_tui.backend.storage.ledger.tables import AuditHead, AuditRow
from tests.support.sync_bench import Bench
from tests.sync.test_ledger import _cut, _five

KEY, OTHER = ChainKey("aaaaaaaa", b"k" * 32), ChainKey("bbbbbbbb", b"o" * 32)


@contextmanager
def chained_by(key: ChainKey | None) -> Iterator[None]:
    """Have the record chained and verified by that key on every connection there is, as from the next start on."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audit, "key_of", lambda _: key)
        yield


async def _one(bench: Bench) -> None:
    await bench.ledger.audit.record(NewEntry(actor="a", action="x", at=bench.clock.time))


async def test_a_key_begins_with_a_row_that_says_so(bench: Bench) -> None:
    await _one(bench)
    with chained_by(KEY):
        found = await bench.ledger.audit.verify()
        assert (found.ok, found.message) == (
            False, "The record does not end chained by audit.key. If that is new, the next action begins it."
        )  # fmt: skip
        await _one(bench)
        await bench.ledger.audit.record_all([NewEntry(actor="b", action="x", at=bench.clock.time)] * 2)
        assert [row.action for row in await bench.ledger.audit.entries()] == ["x", "x", "audit_key", "x", "x"]
        verified = await bench.ledger.audit.verify()
        assert (verified.ok, verified.message[:52]) == (True, "5 rows, unbroken; chained by audit.key from row 3 on")
        assert (await bench.ledger.audit.verify(RecordHead(verified.rows, verified.hash))).ok


@pytest.mark.parametrize(("key", "words"), [(None, "names no audit.key"), (OTHER, "audit.key is the key bbbbbbbb")])
async def test_a_key_that_is_missing_or_another_one_is_said(bench: Bench, key: ChainKey | None, words: str) -> None:
    with chained_by(KEY):
        await _one(bench)
    with chained_by(key):
        for _ in range(2):
            found = await bench.ledger.audit.verify()
            assert (found.ok, found.first_bad) == (False, 2)
            assert words in found.message
            await _one(bench)
        assert [row.action for row in await bench.ledger.audit.entries()] == ["x", "audit_key", "x", "audit_key", "x"]


async def test_without_the_key_nobody_writes_the_record_anew(bench: Bench) -> None:
    """Who has only the database takes rows out, changes one, or moves the head, and chains the rest as it should be."""
    with chained_by(KEY):
        await _five(bench)
        await bench.database.write(_cut, 3)
        assert (await bench.ledger.audit.verify()).ok  # what is whole up to there: an earlier head tells (`--expect`)
    await bench.database.write(_cut, 2)
    forgers: tuple[Callable[[Db], object], ...] = (
        lambda db: audit.append(db, NewEntry(actor="somebody else", action="x", at=bench.clock.time), bench.clock.time),
        _unsaid,
    )
    for forger in forgers:
        await bench.database.write(forger)
        with chained_by(KEY):
            assert not (await bench.ledger.audit.verify()).ok
        await bench.database.write(_cut, 2)
    with chained_by(KEY):
        assert (await bench.ledger.audit.verify()).ok


def _unsaid(db: Db) -> None:
    """Append a plain row that says nothing of the key, and one that takes it up again by its name."""
    for number, action in ((3, "x"), (4, audit.KEY_CHANGE)):
        previous = AuditRow.select(AuditRow.hash).where(AuditRow.link == number - 1).scalar(db)
        row: dict[str, Plain] = next(iter(AuditRow.select().where(AuditRow.link == number - 1).dicts().execute(db)))
        columns = {name: value for name, value in row.items() if name != "hash"} | {"seq": number + 10, "link": number, "action": action}
        made = chain_hash(previous, columns, None if action == "x" else ChainKey(KEY.id, b"guessed"))
        AuditRow.insert({**columns, "hash": made}).execute(db)
        AuditHead.update({AuditHead.rows: number, AuditHead.links: number, AuditHead.hash: made}).execute(db)


async def test_the_key_of_the_configuration_chains_what_the_program_records(tmp_path: Path) -> None:
    config, secret = tmp_path / "jobsync.toml", tmp_path / "audit.key"
    config.write_text(f'[storage]\nurl = "sqlite:///{tmp_path}/jobsync.db"\n[audit]\nkey = {{ file = "audit.key" }}\n')
    secret.write_text("0123456789abcdef-of-the-record")
    for each in (config, secret):
        each.chmod(0o600)
    async with Backend.open(load_settings(config), Actor("root")) as backend:
        backend._parts.admission.actor = Actor.automatic()
        await backend.rules.import_text("rules: [ {name: All} ]", "rules")
        verified = await backend.records.verify()
    assert verified.ok
    assert "chained by audit.key from row 2 on" in verified.message
    assert b"0123456789abcdef" not in (tmp_path / "jobsync.db").read_bytes()
    secret.write_text("short")
    with pytest.raises(ConfigError) as refused:
        async with Backend.open(load_settings(config), Actor("root")):
            pass
    assert "short" not in str(refused.value).replace("shorter", "")
    secret.unlink()
    with pytest.raises(ConfigError):
        async with Backend.open(load_settings(config), Actor("root")):
            pass
