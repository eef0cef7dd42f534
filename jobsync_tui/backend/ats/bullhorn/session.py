"""Logging in to Bullhorn: find the data centre, get an authorization code, trade it for tokens, open a REST session.

From the vendor's documentation and SDK: ``loginInfo`` answers 307 where the user lives in another data centre, and that redirect is
followed, the only one anywhere; it carries the user's name and no credential. ``authorize`` hands its code over in a ``Location`` that is
not followed. The user's password goes into that request's query because the API takes it nowhere else; the client secret and the
refresh token go into a form, as OAuth 2 has it (RFC 6749, 4.1.3). What lies beyond the base URL's origin is asked only where Bullhorn's
own answers lead, over https and below its own domain.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qs, urljoin, urlsplit

import msgspec

from ...core.errors import CredentialsRejected, RemoteError, UnexpectedAnswer
from ...http import HttpSession, Reply, Token, error_words, excerpt
from ...settings.secrets import register

DOMAIN = "bullhornstaffing.com"
"""Below which all data centres are; a credential goes nowhere else, whatever an answer says."""
LOGIN_INFO = "rest-services/loginInfo"
SESSION_MINUTES = 60
"""How long a REST session is asked to live; Bullhorn may make it shorter, and a 401 then renews it."""

_MOVED = 307
_TO_CLIENT = frozenset({302, 303, 307})
_DECLINED = frozenset({400, 401, 403})
_HOPS = 4
_ADVICE = (
    "Check username, password, client_id and client_secret of the API user. A new API user has to log in once in a browser, "
    "to accept the terms of service."
)


class _LoginInfo(msgspec.Struct, rename="camel"):
    oauth_url: str
    rest_url: str


class _Tokens(msgspec.Struct):
    access_token: str
    refresh_token: str | None = None


class _Session(msgspec.Struct, rename={"token": "BhRestToken", "rest_url": "restUrl"}):
    token: str
    rest_url: str


class BullhornLogin:
    """Opens REST sessions for one API user; `TokenAuth` sees to it that one caller at a time does.

    Attributes:
        rest_url: Where the API of the user's corporation is, with a slash at the end; None before the first login.
    """

    def __init__(self, credentials: Mapping[str, str]) -> None:
        self.rest_url: str | None = None
        self._credentials = credentials
        self._info: _LoginInfo | None = None
        self._refresh_token: str | None = None

    async def open(self, http: HttpSession) -> Token:
        """Open a session: by the refresh token where there is one and it still holds, else by user and password.

        Raises:
            CredentialsRejected: Bullhorn does not let this user or client in.
        """
        if self._info is None:
            self._info = await self._find_data_centre(http)
        reply = await self._logged_in(http, self._info)
        if not reply.ok:  # now and then a token that was just given counts as expired: a new one by user and password is taken
            reply = await self._logged_in(http, self._info)
        if not reply.ok:
            raise _rejected(http, "does not accept the token that it gave out", error_words(reply.decode(object)))
        session = reply.decode(_Session)
        http.allow(session.rest_url, DOMAIN)
        self.rest_url = _folder(session.rest_url)
        return Token({"BhRestToken": session.token})

    async def _logged_in(self, http: HttpSession, info: _LoginInfo) -> Reply:
        """Return the answer of a login with new tokens, be it that they are declined."""
        tokens = await self._refreshed(http, info) or await self._tokens(http, info, await self._code(http, info))
        register(tokens.access_token)
        if tokens.refresh_token:
            register(tokens.refresh_token)
        reply = await http.post(
            urljoin(_folder(info.rest_url), "login"),
            params={"version": "*", "access_token": tokens.access_token, "ttl": SESSION_MINUTES},
            accept={400},
            authenticate=False,
            repeatable=True,
        )
        self._refresh_token = tokens.refresh_token if reply.ok else None
        return reply

    async def _find_data_centre(self, http: HttpSession) -> _LoginInfo:
        address = LOGIN_INFO
        for _ in range(_HOPS):
            # A redirect's own address may lack the query; the user's name in it is no credential.
            params = None if "?" in address else {"username": self._credentials["username"]}
            reply = await http.get(address, params=params, accept={_MOVED}, authenticate=False)
            if reply.status != _MOVED:
                info = reply.decode(_LoginInfo)
                http.allow(info.oauth_url, DOMAIN)
                http.allow(info.rest_url, DOMAIN)
                return info
            address = _absolute(reply)
            http.allow(address, DOMAIN)
        raise UnexpectedAnswer("Bullhorn sends the login from one data centre to the next without end", service=http.service)

    async def _code(self, http: HttpSession, info: _LoginInfo) -> str:
        reply = await http.get(
            urljoin(_folder(info.oauth_url), "authorize"),
            params={
                "client_id": self._credentials["client_id"],
                "response_type": "code",
                "action": "Login",
                "username": self._credentials["username"],
                "password": self._credentials["password"],
            },
            accept=_TO_CLIENT | _DECLINED,
            authenticate=False,
        )
        # A wrong password gets the login page once more, with status 200.
        found = parse_qs(urlsplit(_absolute(reply)).query) if reply.status in _TO_CLIENT else {}
        code = found.get("code", [""])[0]
        if not code:
            raise _rejected(http, "does not log this user in", found.get("error_description", found.get("error", [""]))[0])
        register(code)
        return code

    async def _tokens(self, http: HttpSession, info: _LoginInfo, code: str) -> _Tokens:
        reply = await self._ask_token(http, info, {"grant_type": "authorization_code", "code": code})
        if not reply.ok:
            raise _rejected(http, "does not accept client_id and client_secret", "")
        return reply.decode(_Tokens)

    async def _refreshed(self, http: HttpSession, info: _LoginInfo) -> _Tokens | None:
        """Return new tokens for the refresh token, which is good for one use, or None where there is none or it holds no longer."""
        token, self._refresh_token = self._refresh_token, None
        if token is None:
            return None
        try:
            reply = await self._ask_token(http, info, {"grant_type": "refresh_token", "refresh_token": token})
            return reply.decode(_Tokens) if reply.ok else None
        except RemoteError:
            return None  # used up, or its answer was lost: user and password still lead in

    async def _ask_token(self, http: HttpSession, info: _LoginInfo, grant: Mapping[str, str]) -> Reply:
        client = {"client_id": self._credentials["client_id"], "client_secret": self._credentials["client_secret"]}
        return await http.post(urljoin(_folder(info.oauth_url), "token"), form={**grant, **client}, accept=_DECLINED, authenticate=False)


def _rejected(http: HttpSession, what: str, reason: str) -> CredentialsRejected:
    because = f" ({excerpt(reason)})" if reason else ""
    return CredentialsRejected(f"{http.service} {what}{because}", service=http.service, remedy=_ADVICE)


def _absolute(reply: Reply) -> str:
    """Return where a redirect leads, or nothing where its ``Location`` is no address."""
    try:
        return urlsplit(urljoin(reply.url, reply.headers.get("location", ""))).geturl()
    except ValueError:
        return ""


def _folder(url: str) -> str:
    return url if url.endswith("/") else f"{url}/"
