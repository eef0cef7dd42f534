"""Greenhouse's access tokens: client credentials on behalf of a user (harvestdocs.greenhouse.io, "authentication").

The token endpoint's own error texts are never repeated: one of them echoes the client id.
"""

from __future__ import annotations

import msgspec

from ...core.errors import CredentialsRejected
from ...http import FetchToken, HttpSession, Token, basic

DEFAULT_URL = "https://auth.greenhouse.io/token"

_REMEDY = (
    "Check client_id and client_secret: they are those of a Harvest v3 (OAuth) credential in Greenhouse's Dev Center, "
    "not an API key of Harvest v1. user_id is the number of a Site Admin."
)


class _Answer(msgspec.Struct):
    access_token: str
    expires_in: float | None = None


def fetcher(url: str, client_id: str, client_secret: str, user_id: str) -> FetchToken:
    """Return what fetches a token from ``url`` for a user of Greenhouse."""
    form = {"grant_type": "client_credentials"} | ({"sub": user_id} if user_id else {})

    async def fetch(http: HttpSession) -> Token:
        reply = await http.post(
            url,
            form=form,
            headers={"Authorization": basic(client_id, client_secret)},
            accept={400, 401, 403},
            repeatable=True,
            authenticate=False,
        )
        if not reply.ok:
            raise CredentialsRejected(f"{http.service} rejected the client id or the client secret", service=http.service, remedy=_REMEDY)
        answer = reply.decode(_Answer)
        return Token({"Authorization": f"Bearer {answer.access_token}"}, answer.expires_in)

    return fetch
