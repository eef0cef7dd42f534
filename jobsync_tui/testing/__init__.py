"""What a package with an adapter of its own tests it with: the contract that every adapter keeps, and a simulated ATS on a real socket.

`contract.AdapterContract` is the suite, `wire.Wire` what a provider's simulator has to say. pytest finds `plugin` by itself once jobsync is
installed beside it. Nothing else of jobsync uses this room.
"""
