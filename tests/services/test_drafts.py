from __future__ import annotations

from pathlib import Path

import pytest

from tests.services.workshop import workshop

pytestmark = pytest.mark.usefixtures("on_each_database")


async def test_a_draft_outlives_its_process_and_belongs_to_its_actor(tmp_path: Path) -> None:
    async with workshop(tmp_path, 1) as backend:
        await backend.drafts.put("oslo", "half a ru", 4)
        await backend.drafts.put("oslo", "half a rule\0", 5)
        await backend.drafts.put("new", "name: X", 5)
    async with workshop(tmp_path, user="bob") as backend:
        assert await backend.drafts.get("oslo") is None
        assert await backend.drafts.list() == ()
    async with workshop(tmp_path) as backend:
        kept = await backend.drafts.get("oslo")
        assert kept is not None
        assert (kept.text.rstrip("\0\N{SYMBOL FOR NULL}"), kept.base_revision) == ("half a rule", 5)
        assert {draft.key for draft in await backend.drafts.list()} == {"oslo", "new"}
        await backend.drafts.drop("oslo")
        await backend.drafts.drop("oslo")
        assert [draft.key for draft in await backend.drafts.list()] == ["new"]
