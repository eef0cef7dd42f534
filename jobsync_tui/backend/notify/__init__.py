"""Sending troubles out: one digest for all that is new, by a webhook and by a command, both named in the configuration file only."""
