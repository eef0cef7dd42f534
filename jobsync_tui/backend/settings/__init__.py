"""The configuration: one TOML file, read into frozen values; what is wrong in it is named with its key and line.

Nothing is imported here: who only takes secrets out of texts does not load what reads a configuration.
"""
