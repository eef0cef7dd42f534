"""Ashby: the adapter, its rows as they are answered, and what its failures mean."""
