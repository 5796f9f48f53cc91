"""What a model said of faces, and what follows from it: scores, comparisons, slices."""
