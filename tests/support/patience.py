"""How long tests wait for what has to come."""

PATIENCE = 60.0
"""Seconds until a test gives up waiting: long, since it costs only a test that fails, and machines that run several at once are slow.
What has to be over sooner is measured by the test that promises it."""
