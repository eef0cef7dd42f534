"""The trouble of jobs that fail says why the most of them do, in words, and what can be done about that."""

from __future__ import annotations

from collections import Counter

import pytest

from jobsync_tui.backend.automatic.alerts import LONGEST, why
from jobsync_tui.backend.core.errors import JobsyncError, Refused, StorageRefused, Unreachable
from jobsync_tui.backend.core.models import Alert, Failure
from jobsync_tui.backend.settings.secrets import Secret
from jobsync_tui.backend.storage.automatic.batches import RunTally, Work
from tests.support.fleet import EVERY, Fleet, Host

MOVED = StorageRefused("The database /srv/target.db was moved.", remedy="Set storage.url to the database it was moved to.")


def down() -> Unreachable:
    return Unreachable("Shelf does not answer", service="Shelf")


async def told(fleet: Fleet, host: Host, *broken: JobsyncError) -> Alert:
    """Have jobs fail, each by an error of its own, and return the trouble."""
    fleet.ats["acme"].broken = {str(number): error for number, error in enumerate(broken, 1)}
    await host.run()
    (trouble,) = await host.alerts.standing(["acme"])
    return trouble


@pytest.mark.usefixtures("on_each_database")
class TestTrouble:
    async def test_the_commonest_cause_comes_first_and_in_words(self, fleet: Fleet, host: Host) -> None:
        trouble = await told(fleet, host, MOVED, Refused("no such folder", service="Tenzo"), MOVED)
        assert trouble.message == (
            "3 jobs fail; in the last run that tried: storage_refused 2 (The database /srv/target.db was moved), refused 1"
        )
        assert trouble.remedy == "Set storage.url to the database it was moved to. jobsync retry then tries them again."

    async def test_a_run_that_tries_none_of_them_leaves_words_and_remedy(self, fleet: Fleet, host: Host) -> None:
        first = await told(fleet, host, MOVED)
        await host.run()
        (then,) = await host.alerts.standing(["acme"])
        assert (then.message, then.remedy, then.runs) == (first.message, first.remedy, 2)

    async def test_what_trying_again_does_not_mend_is_not_said_to_be(self, fleet: Fleet, host: Host) -> None:
        trouble = await told(fleet, host, Refused("no such folder", service="Tenzo"))
        assert trouble.remedy == "Trying again does not mend it: jobsync jobs -i acme --filter is:failed lists them."

    async def test_a_run_is_kept_with_its_reason(self, fleet: Fleet, host: Host) -> None:
        fleet.ats["acme"].broken = {"1": down()}
        run = await host.run()
        assert run.why == Failure("unreachable", "Shelf does not answer", "jobsync retry tries them again.")
        (state,) = await host.schedule.states(["acme"])
        assert state.run == run

    async def test_shares_of_a_run_keep_their_reasons(self, host: Host) -> None:
        await host.batches.cut("acme", [1], 1, work=Work.SYNC, evaluation_version=1, every=EVERY)
        (batch,) = await host.batches.open("acme")
        tally = RunTally()
        tally.fail("unreachable", down().failure())
        await host.batches.note(batch, tally, ended=True)
        assert (await host.batches.clear("acme")).commonest == down().failure()


class TestWords:
    def test_they_are_short_clean_and_without_secrets(self) -> None:
        Secret("hunter2-and-more")
        found = why(RunTally(Counter(refused=1), examples={}), "acme")
        assert found is None
        tally = RunTally()
        tally.fail("refused", Failure("refused", "Failed to sync job: \x1b[2J hunter2-and-more " + "x" * 900))
        said = why(tally, "acme")
        assert said is not None
        assert (len(said.message) <= LONGEST, "\x1b" in said.message, "hunter2" in said.message) == (True, False, False)
        assert not said.message.startswith("Failed to sync")

    def test_a_lost_answer_is_looked_up_and_not_tried_again(self) -> None:
        tally = RunTally()
        tally.fail("unknown", Failure("unknown", "The answer was lost"))
        assert why(tally, "acme") == Failure("unknown", "The answer was lost", "jobsync recover says what became of them.")

    def test_the_first_failure_of_a_code_speaks_for_it_and_of_two_as_common_the_first_by_name(self) -> None:
        tally, other = RunTally(), RunTally()
        tally.fail("b", Failure("b", "one"))
        other.fail("b", Failure("b", "two"))
        tally.add(other)
        assert tally.commonest == Failure("b", "one")
        other.fail("a", Failure("a", "three"))
        assert other.commonest == Failure("a", "three")
