"""Who is responsible for a job at Greenhouse: lists of their own, of which a single job needs two or three rows.

``/v3/job_owners`` has recruiters, coordinators and sourcers, ``/v3/job_hiring_managers`` the managers, both as ids of users, whose names
are in ``/v3/users`` (the vendor's pages on these lists). A filter takes 50 jobs, so that a page of 500 jobs would cost twenty requests
more: owners are read with single jobs only. Each list has a scope of its own; without them a job has no owner.
"""

from __future__ import annotations

import msgspec

from ..errors import PermissionMissing, RemoteGone, UnexpectedAnswer
from ..http import HttpSession
from .greenhouse_lists import whole_list
from .values import filled

SCOPES = "harvest:job_owners:list, harvest:job_hiring_managers:list and harvest:users:list"


class _Owner(msgspec.Struct):
    user_id: int | None = None
    type: str | None = None
    responsible: bool | None = None


class _User(msgspec.Struct):
    id: int
    name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    primary_email: str | None = None

    @property
    def called(self) -> str | None:
        parts = (part for part in (self.first_name, self.last_name) if filled(part) and part)
        return filled(self.name) or " ".join(parts) or filled(self.primary_email)


class Owners:
    """Tells the owner of single jobs, and remembers the users' names while the program runs."""

    def __init__(self, http: HttpSession) -> None:
        self._http = http
        self._names: dict[int, str | None] = {}

    async def of(self, job_id: int) -> str | None:
        """Return the name of the responsible recruiter, else of any recruiter, else of a hiring manager; None where nobody is named.

        Also None where the credential lacks a scope for that, or the lists are not there: they are needed for nothing else.
        """
        params = {"job_ids": job_id}
        try:
            owners = [each async for each in whole_list(self._http, "job_owners", _Owner, params) if each.type == "recruiter"]
            owners.sort(key=lambda each: not each.responsible)
            if not any(each.user_id for each in owners):
                owners = [each async for each in whole_list(self._http, "job_hiring_managers", _Owner, params)]
            user = next((each.user_id for each in owners if each.user_id), None)
            return None if user is None else await self._name(user)
        except (PermissionMissing, RemoteGone, UnexpectedAnswer):
            return None

    async def _name(self, user: int) -> str | None:
        if user not in self._names:
            found = [each async for each in whole_list(self._http, "users", _User, {"ids": user})]
            self._names[user] = next((each.called for each in found if each.id == user), None)
        return self._names[user]
