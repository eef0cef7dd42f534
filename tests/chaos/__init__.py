"""Processes that are killed, and processes that race each other, against the independent server; the checker looks at what is left."""
