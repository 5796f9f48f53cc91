"""The commands of `webemotion`, by subject, and how they read settings and end."""
