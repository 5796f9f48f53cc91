"""What a person should know, and say so, before anything is collected from a live site."""

from typing import Final

VERSION: Final = "1"
"""Grows when the text says something new: then everyone is asked again."""

TERMS: Final = """\
Before you collect from a live site:

  - YouTube's terms of service forbid downloads and automated access without permission. You need
    the permission of the site or of the rights holders; this program gives none, and evades
    nothing.
  - Faces are personal data. You need a legal basis, a place where people can object, and the will
    to remove whoever asks (`webemotion forget`), everywhere.
  - The EU's AI Act forbids building databases for face recognition by untargeted scraping, and
    the recognition of emotions at work and in education.
  - Of what you collect, share lists of videos and times (`webemotion export --ids`), not images.

docs/terms.md says more, with sources. None of this is legal advice.
"""
