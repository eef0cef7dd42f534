"""Adapters: one file a provider, each parses and pages in its ATS's wire format and does nothing else."""
