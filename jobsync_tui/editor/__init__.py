"""A rule while it is edited: its tree of conditions, the values typed into it, the undo stack, and the change to be saved.

A rule or a draft comes in, and a `RuleChange` goes out to the dialog that asks before it is saved. It holds no widget and imports only
`documents` and the backend's models.
"""
