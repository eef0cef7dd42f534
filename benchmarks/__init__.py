"""Programs that measure jobsync beside its peers; each prints its figures."""
