"""Bullhorn: the adapter, its rows as they are answered, and its log-in through several hosts."""
