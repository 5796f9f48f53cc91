"""A video's identifier → a file in scratch."""

import re
import tempfile
from pathlib import Path
from typing import Final

from webemotion.errors import LocalFault
from webemotion.site.containers import container_of
from webemotion.site.web_config import DownloadConfig
from webemotion.site.ytdlp_call import call
from webemotion.video import Video

_VIDEO_ID: Final = re.compile(r"[A-Za-z0-9_-]{11}")


def download(video_id: str, scratch: Path, config: DownloadConfig) -> Video:
    """Fetch the pictures of one video; the caller deletes the file.

    A failure leaves nothing behind in ``scratch``.

    Raises:
        ValueError: ``video_id`` is not 11 letters, digits, ``_`` or ``-``.
        CollectionError: the video is out of reach; its ``decision`` says what to do.
    """
    if not _VIDEO_ID.fullmatch(video_id):
        msg = f"video_id is {video_id!r}; it must be 11 letters, digits, '_' or '-'"
        raise ValueError(msg)
    try:
        with tempfile.TemporaryDirectory(dir=scratch, prefix="download-") as folder:
            return _download(video_id, scratch, Path(folder), config)
    except OSError as error:
        raise LocalFault(str(error)) from error


def _download(video_id: str, scratch: Path, folder: Path, config: DownloadConfig) -> Video:
    media = folder / "media"
    media.mkdir()
    request = {
        "task": "download",
        "video_id": video_id,
        "folder": str(media),
        "config": config.model_dump(),
    }
    fields = call(request, deadline_s=config.deadline_s, folder=folder)
    fetched = Path(fields.pop("path"))
    path = fetched.rename(scratch / f"{video_id}.{container_of(fetched)}")
    return Video(video_id=video_id, path=path, **fields)
