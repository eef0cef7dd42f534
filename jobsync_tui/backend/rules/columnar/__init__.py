"""The rules over many jobs at once: the same answers as for one job, without the explanations, some hundred thousand jobs a second.

A batch of jobs as columns comes in, and sets of rows go out: matched, applied, eligible. It imports the rest of the rules and core.
"""
