"""A table over a list of any length: it knows the rows that can be seen, and reads others by window as they are scrolled to.

Rows come from a reader that asks the backend, and selections and movements go out as messages under the names that `DataTable` gave them.
It imports nothing of ours but the terminal and other widgets.
"""
