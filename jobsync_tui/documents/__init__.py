"""What screens and commands say, as lines: pure functions from models to a `Document`.

A model comes in (a plan, an eligibility, the history of a job) and lines with a tone go out, to be shown, printed or copied. It imports
the editor's tree of a rule, the commands (for key names), and core, never a widget.
"""
