"""The message of the day: once a day, at its hour, by whichever process looks first, and what was missed with it."""

from __future__ import annotations

import asyncio
import time as clocks
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

import pytest

from jobsync_tui.backend.automatic.notify.base import NotDelivered
from jobsync_tui.backend.automatic.notify.daily import DailyDigest, last_due
from jobsync_tui.backend.core.errors import Unreachable
from jobsync_tui.backend.settings.secrets import Secret
from jobsync_tui.backend.storage.ledger.audit import NewEntry
from tests.automatic.test_alerts import DAY, Inbox, down
from tests.support.fleet import REST, Fleet, Host

pytestmark = pytest.mark.usefixtures("on_each_database", "berlin")

HOUR = timedelta(hours=1)
EIGHT = time(8)


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The hour is that of a wall in Berlin."""
    yield from zone(monkeypatch, "Europe/Berlin")


def zone(monkeypatch: pytest.MonkeyPatch, name: str) -> Iterator[None]:
    monkeypatch.setenv("TZ", name)
    clocks.tzset()
    yield
    monkeypatch.undo()
    clocks.tzset()


@pytest.fixture
def inbox(fleet: Fleet) -> Inbox:
    found = Inbox()
    fleet.channels[:] = [found]
    fleet.daily = EIGHT
    return found


def days(inbox: Inbox) -> list[DailyDigest]:
    return [each for each in inbox.taken if isinstance(each, DailyDigest)]


def local(fleet: Fleet) -> datetime:
    return fleet.clock.now().astimezone()


def turn_to(fleet: Fleet, hour: int, minute: int = 0, *, day: int = 0) -> None:
    """Turn the clock ahead to the next time that a wall in Berlin shows so, and some days more."""
    here = local(fleet)
    there = datetime(here.year, here.month, here.day, hour, minute).astimezone()
    there += DAY if there <= here else timedelta()
    fleet.clock.turn(there + day * DAY - here)


async def begun(fleet: Fleet, host: Host) -> None:
    """Have the message configured for a while: the hour before was seen, and the first one comes."""
    turn_to(fleet, 7)
    await host.notifier.send("auto")


async def test_it_tells_what_happened_up_to_its_hour_once(fleet: Fleet, host: Host, inbox: Inbox) -> None:
    await begun(fleet, host)
    await host.run()
    fleet.ats["acme"].broken = {"4": down()}
    await host.save(*(await host.rules.current()).rules, REST)
    await host.run()
    turn_to(fleet, 7, 59)
    await host.notifier.send("auto")
    assert days(inbox) == []
    turn_to(fleet, 8, 3)
    await host.notifier.send("auto")
    (told,) = days(inbox)
    text = told.text()
    assert text.startswith("Acme: jobsync on ")
    assert f"the day until {local(fleet):%Y-%m-%d} 08:00 +0" in text.splitlines()[0]
    (acme, _) = told.greeting.integrations
    assert acme.created == len(await fleet.in_target()) > 3
    assert f"- Acme Health: {acme.created} created" in text
    document = told.document()
    assert (document["kind"], document["created"], document["troubles"], document["record"]["rows"]) == (
        "daily", acme.created, [], told.record.rows,
    )  # fmt: skip
    assert document["since"] < document["until"] < document["sent_at"]
    fleet.clock.turn(5 * HOUR)
    await host.notifier.send("auto")
    assert len(days(inbox)) == 1


async def test_what_comes_after_the_hour_is_told_the_next_day(fleet: Fleet, host: Host, inbox: Inbox) -> None:
    await begun(fleet, host)
    turn_to(fleet, 8, 30)
    await host.run()
    await host.notifier.send("auto")
    assert days(inbox) == [], "nothing had happened by eight"
    turn_to(fleet, 8, 1)
    await host.notifier.send("auto")
    (told,) = days(inbox)
    assert (told.greeting.total("created"), told.greeting.total("newly_eligible")) == (3, 3)
    assert told.until - (told.greeting.since or told.until) == DAY


async def test_hours_that_nobody_was_there_for_are_told_once_together(fleet: Fleet, host: Host, inbox: Inbox) -> None:
    await begun(fleet, host)
    await host.run()
    turn_to(fleet, 21, day=4)
    await host.notifier.send("auto")
    await host.notifier.send("auto")
    (told,) = days(inbox)
    assert told.until - (told.greeting.since or told.until) == 5 * DAY
    fleet.ats["acme"].trouble = down()
    await host.run()
    turn_to(fleet, 8)
    await host.notifier.send("auto")
    assert len(days(inbox)) == 2, "late in the evening is no reason to be silent in the morning"


async def test_several_processes_send_one_message(fleet: Fleet, host: Host, inbox: Inbox) -> None:
    await begun(fleet, host)
    await host.run()
    turn_to(fleet, 8)
    async with fleet.host() as second, fleet.host() as third:
        await asyncio.gather(*(each.notifier.send(f"worker {number}") for number, each in enumerate((host, second, third))))
        for each in (second, host, third):
            await each.notifier.send("auto")
    assert len(days(inbox)) == 1


async def test_hosts_in_several_time_zones_send_one_message_a_day(
    fleet: Fleet, host: Host, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begun(fleet, host)
    fleet.ats["acme"].trouble = down()
    await host.run()
    for _ in range(3):
        turn_to(fleet, 8)
        await host.notifier.send("auto")
        elsewhere = zone(monkeypatch, "America/New_York")
        next(elsewhere)
        fleet.clock.turn(7 * HOUR)
        await host.notifier.send("auto")
        monkeypatch.setenv("TZ", "Europe/Berlin")
        clocks.tzset()
    assert len(days(inbox)) == 3


async def test_a_message_that_was_not_taken_is_sent_again_and_is_the_same(fleet: Fleet, host: Host, inbox: Inbox) -> None:
    deaf = Inbox("deaf", NotDelivered("nobody listens"))
    fleet.channels.append(deaf)
    await begun(fleet, host)
    await host.run()
    turn_to(fleet, 8)
    await host.notifier.send("auto")
    assert (len(days(inbox)), days(deaf)) == (1, [])
    (state,) = await host.alerts.channels(["deaf"])
    assert state.error == "nobody listens"
    deaf.trouble = None
    fleet.clock.turn(HOUR)
    await host.notifier.send("auto")
    assert [each.id for each in days(deaf)] == [each.id for each in days(inbox)]
    (state,) = await host.alerts.channels(["deaf"])
    assert state.error is None


async def test_a_day_with_nothing_to_tell_has_none_but_what_waits_is_told_every_day(fleet: Fleet, host: Host, inbox: Inbox) -> None:
    await begun(fleet, host)
    turn_to(fleet, 8)
    await host.notifier.send("auto")
    assert days(inbox) == []
    fleet.ats["acme"].trouble = Unreachable("Shelf does not answer", service="Shelf", remedy="Look at the network.")
    await host.run()
    for _ in range(2):
        turn_to(fleet, 8)
        await host.notifier.send("auto")
    assert len(days(inbox)) == 2
    assert "- Acme Health: Shelf does not answer (since " in days(inbox)[1].text()
    assert "Look at the network." in days(inbox)[1].text()
    fleet.ats["acme"].trouble = None
    await host.run()
    await host.schedule.pause("dana")
    turn_to(fleet, 8)
    await host.notifier.send("auto")
    turn_to(fleet, 8)
    await host.notifier.send("auto")
    assert "paused by dana" in days(inbox)[-1].text()


async def test_without_the_hour_there_is_none_and_its_channel_is_told_no_old_alerts(fleet: Fleet, host: Host, inbox: Inbox) -> None:
    fleet.daily, fleet.channels[:] = None, []
    fleet.ats["acme"].trouble = down()
    await host.run()
    fleet.ats["acme"].trouble = None
    await host.run()
    turn_to(fleet, 8)
    await host.notifier.send("auto")
    fleet.daily, fleet.channels[:] = EIGHT, [inbox]
    for _ in range(3):
        await host.notifier.send("auto")
        fleet.clock.turn(HOUR)
    assert inbox.taken == []


async def test_a_message_is_no_list(fleet: Fleet, host: Host, inbox: Inbox) -> None:
    await begun(fleet, host)
    for number in range(60):
        for job in range(12):
            cause = f"cause {chr(97 + number // 26)}{chr(97 + number % 26)}"
            entry = NewEntry(
                actor="x", action="sync", at=fleet.clock.now(), integration="acme", job_id=f"{number}-{job}", outcome="failed", cause=cause
            )
            await host.ledger.audit.record(entry)
    turn_to(fleet, 8)
    await host.notifier.send("auto")
    (told,) = days(inbox)
    assert len(told.text().splitlines()) == 1 + 50 + 2
    failures = told.document()["failures"]
    assert (len(failures), len(failures[0]["listed"]), failures[0]["jobs"]) == (50, 10, 12)


async def test_secrets_and_control_characters_do_not_leave(fleet: Fleet, host: Host, inbox: Inbox) -> None:
    secret = Secret("hunter2-and-more")
    await begun(fleet, host)
    fleet.ats["acme"].trouble = Unreachable(f"Shelf said {secret.reveal()} \x1b[2J\nno", service="Shelf")
    await host.run()
    turn_to(fleet, 8)
    await host.notifier.send("auto")
    (told,) = days(inbox)
    for text in (told.text(), str(told.document())):
        assert secret.reveal() not in text
        assert "\x1b" not in text
    assert len([row for row in told.text().splitlines() if "Shelf said" in row]) == 1


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-11-30T06:59:00", "2026-11-29T07:00:00"),
        ("2026-11-30T07:00:00", "2026-11-30T07:00:00"),
        ("2026-07-01T06:30:00", "2026-07-01T06:00:00"),  # summer time
        ("2026-10-25T07:30:00", "2026-10-25T07:00:00"),  # the day on which it ends
        ("2026-10-25T06:30:00", "2026-10-24T06:00:00"),
    ],
)
def test_the_hour_is_that_of_the_wall(now: str, due: str) -> None:
    assert last_due(EIGHT, datetime.fromisoformat(now).replace(tzinfo=UTC)) == datetime.fromisoformat(due).replace(tzinfo=UTC)
