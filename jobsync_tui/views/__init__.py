"""What the dialogs say, as lines: pure functions from models to a `Sheet`, without a widget in sight.

A sheet is shown by `widgets.sheet.SheetView` and copied by `sheet.as_text`; both say the same.
"""
