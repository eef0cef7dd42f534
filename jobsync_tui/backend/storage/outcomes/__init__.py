"""What the rules came to for each cached job, kept until the job, the rules, the policy or the day changes.

Distinct outcomes come in by batch; counts, filters and coverage are answered from them. It imports the database, the tables of jobs and
core.
"""
