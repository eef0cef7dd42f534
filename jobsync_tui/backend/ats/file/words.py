"""The words of exports: for a status, for who may see a job, for yes and no, and for nothing."""

from __future__ import annotations

import re

from ...core.models import JobStatus, Visibility

_STATUS = {
    JobStatus.OPEN: "open|active|live|published|posted|advertised|reopened|re opened|recruiting|actively recruiting|hiring|actively hiring|"
    "sourcing|interviewing|in progress|ongoing|current|accepting candidates|accepting applications|accepting applicants|"
    "accepting resumes|open for applications",
    JobStatus.CLOSED: "closed|filled|placed|hired|lost|won|cancelled|canceled|expired|inactive|complete|completed|withdrawn|ended|finished|"
    "deactivated|no longer accepting candidates|not accepting candidates|no longer accepting applications|not accepting applications|"
    "position filled|position closed|closed filled|closed lost|closed won|closed cancelled|closed canceled",
    JobStatus.DRAFT: "draft|pending|pending approval|awaiting approval|waiting for approval|unpublished|not published|unapproved|in draft",
    JobStatus.ARCHIVED: "archived|archive",
    JobStatus.ON_HOLD: "on hold|hold|onhold|paused|suspended|frozen|postponed|deferred|hold for approval|temporarily closed",
}
STATUS = {word: status for status, words in _STATUS.items() for word in words.split("|")}
"""The common English words of the trade, with blanks for hyphens and underscores; a job's own list of words comes before them."""
_SUFFIX = re.compile(r"\s*(?:[(\[:;,/|]|\s[-\u2013\u2014]|[-\u2013\u2014]\s).*", re.DOTALL)

VISIBILITY = {
    "public": Visibility.PUBLIC,
    "published": Visibility.PUBLIC,
    "external": Visibility.PUBLIC,
    "internal": Visibility.INTERNAL,
    "internal only": Visibility.INTERNAL,
    "confidential": Visibility.CONFIDENTIAL,
    "private": Visibility.CONFIDENTIAL,
    "unlisted": Visibility.UNLISTED,
    "hidden": Visibility.UNLISTED,
    "yes": Visibility.CONFIDENTIAL,
    "true": Visibility.CONFIDENTIAL,
}
"""A column of yes and no can only be one that asks whether the job is confidential; "no" does not say who sees it."""
_YES = frozenset(
    {
        "true", "yes", "y", "1", "1.0", "x", "ja", "j", "oui", "o", "si", "s\u00ed", "s\u00ec", "sim", "tak", "ano",
        "remote", "fully remote", "100% remote",
    }
)  # fmt: skip
_NO = frozenset(
    {
        "false", "no", "n", "0", "0.0", "nein", "non", "nee", "n\u00e3o", "nao", "nie", "nej", "ne",
        "onsite", "on-site", "on site", "on_site", "in office", "office", "hybrid",
    }
)  # fmt: skip
"""Yes and no in the languages that exports come in."""
_REMARK = re.compile(r"\s*(?:\(.*\)|[,;:/-]\s.*)$", re.DOTALL)
"""What stands behind the word: "Remote (US)", "remote - Germany"."""

ERRORS = frozenset({"#n/a", "#ref!", "#value!", "#name?", "#div/0!", "#null!", "#num!", "#spill!", "#calc!", "#getting_data", "#field!"})
"""What Excel writes for a formula that failed."""
NOTHING = frozenset({"n/a", "na", "n.a.", "null", "none", "nil", "nan", "nat", "-", "--", "\u2013", "\u2014", "undefined", "(blank)", "?"})
"""What people and programs write where there is nothing. In a text it may be meant; where a date or yes and no stand, it is nothing."""


def status_word(word: str | None) -> JobStatus:
    """Return the status that a common word stands for, whatever stands behind it ("Closed - Filled"); ``unknown`` for any other."""
    if not word:
        return JobStatus.UNKNOWN
    for each in (word, _SUFFIX.sub("", word)):
        found = STATUS.get(" ".join(re.sub(r"[-_\u2013\u2014]", " ", each).casefold().split()))
        if found is not None:
            return found
    return JobStatus.UNKNOWN


def truth_word(word: str) -> bool | None:
    """Return whether a word says yes or no, whatever stands in brackets behind it; None where it says neither."""
    folded = word.strip().casefold()
    for each in (folded, _REMARK.sub("", folded)):
        if each in _YES or each in _NO:
            return each in _YES
    return None
