"""Greenhouse by Harvest v3: the adapter, the lists that jobs are joined with, and its access tokens."""
