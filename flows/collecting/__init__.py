"""What a collection does beside the stages of `webemotion`: batches, budgets, walls, searches."""
