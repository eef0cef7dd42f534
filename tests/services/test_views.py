"""Saved views: whose they are, who may use and change them, and what the record says."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from jobsync_tui.backend.access.access import Actor
from jobsync_tui.backend.core.errors import FilterError, NotPermitted, UsageError
from jobsync_tui.backend.core.models import EVERY, KeptView, ListView, Scope, Sort, SortField
from jobsync_tui.backend.services.backend import Backend
from jobsync_tui.backend.settings.loader import load_settings

CONFIG = """
[storage]
url = "sqlite:///{folder}/jobsync.db"

[[integrations]]
id = "ward"
provider = "file"
path = "ward.csv"

[[integrations]]
id = "mill"
provider = "file"
path = "mill.csv"

[[admins]]
user = "alice"
integrations = ["ward"]

[[admins]]
user = "carol"
integrations = ["mill"]

[[admins]]
user = "bob"
integrations = ["*"]

[[admins]]
user = "dana"
integrations = ["*"]
"""


class Office:
    """The backend as several people see it at once."""

    def __init__(self, folder: Path, stack: AsyncExitStack) -> None:
        self.folder = folder
        self._stack = stack

    async def as_(self, user: str) -> Backend:
        config = self.folder / "jobsync.toml"
        return await self._stack.enter_async_context(Backend.open(load_settings(config), Actor(user)))


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    config = tmp_path / "jobsync.toml"
    config.write_text(CONFIG.format(folder=tmp_path))
    config.chmod(0o600)
    for name in ("ward", "mill"):
        (tmp_path / f"{name}.csv").write_text("id,name,Shift\n1,Nurse,nights\n2,=1+1,days\n")
    async with AsyncExitStack() as stack:
        yield Office(tmp_path, stack)


async def names(backend: Backend) -> list[str]:
    return [each.address for each in await backend.views.list()]


async def test_a_view_comes_back_whole_and_its_name_is_found_however_it_is_written(office: Office) -> None:
    bob = await office.as_("bob")
    kept = ListView(
        name="Night nurses",
        filter='nurse custom."Req Type":new',
        sort=Sort(SortField.NAME, descending=False),
        columns=("id", "custom.Shift"),
    )
    saved = await bob.views.save(kept)
    assert (saved.mine, saved.kept.shared, saved.wrong, saved.integrations) == (True, False, None, ("ward", "mill"))
    assert (await bob.views.get("NIGHT NURSES")).view == kept
    again = await bob.views.save(ListView(name="night NURSES", filter="other"))
    assert [each.view for each in await bob.views.list()] == [again.view]


async def test_what_others_do_in_the_middle_of_a_change_is_seen_by_it(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who saves or renames looks at the views that there are, and then changes them: in between, the same person does so elsewhere."""
    here, elsewhere = await office.as_("bob"), await office.as_("bob")
    for name in ("one", "two"):
        await here.views.save(ListView(name=name, filter=name))
    usual, meanwhile = here.views.stores.views.usable_by, [elsewhere.views.rename("two", "three")]

    async def usable_by(actor: str) -> tuple[KeptView, ...]:
        found = await usual(actor)
        while meanwhile:
            await meanwhile.pop()
        return found

    monkeypatch.setattr(here.views.stores.views, "usable_by", usable_by)
    with pytest.raises(UsageError, match="There is a view three already"):
        await here.views.rename("one", "three")
    meanwhile.append(elsewhere.views.delete("one"))
    with pytest.raises(UsageError, match="There is no view one any more"):
        await here.views.rename("one", "four")
    monkeypatch.setattr("jobsync_tui.backend.services.views.MOST_VIEWS", 2)
    meanwhile.append(elsewhere.views.save(ListView(name="five", filter="five")))
    with pytest.raises(UsageError, match="You have 2 views already"):
        await here.views.save(ListView(name="six"))
    assert [(each.view.name, each.view.filter) for each in await here.views.list()] == [("five", "five"), ("three", "two")]


async def test_own_views_are_nobody_elses(office: Office) -> None:
    bob, dana = await office.as_("bob"), await office.as_("dana")
    await bob.views.save(ListView(name="mine"))
    assert await names(dana) == []
    with pytest.raises(UsageError, match="no view"):
        await dana.views.get("bob/mine")


async def test_a_shared_view_is_seen_only_by_those_who_may_use_all_it_names(office: Office) -> None:
    bob, alice, carol = [await office.as_(user) for user in ("bob", "alice", "carol")]
    for name, text, integrations in (
        ("everybody", "is:open", ()),
        ("wards", "is:open", ("ward",)),
        ("both", "is:open", ("ward", "mill")),
        ("by filter", "-integration:mill", ()),
    ):
        await bob.views.save(ListView(name=name, filter=text, integrations=integrations), shared=True)
    assert await names(bob) == ["both", "by filter", "everybody", "wards"]
    assert await names(alice) == ["bob/everybody", "bob/wards"]
    assert await names(carol) == ["bob/by filter", "bob/everybody"]
    for name in ("both", "bob/by filter"):
        with pytest.raises(UsageError) as hidden:
            await alice.views.get(name)
        with pytest.raises(UsageError) as unknown:
            await alice.views.get("xyz")
        assert hidden.value.message.replace(name, "") == unknown.value.message.replace("xyz", "")


async def test_one_who_may_use_a_part_shares_views_of_that_part(office: Office) -> None:
    alice, carol = await office.as_("alice"), await office.as_("carol")
    saved = await alice.views.save(ListView(name="hers", filter="client:mercy"), shared=True)
    assert saved.view.integrations == ("ward",)
    assert await names(carol) == []
    with pytest.raises(UsageError):
        await alice.views.save(ListView(name="x", integrations=("mill",)))


async def test_a_shared_view_is_changed_by_its_owner_and_by_those_of_every_integration(office: Office) -> None:
    bob, alice, dana = [await office.as_(user) for user in ("bob", "alice", "dana")]
    await bob.views.save(ListView(name="team", filter="one"), shared=True)
    for attempt in (
        alice.views.save(ListView(name="team", filter="two")),
        alice.views.save(ListView(name="bob/team", filter="two")),
        alice.views.delete("team"),
        alice.views.rename("team", "x"),
    ):
        with pytest.raises(NotPermitted):
            await attempt
    assert (await bob.views.get("team")).view.filter == "one"
    changed = await dana.views.save(ListView(name="team", filter="three"))
    assert (changed.kept.owner, changed.kept.shared, changed.mine) == ("bob", True, False)
    assert (await bob.views.get("team")).view.filter == "three"
    await dana.views.delete("bob/team")
    assert await names(bob) == []
    rows = [(row.actor, row.outcome) for row in await bob.records.audit()]
    assert rows == [("dana", "deleted"), ("dana", "saved"), *[("alice", "refused")] * 4, ("bob", "saved")]


async def test_the_record_tells_nobody_what_a_view_of_others_holds(office: Office) -> None:
    bob, alice = await office.as_("bob"), await office.as_("alice")
    await bob.views.save(ListView(name="secret one", filter="integration:mill"))
    await bob.views.save(ListView(name="secret two", filter="integration:mill"), shared=True)
    await bob.views.save(ListView(name="secret three", integrations=("mill",)), shared=True)
    told = repr(await alice.records.audit())
    assert "secret" not in told
    assert "mill" not in told
    assert "secret three" in repr(await bob.records.audit())


async def test_several_shared_views_of_one_name_have_to_be_told_apart(office: Office) -> None:
    bob, dana, alice = [await office.as_(user) for user in ("bob", "dana", "alice")]
    await bob.views.save(ListView(name="team", filter="one"), shared=True)
    await dana.views.rename((await dana.views.save(ListView(name="own", filter="two"), shared=True)).view.name, "team")
    with pytest.raises(UsageError) as ambiguous:
        await alice.views.get("team")
    assert "bob/team or dana/team" in str(ambiguous.value.remedy)
    assert (await alice.views.get("dana/team")).view.filter == "two"
    assert (await bob.views.get("team")).view.filter == "one"


@pytest.mark.parametrize("name", ["", "  ", "a/b", "x" * 61, "a\u200bb", "a\nb"])
async def test_a_name_that_cannot_be_typed_is_refused(office: Office, name: str) -> None:
    bob = await office.as_("bob")
    with pytest.raises(UsageError):
        await bob.views.save(ListView(name=name))
    await bob.views.save(ListView(name="good"))
    with pytest.raises(UsageError):
        await bob.views.rename("good", name)


async def test_what_is_wrong_is_refused_when_it_is_saved_and_said_when_it_became_so(office: Office) -> None:
    bob = await office.as_("bob")
    with pytest.raises(FilterError):
        await bob.views.save(ListView(name="x", filter="foo:bar"))
    for columns in (("nam",), ("name", "name"), ("custom.",)):
        with pytest.raises(UsageError):
            await bob.views.save(ListView(name="x", columns=columns))
    await bob.rules.import_text("rules: [ { id: night, name: Night, actions: [ { folder: A } ] } ]", "file")
    await bob.views.save(ListView(name="x", filter="rule:night"))
    await bob.rules.delete(["night"])
    wrong = (await bob.views.get("x")).wrong
    assert wrong is not None
    assert "rule:night" in wrong
    assert "night is not a known rule" in wrong


async def test_a_view_follows_an_integration_that_is_renamed(office: Office) -> None:
    bob = await office.as_("bob")
    await bob.integrations.refresh("ward")
    await bob.views.save(ListView(name="x", integrations=("ward", "mill")))
    config = office.folder / "jobsync.toml"
    config.write_text(config.read_text().replace('id = "ward"', 'id = "clinic"').replace('["ward"]', '["clinic"]'))
    await bob.maintenance.rename("ward", "clinic")
    assert (await bob.views.get("x")).integrations == ("clinic", "mill")


async def test_columns_are_read_for_the_rows_that_are_asked_for(office: Office) -> None:
    bob = await office.as_("bob")
    await bob.integrations.refresh("ward")
    by_name = Sort(SortField.ID, descending=False)
    rows = await bob.jobs.window(Scope.of("ward"), "", by_name, 0, 5, columns=("custom.shift", "integration", "remote"))
    assert [row.more for row in rows] == [("nights", "ward", ""), ("days", "ward", "")]
    assert (await bob.jobs.page(Scope.of("ward"), "", by_name, 1, columns=("custom.Shift",))).rows[0].more == ("nights",)
    cells = [row async for row in bob.jobs.cells(EVERY, ("name", "custom.shift"), "custom.shift:days")]
    assert cells == [("=1+1", "days")]
