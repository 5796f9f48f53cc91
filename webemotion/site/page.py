"""What the page of a video says today, and whether the video must leave the store for it."""

from dataclasses import dataclass

from storage.ledger import VideoEvent
from webemotion.errors import CollectionError, Gone, Private
from webemotion.site.licences import is_creative_commons
from webemotion.site.web_config import DownloadConfig
from webemotion.site.ytdlp_call import call


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says."""

    title: str
    channel_id: str | None
    licence: str | None
    """None is the site's standard licence."""


def read_page(video_id: str, config: DownloadConfig) -> Page:
    """Ask for the page of a video, without its pictures.

    Raises:
        CollectionError: there is none, or it was not to be had; its ``reason`` says which.
    """
    request = {"task": "page", "video_id": video_id, "config": config.model_dump()}
    return Page(**call(request, deadline_s=config.deadline_s))


def departure(event: VideoEvent, found: Page | CollectionError) -> str | None:
    """Why a collected video must be forgotten; None if it may stay, or if nobody can tell now.

    It must if its owner removed it or shows it to nobody, or gave it another licence than the one
    it was collected under, unless that is Creative Commons.
    """
    if isinstance(found, Gone | Private):
        return found.reason
    if isinstance(found, CollectionError) or found.licence == event.licence:
        return None
    if is_creative_commons(found.licence):
        return None
    return f"relicensed, from {event.licence or 'standard'} to {found.licence or 'standard'}"
