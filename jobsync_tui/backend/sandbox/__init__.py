"""The demonstration: several ATSs answering in their wire formats inside the process, rules, and a local target with people in it."""
