"""Who acts: the operating system's account, the admins of the configuration, the SSH session behind a process.

An account and the configuration come in; an `Actor` and a `Guard` that answers what they may use go out. It imports the settings and
core.
"""
