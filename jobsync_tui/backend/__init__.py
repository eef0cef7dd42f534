"""Everything behind the screens and the commands; nothing here imports Textual or Rich."""
