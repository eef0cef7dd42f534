"""What is kept of the automatic sync: its schedule and slots, what was decided for each job, batches of large runs, workers, alerts.

Decisions and signs of life come in, and what is due, open or to be told goes out. It imports the database, the tables of jobs and core.
"""
