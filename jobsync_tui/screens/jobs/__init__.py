"""The screens about jobs: the list, what can be done from it, Check Eligibility, Search ATS Job and the history of a job.

They are given the application's backend and an integration, and lead on to syncs and rules. They may import widgets, documents and the
base of all screens.
"""
