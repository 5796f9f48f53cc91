"""How a benchmark gets into the store: checked, measured, aligned, and never mixed."""
