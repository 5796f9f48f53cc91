"""The demo's world as the stand-in site's catalogue."""

from pathlib import Path
from typing import Final

from demo.catalogue import Catalogue, CatalogueVideo
from demo.manifest import World, WorldVideo

_NOT_FOUND: Final = 404
_FPS: Final = 12


def catalogue_of(world: World, folder: Path) -> Catalogue:
    """What the stand-in site has to serve; ``folder`` is where the world was built."""
    videos = {video.video_id: _entry(video, folder) for video in world.videos}
    return Catalogue(videos, world.results())


def _entry(video: WorldVideo, folder: Path) -> CatalogueVideo:
    return CatalogueVideo(
        video.video_id,
        video.title,
        media=folder / video.file if video.file else None,
        channel_id=video.channel_id,
        duration_s=video.duration_s,
        fps=_FPS,
        licence=video.licence,
        status="private" if video.trait == "private" else "ok",
        media_status=_NOT_FOUND if video.trait == "gone" else 200,
    )
