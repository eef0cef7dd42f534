"""The terminal application as a whole: its start and end, the terminal under it, and which route leads to which screen.

Key presses and news from workers come in; screens, refreshes and syncs are started from here. It may import the screens and all below them;
nothing but what starts it, the command line, imports it.
"""
