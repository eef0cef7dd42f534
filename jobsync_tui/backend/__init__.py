"""Everything behind the screens and the commands: ATSs, rules, the cache, the sync, the target.

Screens and commands come in through `services.backend.Backend`, and models go out. Nothing here imports Textual or Rich.
"""
