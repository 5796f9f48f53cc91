"""Grids of trainings that reproduce the paper's tables."""
