"""What runs meet is told once when it begins, grows, stands for a day or ends; a digest holds it all, cleaned and without secrets."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from jobsync_tui.backend.automatic.notify.base import NotDelivered
from jobsync_tui.backend.automatic.notify.digest import Digest
from jobsync_tui.backend.core.errors import CredentialsRejected, JobsyncError, Unreachable
from jobsync_tui.backend.core.models import JOBS_FAILED, AlertAnswer, AnswerKind
from jobsync_tui.backend.settings.secrets import Secret
from tests.support.fleet import EVERY, Fleet, Host

pytestmark = pytest.mark.usefixtures("on_each_database")

DAY = timedelta(days=1)


@dataclass
class Inbox:
    """A channel that keeps what it is given, unless it is out of order."""

    name: str = "inbox"
    trouble: JobsyncError | None = None
    taken: list[Digest] = field(default_factory=list)

    async def deliver(self, digest: Digest) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.taken.append(digest)

    def told(self) -> list[list[tuple[str, str, bool]]]:
        return [[(each.integration, each.code, each.over) for each in digest.alerts] for digest in self.taken]


def down(name: str = "Shelf") -> Unreachable:
    return Unreachable(f"{name} does not answer", service=name)


async def slots(fleet: Fleet, host: Host, number: int = 1, *integrations: str) -> None:
    """Run so many slots, and send what is to be sent after each, as the service does."""
    for _ in range(number):
        for integration in integrations or ("acme",):
            await host.run(integration, on_schedule=True)
        await host.notifier.send("auto")
        fleet.clock.turn(EVERY)


def give(fleet: Fleet, *inboxes: Inbox) -> None:
    fleet.channels[:] = inboxes


async def test_a_trouble_that_goes_on_is_told_when_it_begins_and_when_it_is_over(fleet: Fleet, host: Host) -> None:
    inbox = Inbox()
    give(fleet, inbox)
    fleet.ats["acme"].trouble = down()
    await slots(fleet, host, 10)
    assert inbox.told() == [[("acme", "unreachable", False)]]
    fleet.ats["acme"].trouble = None
    await slots(fleet, host, 4)
    assert inbox.told()[1:] == [[("acme", "unreachable", True)]]
    assert await host.alerts.standing(["acme"]) == ()


async def test_what_happens_within_an_interval_is_one_message(fleet: Fleet, host: Host) -> None:
    inbox = Inbox()
    give(fleet, inbox)
    fleet.ats["acme"].trouble = down()
    await slots(fleet, host)  # the first one goes out at once
    fleet.ats["globex"].trouble = down("Globex")
    fleet.ats["acme"].trouble = None
    await slots(fleet, host, 2, "acme", "globex")
    assert len(inbox.taken) == 1
    await slots(fleet, host, 1, "acme", "globex")
    assert sorted(inbox.told()[1]) == [("acme", "unreachable", True), ("globex", "unreachable", False)]


async def test_jobs_that_fail_are_one_line_and_are_told_again_when_more_do(fleet: Fleet, host: Host) -> None:
    inbox = Inbox()
    give(fleet, inbox)
    ats = fleet.ats["acme"]
    ats.put(*range(10, 20))
    ats.broken = {str(number): down() for number in (10, 11, 12)}
    await slots(fleet, host, 8)
    assert inbox.told() == [[("acme", JOBS_FAILED, False)]]
    (told,) = inbox.taken[0].alerts
    assert (told.jobs, "3 jobs fail" in told.message, "unreachable 3" in told.message) == (3, True, True)
    ats.put(20)
    ats.broken["20"] = down()
    await slots(fleet, host, 4)
    assert [digest.alerts[0].jobs for digest in inbox.taken] == [3, 4]
    ats.broken = {}
    await slots(fleet, host, 30)
    assert inbox.told()[2:] == [[("acme", JOBS_FAILED, True)]]


async def test_a_trouble_that_stands_is_told_again_after_a_day(fleet: Fleet, host: Host) -> None:
    inbox = Inbox()
    give(fleet, inbox)
    fleet.ats["acme"].trouble = down()
    await slots(fleet, host, 2)
    fleet.clock.turn(DAY)
    await slots(fleet, host, 5)
    assert [digest.alerts[0].runs for digest in inbox.taken] == [1, 3]


async def test_refused_credentials_are_one_loud_message(fleet: Fleet, host: Host) -> None:
    inbox = Inbox()
    give(fleet, inbox)
    fleet.ats["acme"].trouble = CredentialsRejected("Shelf refused the key (401)", service="Shelf", remedy="Renew it.")
    await slots(fleet, host, 40)
    assert inbox.told() == [[("acme", "credentials_rejected", False)]]
    assert fleet.ats["acme"].listed == 1
    assert "Acme Health: Shelf refused the key (401)" in inbox.taken[0].text()
    assert "Renew it." in inbox.taken[0].text()


async def test_what_a_channel_does_not_take_is_part_of_its_next_message_and_no_other_channels(fleet: Fleet, host: Host) -> None:
    good, bad = Inbox("good"), Inbox("bad", NotDelivered("out of order"))
    give(fleet, bad, good)
    fleet.ats["acme"].trouble = down()
    await slots(fleet, host, 2)
    assert (len(good.taken), len(bad.taken)) == (1, 0)
    states = {state.name: state for state in await host.alerts.channels(["good", "bad"])}
    assert (states["bad"].error, states["good"].error, states["bad"].sent_at) == ("out of order", None, None)
    bad.trouble = None
    await slots(fleet, host, 2)
    assert (len(good.taken), bad.told()) == (1, [[("acme", "unreachable", False)]])
    (state,) = await host.alerts.channels(["bad"])
    assert (state.error, state.sent_at is not None) == (None, True)
    assert good.taken[0].id == bad.taken[0].id


async def test_two_hosts_send_one_message(fleet: Fleet, host: Host) -> None:
    inbox = Inbox()
    give(fleet, inbox)
    fleet.ats["acme"].trouble = down()
    async with fleet.host() as other:
        await host.run(on_schedule=True)
        await other.notifier.send("auto")
        await host.notifier.send("auto")
    assert len(inbox.taken) == 1


async def test_runs_that_are_skipped_say_nothing(fleet: Fleet, host: Host) -> None:
    fleet.ats["acme"].trouble = down()
    await slots(fleet, host)
    fleet.ats["acme"].trouble = None
    await host.schedule.pause("alice")
    await slots(fleet, host, 3)
    assert [each.code for each in await host.alerts.standing(["acme"])] == ["unreachable"]


async def test_a_digest_is_clean_and_holds_no_secret(fleet: Fleet, host: Host) -> None:
    inbox = Inbox()
    give(fleet, inbox)
    Secret("hunter2-and-more")
    hostile = "\x1b]52;c;aGk=\x07 hunter2-and-more \u202edrawkcab\nsecond line " + "x" * 2000
    fleet.ats["acme"].trouble = Unreachable(hostile, service="Shelf", remedy="\x1b[2J hunter2-and-more")
    await slots(fleet, host)
    for text in (inbox.taken[0].text(), str(inbox.taken[0].document())):
        assert "hunter2" not in text
        assert not any(ord(character) < 0x20 and character != "\n" for character in text)
        assert "\u202e" not in text
        assert len(text) < 5000
    assert len(inbox.taken[0].text().splitlines()) == 3


async def say(host: Host, kind: AnswerKind, code: str = "unreachable") -> bool:
    answer = AlertAnswer(kind, "alice", host.clock.now(), "their maintenance")
    return await host.alerts.answer("acme", code, answer, lambda db: None)


@pytest.mark.parametrize("kind", list(AnswerKind))
async def test_an_alert_that_somebody_answered_is_not_repeated_until_it_changes(fleet: Fleet, host: Host, kind: AnswerKind) -> None:
    inbox = Inbox()
    give(fleet, inbox)
    fleet.ats["acme"].trouble = down()
    await slots(fleet, host)
    assert len(inbox.taken) == 1
    assert await say(host, kind)
    (alert,) = await host.alerts.standing(["acme"])
    assert alert.answer is not None
    assert (alert.answer.kind, alert.answer.by, alert.answer.reason) == (kind, "alice", "their maintenance")
    fleet.clock.turn(2 * DAY)
    await slots(fleet, host, 3)
    assert len(inbox.taken) == 1, "a reminder would come after a day"
    fleet.ats["acme"].trouble = down("Another part")
    await slots(fleet, host, 4)
    assert inbox.told()[1:] == [[("acme", "unreachable", False)]]
    (alert,) = await host.alerts.standing(["acme"])
    assert alert.answer is None
    await say(host, kind)
    fleet.ats["acme"].trouble = None
    await slots(fleet, host, 4)
    assert inbox.told()[2:] == [[("acme", "unreachable", True)]]
    fleet.ats["acme"].trouble = down("Another part")
    await slots(fleet, host, 4)
    assert inbox.told()[3:] == [[("acme", "unreachable", False)]], "one that begins anew is not answered"


async def test_what_was_answered_before_it_was_told_is_not_told(fleet: Fleet, host: Host) -> None:
    inbox = Inbox()
    fleet.ats["acme"].trouble = down()
    await slots(fleet, host)
    assert await say(host, AnswerKind.ACKNOWLEDGED)
    give(fleet, inbox)
    await slots(fleet, host, 3)
    assert inbox.taken == []
    assert await host.alerts.answer("acme", "unreachable", None, lambda db: None)
    await slots(fleet, host, 1)
    assert inbox.told() == [[("acme", "unreachable", False)]]


async def test_jobs_that_fail_are_told_again_when_more_do_than_were_acknowledged(fleet: Fleet, host: Host) -> None:
    inbox = Inbox()
    give(fleet, inbox)
    fleet.ats["acme"].describe_singly()
    fleet.ats["acme"].broken = {"1": down(), "2": down()}
    await slots(fleet, host)
    assert await say(host, AnswerKind.MUTED, JOBS_FAILED)
    del fleet.ats["acme"].broken["2"]
    fleet.clock.turn(timedelta(hours=3))
    await slots(fleet, host)
    (alert,) = await host.alerts.standing(["acme"])
    assert (alert.jobs, alert.answer is not None) == (1, True)
    assert not await say(host, AnswerKind.MUTED, "no-such-alert")
