"""The way to the terminal: driver, keys, painting of what changed, the filter for control characters, colours, the end.

Bytes from the terminal come in as keys and pasted text, and rendered lines go out. Every private name of Textual stands in this room, and
it imports nothing of ours but `backend.core` and `backend.access`.
"""
