"""Everything that is kept: the cache of jobs, the rules, the state of integrations, and the ledger of syncs."""
