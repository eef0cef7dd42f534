"""An exported file as an ATS: finding the file, reading its rows, and making jobs of them by a table of columns."""
