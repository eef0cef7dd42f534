"""Rate limits that answers tell of, Retry-After, backoff, and whose call goes first."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobsync_tui.backend.core.errors import RateLimited
from jobsync_tui.backend.http import HttpSession, Limits, Network, Priority, RateHeaders, Reply, Request, Reset, announcing, as_person
from jobsync_tui.backend.http.pauses import pause, retry_after
from jobsync_tui.backend.http.rate_limit import PriorityLimiter
from jobsync_tui.testing import faults
from jobsync_tui.testing.ats_server import Answer, Asked, AtsServer
from jobsync_tui.testing.clockwork import START, Clockwork
from jobsync_tui.testing.stage import FAST
from tests.http.conftest import Connect


class Window:
    """A server with a fixed window: so many requests in so many seconds, and a 429 for each one above."""

    def __init__(self, clock: Clockwork, *, limit: int = 10, seconds: int = 30, reset: str = "epoch") -> None:
        self.clock, self.limit, self.seconds, self.reset = clock, limit, seconds, reset
        self.refused = 0
        self.used: dict[int, int] = {}

    def answer(self, _: Asked) -> Answer:
        window = int(self.clock.wall().timestamp()) // self.seconds
        self.used[window] = self.used.get(window, 0) + 1
        ends = (window + 1) * self.seconds
        values = {"epoch": str(ends), "seconds": str(ends - int(self.clock.wall().timestamp())), "none": ""}
        headers = {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(max(0, self.limit - self.used[window])),
            "X-RateLimit-Reset": values[self.reset],
        }
        if self.used[window] > self.limit:
            self.refused += 1
            return Answer({}, status=429, headers=headers)
        return Answer({}, headers=headers)


@pytest.mark.parametrize(
    ("reset", "names"),
    [
        ("epoch", RateHeaders(window=30)),
        ("seconds", RateHeaders(reset_as=Reset.SECONDS, window=30)),
        ("none", RateHeaders(reset=None, window=30)),
    ],
)
async def test_the_limit_is_not_hit(connect: Connect, clock: Clockwork, reset: str, names: RateHeaders) -> None:
    window = Window(clock, reset=reset)
    async with AtsServer(window.answer) as server:
        http = connect(server.url)
        http.rate_headers = names
        for _ in range(25):
            await http.get("jobs")
        assert window.refused == 0
        assert 30 <= clock.seconds <= 95
        assert any(words.startswith("rate limited by Acme, next try in ") for words in clock.said)


async def test_a_window_that_is_over_by_the_service_s_clock_is_not_waited_for(connect: Connect, clock: Clockwork) -> None:
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(START.timestamp()) - 5)}
    async with AtsServer(lambda _: Answer({}, headers=headers)) as server:
        http = connect(server.url)
        http.rate_headers = RateHeaders(window=30)
        for _ in range(3):
            await http.get("jobs")
        assert clock.seconds <= 3


async def test_the_limit_is_not_hit_side_by_side(connect: Connect, clock: Clockwork) -> None:
    window = Window(clock)
    async with AtsServer(window.answer) as server:
        http = connect(server.url)
        http.rate_headers = RateHeaders(window=30)
        await http.get("jobs")
        await asyncio.gather(*(http.get("jobs") for _ in range(40)))
        assert window.refused == 0


async def test_the_limit_is_not_hit_by_processes_that_divide_it(connect: Connect, clock: Clockwork) -> None:
    window = Window(clock, limit=24)
    async with AtsServer(window.answer) as server:
        processes = [connect(server.url, limits=replace(FAST, concurrency=8)) for _ in range(3)]
        for http in processes:
            http.rate_headers = RateHeaders(window=30)
            http.divide(3)
        await asyncio.gather(*(http.get("jobs") for http in processes for _ in range(20)))
        assert (window.refused, sum(window.used.values())) == (0, 60)


async def test_nor_by_one_that_joins_while_another_counts_on_all_that_is_left(connect: Connect, clock: Clockwork) -> None:
    window = Window(clock, limit=24)
    async with AtsServer(window.answer) as server:
        first, second = (connect(server.url, limits=replace(FAST, concurrency=4)) for _ in range(2))
        for http in (first, second):
            http.rate_headers = RateHeaders(window=30)
        await first.get("jobs")
        for http in (first, second):
            http.divide(2)
        await asyncio.gather(*(http.get("jobs") for http in (second, first) for _ in range(20)))
        assert window.refused == 0


async def test_requests_in_flight_are_divided_too() -> None:
    most, release = 0, asyncio.Event()
    flying: list[int] = []

    async def respond(_: Request) -> Reply:
        nonlocal most
        flying.append(1)
        most = max(most, len(flying))
        await release.wait()
        flying.pop()
        return Reply(200)

    limits = Limits(concurrency=9)  # one of them is a person's
    processes = [
        HttpSession(service="Acme", base_url="http://acme.example", network=Network(), limits=limits, responder=respond) for _ in range(4)
    ]
    for http in processes:
        http.divide(len(processes))
    calls = [asyncio.create_task(http.get("jobs")) for http in processes for _ in range(10)]
    await _until(lambda: len(flying) == 8)
    processes[0].divide(1)
    await _until(lambda: len(flying) == 14)
    release.set()
    await asyncio.gather(*calls)
    assert most == 14
    for http in processes:
        await http.close()


async def test_what_the_service_asked_of_one_process_holds_the_others_back(server: AtsServer, connect: Connect, clock: Clockwork) -> None:
    first, second = connect(), connect()
    server.inject(Answer({}, status=429, headers={"Retry-After": "40"}))
    asking = asyncio.create_task(first.get("jobs"))
    await _until(lambda: first.held > 0)
    assert 0 < first.held <= 40
    second.divide(2, first.held)
    assert second.held == 0, "what others were asked is not passed on as its own: it would never end"
    began = clock.seconds
    await second.get("jobs")
    assert clock.seconds - began >= 30
    await asking


@pytest.mark.parametrize(
    "headers",
    [{"X-RateLimit-Remaining": "-1"}, {"X-RateLimit-Remaining": "many"}, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "9" * 30}],
)
async def test_nonsense_in_the_headers_does_no_harm(connect: Connect, clock: Clockwork, headers: dict[str, str]) -> None:
    async with AtsServer(lambda _: Answer({}, headers=headers)) as server:
        http = connect(server.url)
        http.rate_headers = RateHeaders(window=30)
        for _ in range(3):
            await http.get("jobs")
        assert clock.seconds <= 90


async def test_a_429_holds_every_call_back(server: AtsServer, connect: Connect, clock: Clockwork) -> None:
    http = connect()
    server.inject(faults.too_many({"Retry-After": "12"}))
    await http.get("first")
    before = len(server.asked)
    await asyncio.gather(*(http.get("jobs") for _ in range(5)))
    assert len(server.asked) == before + 5
    assert clock.seconds == pytest.approx(12)
    assert clock.said[:3] == [f"rate limited by Acme, next try in {seconds} s" for seconds in (12, 11, 10)]
    assert clock.said[-1] == ""


async def test_429_without_end(server: AtsServer, connect: Connect, clock: Clockwork) -> None:
    server.inject(faults.too_many({"Retry-After": "315360000"}), times=faults.MANY)
    with pytest.raises(RateLimited) as caught:
        await connect().get("jobs")
    assert caught.value.retry_after == 315360000
    assert clock.seconds == pytest.approx(900)
    assert len(server.asked) == 4


async def test_a_listener_of_its_own(server: AtsServer, connect: Connect, clock: Clockwork) -> None:
    heard: list[str] = []
    server.inject(faults.failing())
    with announcing(heard.append):
        await connect().get("jobs")
    assert heard == ["no good answer from Acme, next try in 1 s", ""]
    assert clock.said == []


def test_retry_after_forms() -> None:
    assert retry_after({}, START) is None
    assert retry_after({"retry-after": " 7 "}, START) == 7
    assert retry_after({"retry-after": "1.5"}, START) == 1.5
    assert retry_after({"retry-after": "7", "retry-after-ms": "250"}, START) == 0.25
    assert retry_after({"retry-after": format_datetime(START + timedelta(minutes=2), usegmt=True)}, START) == 120
    assert retry_after({"retry-after": "Mon, 23 Nov 2026 13:01:00 +0100"}, START) == 60
    for nonsense in ("-5", "nan", "inf", "1e9", "", "Mon, 99 Foo", "\u0663", "0x10", "1_000"):
        assert retry_after({"retry-after": nonsense}, START) is None, nonsense


@given(st.text(max_size=40))
def test_no_retry_after_text_breaks_anything(text: str) -> None:
    seconds = retry_after({"retry-after": text, "retry-after-ms": text[::-1]}, START)
    assert seconds is None or seconds >= 0


@given(st.integers(1, 50), st.none() | st.floats(0, 1e12))
def test_a_pause_is_never_nothing_and_never_for_ever(failed: int, asked: float | None) -> None:
    limits = Limits()
    assert 0.5 <= pause(failed, asked, limits, Clockwork().timing()) <= 300


async def test_a_persons_call_goes_first() -> None:
    order: list[str] = []
    release = asyncio.Event()

    async def respond(request: Request) -> Reply:
        order.append(request.url.rpartition("/")[2])
        await release.wait()
        return Reply(200)

    http = HttpSession(service="Acme", base_url="http://acme.example", network=Network(), limits=Limits(concurrency=3), responder=respond)
    refresh = [asyncio.create_task(http.get(f"page{number}")) for number in range(6)]
    await _until(lambda: len(order) == 2)  # the third slot is kept
    with as_person():
        first = asyncio.create_task(http.get("person1"))
        second = asyncio.create_task(http.get("person2"))
    await _until(lambda: len(order) == 3)
    release.set()
    await asyncio.gather(*refresh, first, second)
    assert order[:4] == ["page0", "page1", "person1", "person2"]
    await http.close()


async def test_a_caller_who_goes_leaves_the_queue_in_order() -> None:
    limiter = PriorityLimiter(1)
    taken: list[int] = []
    leave = asyncio.Event()

    async def caller(number: int) -> None:
        async with limiter.slot(Priority.BACKGROUND):
            taken.append(number)
            await leave.wait()

    tasks = [asyncio.create_task(caller(number)) for number in range(4)]
    await _until(lambda: taken == [0])
    tasks[1].cancel()
    leave.set()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert taken == [0, 2, 3]
    assert limiter.taken == 0


async def test_a_slot_that_comes_free_as_one_who_waits_is_cancelled_goes_to_the_next() -> None:
    limiter = PriorityLimiter(1)
    taken: list[str] = []

    async def caller(name: str) -> None:
        async with limiter.slot(Priority.BACKGROUND):
            taken.append(name)

    async with limiter.slot(Priority.BACKGROUND):
        first, second = asyncio.create_task(caller("first")), asyncio.create_task(caller("second"))
        await asyncio.sleep(0)
        first.cancel()
    found = await asyncio.gather(first, second, return_exceptions=True)
    assert isinstance(found[0], asyncio.CancelledError)
    assert (taken, limiter.taken) == (["second"], 0)


async def test_a_slot_handed_to_one_who_is_cancelled_is_passed_on() -> None:
    limiter = PriorityLimiter(1)
    taken: list[str] = []

    async def caller(name: str) -> None:
        async with limiter.slot(Priority.BACKGROUND):
            taken.append(name)

    async with limiter.slot(Priority.BACKGROUND):
        first, second = asyncio.create_task(caller("first")), asyncio.create_task(caller("second"))
        await asyncio.sleep(0)
    first.cancel()  # its turn came, and it has not run since
    await asyncio.gather(first, second, return_exceptions=True)
    assert taken == ["second"]
    assert limiter.taken == 0


async def _until(holds: object) -> None:
    assert callable(holds)
    for _ in range(1000):
        if holds():
            return
        await asyncio.sleep(0)
    raise AssertionError("it never came to that")
