"""The steps of one sync as they happen, timed and told to whoever listens."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import TypeAlias

from ..core.errors import JobsyncError
from ..core.models import Step, StepName, StepState
from ..core.waits import announcing

log = logging.getLogger(__name__)

OnStep: TypeAlias = Callable[[Step], None]


class StepLog:
    """Keeps the latest state of each step; a step that is gone through again (after a conflict) takes its place and its time."""

    def __init__(self, on_step: OnStep | None = None, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._on_step = on_step
        self._monotonic = monotonic
        self._steps: dict[StepName, Step] = {}

    @contextmanager
    def step(self, name: StepName) -> Iterator[None]:
        """Time the block as a step, and tell what it waits for; an error fails it, and goes on."""
        self._tell(Step(name, StepState.RUNNING))
        began = self._monotonic()
        try:
            with nullcontext() if self._on_step is None else announcing(partial(self._waits, name)):
                yield
        except BaseException as error:
            detail = error.message if isinstance(error, JobsyncError) else None
            self._tell(Step(name, StepState.FAILED, self._monotonic() - began, detail))
            raise
        self._tell(Step(name, StepState.OK, self._monotonic() - began))

    def _waits(self, name: StepName, waits_for: str) -> None:
        self._tell(Step(name, StepState.RUNNING, None, waits_for or None))

    def fail(self, name: StepName, detail: str) -> None:
        """Say that a step came to its end without what it was for."""
        passed = self._steps.get(name)
        self._tell(Step(name, StepState.FAILED, None if passed is None else passed.seconds, detail))

    def finish(self) -> tuple[Step, ...]:
        """Return every step in order, those that were not reached as skipped."""
        for name in StepName:
            if name not in self._steps:
                self._tell(Step(name, StepState.SKIPPED))
        return tuple(self._steps[name] for name in StepName)

    def _tell(self, step: Step) -> None:
        self._steps[step.name] = step
        if self._on_step is not None:
            try:
                self._on_step(step)
            except Exception:
                # A listener's fault must not stop a write half way.
                log.exception("a listener failed on step %s", step.name)
