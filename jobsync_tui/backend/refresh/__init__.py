"""Bringing the cache of one integration up to date with its ATS, page by page, resumable where it stopped.

Pages of jobs come in from an adapter and go out into storage; what is gone, set aside or missing is told in the report. It imports ats,
storage and core.
"""
