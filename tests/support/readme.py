"""The key table of the README, made from the declaration of the commands. Run as a module, it writes the table into the README."""

from __future__ import annotations

from pathlib import Path

from jobsync_tui.commands import key_table

README = Path(__file__).parents[2] / "README.md"
OPENING = "<!-- keys: made from jobsync_tui/commands/ by make readme -->\n"
CLOSING = "<!-- /keys -->"


def with_key_table(text: str) -> str:
    """Return the README's text with the key table as it has to be."""
    before, opening, rest = text.partition(OPENING)
    _, closing, after = rest.partition(CLOSING)
    if not opening or not closing:
        raise ValueError("the README has lost the marks around its key table")
    return f"{before}{opening}\n{key_table().strip()}\n\n{closing}{after}"


if __name__ == "__main__":
    README.write_text(with_key_table(README.read_text(encoding="utf-8")), encoding="utf-8")
