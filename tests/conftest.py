"""What holds for every test."""

from __future__ import annotations

from hypothesis import settings

# Machines that run several suites side by side are slow at times; a slow example is no failure.
settings.register_profile("jobsync", deadline=None)
settings.load_profile("jobsync")
