"""The automatic sync: its schedule, one run, the distribution of a large run over workers, the guards, and the alerts it raises.

A slot of the schedule comes in; refreshes and syncs go out through the rooms that a person's go through, and a decision is kept for each
job. It imports refresh, assessment, sync, storage and core.
"""
