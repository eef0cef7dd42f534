"""Targets: where jobs are created and updated."""
