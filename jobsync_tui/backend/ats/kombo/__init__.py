"""Kombo, one API in front of many ATSs: the adapter, and what its error codes ask of whom."""
