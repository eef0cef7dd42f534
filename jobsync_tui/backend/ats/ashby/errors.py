"""What Ashby's failures mean.

Most come with status 200 and ``success: false``; their codes are texts or objects, and ``errorInfo`` may be null.
"""

from __future__ import annotations

import msgspec

from ...core.errors import CredentialsRejected, PermissionMissing, RateLimited, Refused, RemoteError, RemoteGone
from ...http import Reply, decode_json, excerpt

SERVICE = "Ashby"


class SyncTokenExpired(Refused):
    """The token of an earlier listing is too old: only a full listing helps."""


class _Coded(msgspec.Struct):
    code: str | None = None
    message: str | None = None


class _Errors(msgspec.Struct, rename="camel"):
    success: bool | None = None
    errors: list[_Coded | str | None] | None = None
    error_info: _Coded | None = None


def explain(reply: Reply) -> RemoteError | None:
    """Return the error that an answer stands for, whatever its status, or None where the status alone says it or all is well."""
    if reply.status == 401:
        return CredentialsRejected("Ashby got no API key", service=SERVICE, remedy=_KEY)
    try:
        errors = decode_json(reply.body, _Errors)
    except ValueError:
        return None if reply.status != 403 else CredentialsRejected("Ashby rejected the API key", service=SERVICE, remedy=_KEY)
    if reply.ok and errors.success is not False:
        return None
    codes = _codes(errors)
    if "missing_endpoint_permission" in codes:
        return PermissionMissing(
            f"Ashby does not let this API key ask for {excerpt(reply.url.rpartition('/')[2], 40)}",
            service=SERVICE,
            remedy="Give the key the permissions jobsRead and organizationRead under Admin, Integrations, API Keys.",
        )
    if reply.status == 403:
        return CredentialsRejected("Ashby rejected the API key", service=SERVICE, remedy=_KEY)
    return _by_code(codes, errors) if reply.ok or codes else None


_KEY = "The key is wrong or was deactivated: make one under Admin, Integrations, API Keys, and put it where the configuration points."


def _by_code(codes: list[str], errors: _Errors) -> RemoteError:
    words = f": {excerpt(', '.join(codes))}" if codes else ""
    if errors.error_info is not None and errors.error_info.message:
        words += f" ({excerpt(errors.error_info.message)})"
    if any("token" in code and ("expired" in code or "invalid" in code) for code in codes):
        return SyncTokenExpired(f"Ashby no longer knows the place of the last refresh{words}", service=SERVICE)
    if any("not_found" in code for code in codes):
        return RemoteGone(f"Ashby has nothing of that id{words}", service=SERVICE)
    if any("rate_limit" in code for code in codes):
        return RateLimited(f"Ashby allows no more requests for now{words}", service=SERVICE)
    return Refused(f"Ashby declined the request{words}", service=SERVICE)


def _codes(errors: _Errors) -> list[str]:
    """Return every code there is, in one form: ``sync_token_expired``."""
    found = [each if isinstance(each, str) else each.code or "" for each in errors.errors or () if each is not None]
    if errors.error_info is not None:
        found.append(errors.error_info.code or "")
    return [code for code in dict.fromkeys(each.strip().lower().replace(" ", "_") for each in found) if code]
