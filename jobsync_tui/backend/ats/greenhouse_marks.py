"""From when on a listing of Greenhouse asks for changes: one time for the jobs, and one for their posts.

A change of a post is none of its job, so there are two lists of changes to ask for. Where nobody waits for the listing, that of the posts
is left out until the last time is half an hour past: most runs of the automatic sync find nothing changed, and one request says so. What
may come late so is the description, the address, and what else is a post's, of cached jobs whose post alone changed. A sync reads its job
live, with its posts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from .values import moment

POSTS_EVERY = timedelta(minutes=30)
"""How far back the posts' changes are known at most before they are asked for, whoever asks; their overlap counts."""


@dataclass(frozen=True, slots=True)
class Marks:
    """The two times, as RFC 3339. As a watermark they are one text where they are the same, which is how watermarks began."""

    jobs: str
    posts: str

    @classmethod
    def of(cls, watermark: str) -> Marks:
        """Read a watermark."""
        jobs, _, posts = watermark.partition(" ")
        return cls(jobs, posts or jobs)

    def text(self) -> str:
        """Return them as a watermark."""
        return self.jobs if self.posts == self.jobs else f"{self.jobs} {self.posts}"

    def posts_due(self, now: datetime) -> bool:
        """Return whether the posts have to be asked for: also where they were, by this clock, in the future."""
        at = moment(self.posts)
        return at is None or not timedelta() <= now - at < POSTS_EVERY
