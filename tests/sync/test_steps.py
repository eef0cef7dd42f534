"""What a sync waits for is told with the step that waits, or to whoever follows the whole."""

from jobsync_tui.backend.core.models import JobKey, Step, StepName, StepState
from jobsync_tui.backend.core.waits import announcing, listener
from jobsync_tui.backend.sync.bulk import Bulk
from tests.support.sync_bench import ALICE, SHELF, Bench


async def test_a_step_says_what_it_waits_for_and_that_it_is_over(bench: Bench) -> None:
    def limited() -> None:
        told = listener()
        assert told is not None
        told("rate limited by Shelf, next try in 12 s")
        told("")

    bench.ats.on_read = limited
    steps: list[Step] = []
    result = await bench.pipeline.sync(ALICE, SHELF, "1", on_step=steps.append)
    assert [(step.state, step.detail) for step in steps if step.name is StepName.FETCH] == [
        (StepState.RUNNING, None),
        (StepState.RUNNING, "rate limited by Shelf, next try in 12 s"),
        (StepState.RUNNING, None),
        (StepState.OK, None),
    ]
    assert [step.detail for step in result.steps] == [None] * len(result.steps)


async def test_a_step_that_nobody_follows_leaves_the_waits_to_who_follows_the_whole(bench: Bench) -> None:
    heard: list[str] = []

    def limited() -> None:
        told = listener()
        assert told is not None
        told("rate limited by Shelf, next try in 12 s")

    bench.ats.on_read = limited
    with announcing(heard.append):
        await Bulk(bench.pipeline).sync_many(ALICE, JobKey.of(SHELF, "1"))
    assert heard == ["rate limited by Shelf, next try in 12 s"]
