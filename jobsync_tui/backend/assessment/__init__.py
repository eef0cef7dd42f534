"""The rules over the whole cache: which jobs are eligible, what a change would do, what is wrong, how far the rules reach.

Rules and columns of cached jobs come in; cached outcomes, an impact, findings and counts go out. It imports rules, storage and core.
"""
