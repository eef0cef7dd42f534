"""Everything that is kept: the cache of jobs, the rules, the outcomes of their evaluation, the ledger of syncs, the automatic sync.

Models come in and go out; rows and SQL stay inside. It imports core and, for what a rule is, the rules' model.
"""
