"""The demonstration: several ATSs answering in their wire formats inside the process, rules, and a local target with people in it."""

from .check import CheckStep, run_check
from .session import DEFAULT_JOBS, DEFAULT_SEED, Sandbox, make_sandbox

__all__ = ["DEFAULT_JOBS", "DEFAULT_SEED", "CheckStep", "Sandbox", "make_sandbox", "run_check"]
