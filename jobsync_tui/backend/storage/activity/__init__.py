"""What was done, newest first: runs of the timer and rows of the record as one list, asked for by a filter.

A filter comes in as text, pages of runs and rows go out. It imports the database, the search for jobs, the ledger and the automatic sync.
"""
