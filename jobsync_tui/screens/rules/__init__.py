"""The screens about rules: their list, the editor, the impact of a change, shadows, revisions and coverage.

They are given rules and what they come to in the cache, and lead to the dialog that saves a change. They may import the editor, widgets,
documents and the base of all screens.
"""
