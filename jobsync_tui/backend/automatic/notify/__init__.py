"""Sending alerts out: one digest for all that is new, by a webhook and by a command, both named in the configuration file only.

A digest comes in and goes out as JSON; an alert that nobody took is tried again. It imports http and core.
"""
