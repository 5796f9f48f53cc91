"""A training as tasks: its start, its test, and what a person sees of it."""
