"""The cache of jobs: what refreshes fill, screens and commands read, and syncs mark, with the state of each integration's refresh.

Jobs come in by page or one by one and go out by id, by window or as columns. It imports the database and core.
"""
