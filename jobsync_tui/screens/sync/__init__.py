"""The dialogs around a sync: Confirm Sync of one job or several, the sync as it runs, its result, and Confirm Undo.

A plan comes in and a confirmation goes out; the sync itself belongs to the application, so that it outlives its dialog. They may import
widgets, documents and the base of all screens.
"""
