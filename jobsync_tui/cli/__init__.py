"""The command line: one file a family of commands. It asks the backend and prints; it never decides."""
