"""Scores from stored predictions."""
