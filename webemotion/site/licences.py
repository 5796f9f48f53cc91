"""Licences of videos, as their pages name them; None is the site's standard licence."""


def is_creative_commons(licence: str | None) -> bool:
    """Whether a licence is one of Creative Commons."""
    return "creative commons" in (licence or "").lower()
