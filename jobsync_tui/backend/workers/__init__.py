"""Workers: several processes, on any number of hosts, that share the automatic sync by way of procrastinate on PostgreSQL.

The engine only triggers. That a slot is run once, that an integration has one run at a time and that nothing is written twice is up to
the schedule, the leases and the journal, as in a single process.
"""
