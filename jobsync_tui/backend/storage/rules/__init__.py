"""The rule set with every revision it ever had, drafts, shadows, and tests.

Rules come in and go out as models; in the database they are JSON. It imports the database and core.
"""
