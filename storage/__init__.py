"""The shard store: versioned Delta tables of aligned faces, their ledger and their labels."""
