"""What commands show of a store, and take out of it."""
