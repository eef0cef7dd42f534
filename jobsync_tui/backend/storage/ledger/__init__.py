"""The ledger of every write to the target: the journal of operations, the leases on jobs, and the audit record, moved together.

Intents and results come in and are on disk before the next step is taken; what is open, leased or recorded goes out. It imports the
database and core.
"""
