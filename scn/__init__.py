"""Facial-expression models from noisy labels: the Self-Cure Network (arXiv 2002.10392)."""
