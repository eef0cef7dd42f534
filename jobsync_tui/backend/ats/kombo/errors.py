"""Kombo's error codes and what each asks of whom (docs.kombo.dev/guides/errors). The code decides, never the message or the status."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from ...core.errors import CredentialsRejected, NotReady, PermissionMissing, RateLimited, Refused, RemoteError, Unreachable
from ...http import Reply, decode_json, excerpt


@dataclass(frozen=True, slots=True)
class _Meaning:
    kind: type[RemoteError]
    message: str
    remedy: str


_WAIT = "Wait until Kombo has finished its first sync with the ATS, then refresh again; the cached jobs stay as they are."
_LATER = "Try again in some minutes; if it goes on, look at the integration in Kombo's dashboard."

_MEANINGS = {
    "PLATFORM.AUTHENTICATION_INVALID": _Meaning(
        CredentialsRejected,
        "Kombo rejected the API key",
        "Put a valid key of the right Kombo environment (and region: see base_url) where credentials.api_key points.",
    ),
    "PLATFORM.INTEGRATION_NOT_FOUND": _Meaning(
        CredentialsRejected,
        "Kombo knows no integration of that id",
        "Check credentials.integration_id against Kombo's dashboard; the id belongs to one environment and region.",
    ),
    "PLATFORM.IP_NOT_WHITELISTED": _Meaning(
        PermissionMissing,
        "Kombo does not accept requests from this address",
        "Add this machine's address to the allow list in Kombo's dashboard.",
    ),
    "PLATFORM.RATE_LIMIT_EXCEEDED": _Meaning(RateLimited, "Kombo allows no more requests for now", _LATER),
    "PLATFORM.CONCURRENCY_LIMIT_EXCEEDED": _Meaning(RateLimited, "Kombo allows no more requests at once", _LATER),
    "PLATFORM.INPUT_INVALID": _Meaning(
        Refused, "Kombo declined the request", "If it happens every time, report it: jobsync asks in a way Kombo dislikes."
    ),
    "PLATFORM.UNKNOWN_ERROR": _Meaning(Unreachable, "Kombo has a fault on its side", _LATER),
    "PLATFORM.TASK_TIMED_OUT": _Meaning(Unreachable, "Kombo took too long", _LATER),
    "INTEGRATION.PERMISSION_MISSING": _Meaning(
        PermissionMissing,
        "The ATS behind Kombo does not let Kombo read this",
        "Let an administrator of the ATS give Kombo's access the permission to read jobs.",
    ),
    "INTEGRATION.AUTHENTICATION_INVALID": _Meaning(
        CredentialsRejected,
        "The ATS behind Kombo no longer accepts Kombo's login",
        "Reconnect the integration in Kombo's dashboard; the key of jobsync is not the cause.",
    ),
    "INTEGRATION.QA_FAILED": _Meaning(
        NotReady, "Kombo is still checking this integration", "Wait until Kombo has passed it, or ask Kombo's support."
    ),
    "INTEGRATION.SETUP_SYNC_PENDING": _Meaning(NotReady, "Kombo has not finished its first sync of this integration", _WAIT),
    "INTEGRATION.SETUP_INCOMPLETE": _Meaning(
        NotReady, "The integration is not set up completely in Kombo", "Finish its set-up in Kombo's dashboard, then refresh again."
    ),
    "INTEGRATION.INACTIVE": _Meaning(NotReady, "The integration is switched off in Kombo", "Switch it on again in Kombo's dashboard."),
    "INTEGRATION.MODEL_NOT_AVAILABLE": _Meaning(
        PermissionMissing, "Kombo gives no jobs for this ATS", "Ask Kombo whether its jobs model exists for this ATS."
    ),
    "INTEGRATION.MODEL_DISABLED": _Meaning(
        PermissionMissing,
        "Jobs are switched off for this integration in Kombo",
        "Enable the jobs model in the scopes of the integration in Kombo.",
    ),
    "REMOTE.SERVICE_UNAVAILABLE": _Meaning(Unreachable, "The ATS behind Kombo is away", _LATER),
    "REMOTE.RATE_LIMIT_EXCEEDED": _Meaning(RateLimited, "The ATS behind Kombo allows no more requests for now", _LATER),
    "REMOTE.INPUT_INVALID": _Meaning(Refused, "The ATS behind Kombo declined the request", _LATER),
    "REMOTE.UNKNOWN_HTTP_ERROR": _Meaning(Unreachable, "The ATS behind Kombo failed", _LATER),
}


class _Error(msgspec.Struct):
    message: str = ""
    code: str | None = None


class _ErrorAnswer(msgspec.Struct):
    error: _Error
    status: str | None = None


_LONGEST = 20_000
"""Bytes that no error of Kombo's has: a page of jobs is not looked through for one."""


def explain(reply: Reply) -> RemoteError | None:
    """Return the error in Kombo's own terms, or None where the reply is none or has no code that is known."""
    if reply.ok and (len(reply.body) > _LONGEST or b'"error"' not in reply.body):
        return None
    try:
        answer = decode_json(reply.body, _ErrorAnswer)
    except ValueError:
        return None
    if reply.ok and answer.status != "error":
        return None
    error = answer.error
    meaning = _MEANINGS.get(error.code or "")
    if meaning is None:
        return None
    words = excerpt(error.message)
    return meaning.kind(f"{meaning.message}: {words}" if words else meaning.message, service=reply.service, remedy=meaning.remedy)
