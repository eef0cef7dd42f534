"""The parser's scanner, with tabs between the parts of a line: YAML has them as separation, and as indentation it has not."""

from __future__ import annotations

from ruamel.yaml.scanner import Scanner


class TabScanner(Scanner):
    """Skips tabs behind what stands on a line, as behind the colon of a key."""

    def scan_to_next_token(self) -> None:
        """Go on to the next token, over blanks, tabs, comments and line breaks."""
        super().scan_to_next_token()
        while self.reader.peek() == "\t" and self._begun():
            while self.reader.peek() in " \t":
                self.reader.forward()
            super().scan_to_next_token()

    def _begun(self) -> bool:
        """Return whether something stands on the line before this place: a tab there is no indentation."""
        column: int = self.reader.column
        return any(self.reader.peek(-back) not in " \t" for back in range(1, column + 1))
