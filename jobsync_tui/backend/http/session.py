"""A session with one service: every request of an integration goes through here, and all that can go wrong is dealt with once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import urlencode, urlsplit

from ... import __version__
from ..core.errors import AnswerLost, CredentialsRejected, RateLimited, RemoteError, UnexpectedAnswer, Unreachable
from ..core.waits import OnWait
from .address import Home, Params, with_query
from .auth import Auth
from .breaker import Breaker
from .decode import encode_json, looks_like_html
from .faults import TransportFault
from .messages import Reply, Request, Responder
from .network import Limits, Network
from .pauses import Timing, pause, retry_after, wait_visibly
from .rate_limit import Priority, PriorityLimiter, RateHeaders, RateLimiter, current_priority
from .status_errors import error_of, page_about_nothing
from .wire import watched

if TYPE_CHECKING:
    from .client import Exchange

log = logging.getLogger(__name__)

Explain: TypeAlias = Callable[[Reply], RemoteError | None]
"""An adapter's reading of its ATS's own error bodies. It sees every reply, also those with status 200, and returns None for no error."""

_REPEATABLE = frozenset({"GET", "HEAD"})
_UNKNOWN_WHO = frozenset({400, 401})
"""Statuses of an answer that a new token may mend; 400 only where the adapter takes it for a rejection of the credentials."""


class HttpSession:
    """Requests to one service, with deadlines, retries, rate limits, a circuit breaker and caps.

    Args:
        service: Display name of the service; messages begin with it.
        base_url: Every relative path goes below it.
        network: Proxy and trust.
        auth: May be set later, by the adapter, from its credentials.
        limits: Bounds of time, bytes and tries.
        responder: Answers in this process in place of the network.
        on_wait: Told what is waited for, unless the running code has a listener of its own (`announcing`).
        timing: Clocks and chance; tests give their own.

    Attributes:
        auth: See above.
        explain: Set by an adapter; its errors go before those that the status alone stands for.
        rate_headers: Set by an adapter whose ATS says in its answers how much of a rate limit is left.
        requests: How many requests went out so far, tries counted singly.
    """

    def __init__(
        self,
        *,
        service: str,
        base_url: str,
        network: Network,
        auth: Auth | None = None,
        limits: Limits = Limits(),  # noqa: B008 - frozen
        responder: Responder | None = None,
        on_wait: OnWait | None = None,
        timing: Timing = Timing(),  # noqa: B008 - frozen
    ) -> None:
        self.service = service
        self.auth = auth
        self.explain: Explain | None = None
        self.rate_headers: RateHeaders | None = None
        self.limits = limits
        self.timing = timing
        self.requests = 0
        self._home = Home(service, base_url)
        self._network = network
        self._responder = responder
        self._on_wait = on_wait
        self._among = 1
        self._limiter = PriorityLimiter(limits.concurrency)
        self._rate_limiter = RateLimiter(timing, limits.longest_retry_after)
        self._breaker = Breaker(service, limits, timing)
        self._client: Exchange | None = None
        self._answered: set[str] = set()

    @property
    def base_url(self) -> str:
        """The address below which relative paths go, without a trailing slash."""
        return self._home.base_url

    @property
    def held(self) -> float:
        """For how many seconds more the service has asked this process to send nothing."""
        return self._rate_limiter.held()

    def divide(self, among: int, held: float = 0.0) -> None:
        """Share what the service allows with others: have one part in so many requests in flight, and leave room for those of the others.

        Args:
            among: How many processes use the service at once.
            held: Seconds for which it has asked one of the others to send nothing.
        """
        self._among = max(1, among)
        # The last place is a person's in each process; only the others are divided.
        self._limiter.resize((self.limits.concurrency - 1) // self._among + 1)
        self._rate_limiter.hold_as_others(held)

    def allow(self, url: str, below: str | None = None) -> None:
        """Let requests, with their credentials, go to the origin of ``url`` too; where an answer named it, only ``below`` a domain.

        Raises:
            UnexpectedAnswer: It is no address, one outside that domain, or an http one where the base URL is https.
        """
        self._home.allow(url, below)

    async def get(
        self,
        path: str,
        *,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        accept: Collection[int] = (),
        priority: Priority | None = None,
        authenticate: bool = True,
    ) -> Reply:
        """Send a GET; see `send`."""
        return await self.send("GET", path, params=params, headers=headers, accept=accept, priority=priority, authenticate=authenticate)

    async def post(
        self,
        path: str,
        *,
        params: Params | None = None,
        json: object = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        accept: Collection[int] = (),
        repeatable: bool = False,
        priority: Priority | None = None,
        authenticate: bool = True,
    ) -> Reply:
        """Send a POST; see `send`."""
        return await self.send(
            "POST",
            path,
            params=params,
            json=json,
            form=form,
            headers=headers,
            accept=accept,
            repeatable=repeatable,
            priority=priority,
            authenticate=authenticate,
        )

    async def send(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        json: object = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        accept: Collection[int] = (),
        repeatable: bool | None = None,
        priority: Priority | None = None,
        authenticate: bool = True,
    ) -> Reply:
        """Send a request and return its reply.

        Args:
            method: In capitals.
            path: Relative to the base URL, or an absolute address on an origin that is allowed (a next link).
            params: Added to the query.
            json: Body, encoded as JSON unless None.
            form: Body, encoded as a form.
            headers: Beside those of the authentication.
            accept: Statuses that come back as a reply although they stand for an error.
            repeatable: Whether sending it twice does no harm. GET and HEAD are, anything else only if this says so. What is not
                repeatable is sent again only where it surely was not acted on: no connection came about, or the answer was 429.
            priority: Whose call it is; otherwise that of the running code (`as_person`).
            authenticate: Whether to add the authentication's headers; False only for what authenticates another call.

        Raises:
            RemoteError: The subclass says what can be done about it. `AnswerLost` only where the request was not repeatable and may
                have been acted on.
        """
        call = _Call(
            method=method,
            url=with_query(self._home.resolve(path), params),
            headers=_headers(headers, json=json, form=form),
            body=_body(json, form),
            repeatable=method in _REPEATABLE if repeatable is None else repeatable,
            priority=current_priority() if priority is None else priority,
            authenticate=authenticate,
            accept=frozenset(accept),
        )
        if not authenticate:  # sent to authenticate another call, which the breaker has let through and counts
            return await self._tried(call)
        self._breaker.enter()
        try:
            reply = await self._tried(call)
        except Unreachable:
            self._breaker.failed()
            raise
        except RemoteError:
            self._breaker.succeeded()
            raise
        except BaseException:
            self._breaker.abandoned()
            raise
        self._breaker.succeeded()
        return reply

    async def close(self) -> None:
        """Close the connections; the session opens new ones if it is used again."""
        if self._client is not None:
            exchange, self._client = self._client, None
            await exchange.close()

    async def _tried(self, call: _Call) -> Reply:
        """Send ``call`` until it is answered, it makes no sense any more, or the tries are used up.

        This is where it is decided whether to try again; `_meant` says of an answer, `_fault` of a broken connection, whether that may be.
        """
        tries = 0
        renewed = False
        while True:
            own = await self._own_headers() if call.authenticate else {}
            outcome = await self._once(call, own)
            if isinstance(outcome, Reply):
                return outcome
            error, asked = outcome.error, outcome.retry_after
            refused = call.authenticate and outcome.status in _UNKNOWN_WHO and isinstance(error, CredentialsRejected)
            if refused and not renewed and self.auth is not None and await self.auth.renew(self, own):
                renewed = True
                continue
            tries += 1
            if not outcome.again or tries >= self.limits.tries:
                raise error
            seconds = pause(tries, asked, self.limits, self.timing)
            log.info("%s %s: %s; next try in %.1f s", call.method, _shown(call.url), error.message, seconds)
            if isinstance(error, RateLimited):
                self._rate_limiter.hold(seconds)  # for every call: each would only be told the same
            else:
                end = self.timing.monotonic() + seconds
                await self._wait(partial(self._until, end), f"no good answer from {self.service}")

    async def _own_headers(self) -> Mapping[str, str]:
        if self.auth is None:
            return {}
        own = await self.auth.headers(self)
        for value in own.values():
            if not (value.isascii() and value.isprintable()):  # the library's own complaint would show the value
                raise CredentialsRejected(
                    f"The credentials of {self.service} have characters in them that cannot be sent",
                    service=self.service,
                    remedy="Look for a line break, a space or a quotation mark that was copied along with the key.",
                )
        return own

    async def _once(self, call: _Call, own: Mapping[str, str]) -> Reply | _Failed:
        """Send ``call`` once, when the gate and the rate limit let it through."""
        while True:
            await self._wait(self._rate_limiter.delay, f"rate limited by {self.service}")
            async with self._limiter.slot(call.priority):
                if self._rate_limiter.delay() > 0:  # the last slot's answer closed the window
                    continue
                self._rate_limiter.sending()
                began = self.timing.monotonic()
                try:
                    reply = await self._exchange(Request(call.method, call.url, {**call.headers, **own}, call.body), own)
                except TransportFault as fault:
                    log.debug("%s %s: %s", call.method, _shown(call.url), fault.words)
                    return self._fault(call, fault)
            seconds = self.timing.monotonic() - began
            if log.isEnabledFor(logging.DEBUG):
                log.debug("%s %s: %d, %d bytes, %.3f s", call.method, _shown(call.url), reply.status, len(reply.body), seconds)
            if self.rate_headers is not None:
                in_flight = self._limiter.taken + (self._among - 1) * self._limiter.room
                self._rate_limiter.observe(reply.headers, self.rate_headers, in_flight)
            return self._meant(call, reply)

    async def _exchange(self, request: Request, own: Mapping[str, str]) -> Reply:
        if self._client is None:
            from .client import Exchange

            self._client = Exchange(self._network, self._responder)
        exchange = self._client
        self.requests += 1
        try:
            with watched(self.service, request, own) as answered:
                reply = await exchange.exchange(request, self.limits)
                answered(reply)
        except TransportFault as fault:
            if exchange is not self._client:  # another try would open what was closed on purpose
                raise TransportFault("the connection was closed", sent=fault.sent, hopeless=True) from None
            raise
        host = urlsplit(request.url).netloc
        before = host in self._answered
        if reply.ok and not looks_like_html(reply.body, reply.headers.get("content-type", "")):
            self._answered.add(host)
        return Reply(reply.status, reply.headers, reply.body, reply.url, self.service, before)

    def _meant(self, call: _Call, reply: Reply) -> Reply | _Failed:
        """Return the reply if it is a success or accepted, else the error it stands for and whether to try again."""
        if reply.status in call.accept and not page_about_nothing(reply):
            return reply
        error = (self.explain(reply) if self.explain is not None else None) or error_of(reply)
        if error is None:
            return reply
        asked = retry_after(reply.headers, self.timing.wall())
        if isinstance(error, RateLimited):
            error.retry_after = asked
            return _Failed(error, again=True, retry_after=asked, status=reply.status)
        if not isinstance(error, Unreachable):
            return _Failed(error, again=False, status=reply.status)
        if call.repeatable:
            return _Failed(error, again=True, retry_after=asked, status=reply.status)
        return _Failed(AnswerLost(f"{error.message}; whether the request was carried out is unknown", service=self.service), again=False)

    def _fault(self, call: _Call, fault: TransportFault) -> _Failed:
        message = f"{self.service}: {fault.words}"
        if fault.sent and not call.repeatable:
            return _Failed(AnswerLost(f"{message}; whether the request was carried out is unknown", service=self.service), again=False)
        if fault.sent and fault.hopeless:
            return _Failed(UnexpectedAnswer(message, service=self.service), again=False)
        remedy = (
            "Check base_url and the [network] table of the configuration; the connection is not made without a valid certificate."
            if fault.hopeless
            else f"See whether {urlsplit(call.url).hostname} can be reached from here, then whether {self.service} reports an outage;"
            " what is cached stays usable."
        )
        return _Failed(Unreachable(message, service=self.service, remedy=remedy), again=not fault.hopeless)

    async def _wait(self, left: Callable[[], float], words: str) -> None:
        if left() > 0:
            await wait_visibly(left, words, self.timing, self._on_wait)

    def _until(self, end: float) -> float:
        return end - self.timing.monotonic()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    """A request as it was asked for, before authentication."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes
    repeatable: bool
    priority: Priority
    authenticate: bool
    accept: frozenset[int]


@dataclass(frozen=True, slots=True)
class _Failed:
    """A try that gave no reply to return. ``again`` says whether another try makes sense."""

    error: RemoteError
    again: bool
    retry_after: float | None = None
    status: int = 0


def _headers(given: Mapping[str, str] | None, *, json: object, form: Mapping[str, str] | None) -> dict[str, str]:
    headers = {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": f"jobsync/{__version__}"}
    if json is not None:
        headers["Content-Type"] = "application/json"
    elif form is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    return headers | dict(given or {})


def _body(json: object, form: Mapping[str, str] | None) -> bytes:
    if json is not None:
        return encode_json(json)
    return urlencode(form).encode() if form is not None else b""


def _shown(url: str) -> str:
    """Return ``url`` for a log: without the query, where a service may want its credentials."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}"
