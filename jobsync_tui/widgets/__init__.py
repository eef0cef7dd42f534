"""The widgets that Textual does not have: the table of a million rows, the filter bar, a document that scrolls, header and footer.

Values come in by constructor and attribute, and messages in the past tense go out; a widget does not know its screen. They import models,
documents, commands and the terminal, nothing else of ours.
"""
