"""jobsync: puts jobs from an applicant tracking system into Tenzo, by rules, with every reason shown."""

__version__ = "0.3.0.dev0"
