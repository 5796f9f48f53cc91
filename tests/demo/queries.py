"""Queries for the worlds of the tests."""

from scn.emotions import EMOTIONS

QUERIES = {emotion: tuple(f"{emotion} face {n}" for n in range(3)) for emotion in EMOTIONS}
