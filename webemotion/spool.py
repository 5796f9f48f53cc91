"""What became of a video, kept in scratch until its batch is committed.

A killed batch finds here what it had finished, so it downloads and detects nothing twice. A file
is named by the video's id and by a digest of everything that shaped its rows; it appears whole or
not at all.
"""

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from pydantic import BaseModel, TypeAdapter

from storage.ledger import VideoEvent
from storage.schema import FACES
from webemotion.scratch import UNFINISHED_SUFFIX

_EVENT = TypeAdapter(VideoEvent)
_EVENT_KEY = b"event"


@dataclass(frozen=True, slots=True)
class Spool:
    """Finished videos in the folder `folder`, for one configuration."""

    folder: Path
    digest: str

    @classmethod
    def under(
        cls, scratch: Path, dataset_uri: str, *configs: BaseModel, listing: str = ""
    ) -> "Spool":
        """The spool in `scratch` of the videos of a dataset, shaped by `configs` and a listing."""
        text = "\n".join([dataset_uri, listing, *(config.model_dump_json() for config in configs)])
        folder = scratch / "spool"
        folder.mkdir(parents=True, exist_ok=True)
        return cls(folder, hashlib.sha256(text.encode()).hexdigest()[:12])

    def keep(self, event: VideoEvent, faces: pa.Table) -> None:
        """Write what became of a video: its event and its rows of `FACES`, possibly none."""
        table = faces.replace_schema_metadata({_EVENT_KEY: _EVENT.dump_json(event)})
        # Two processes may be at the same video: a batch that was sent again, and its first self.
        with (
            tempfile.NamedTemporaryFile(
                dir=self.folder, suffix=UNFINISHED_SUFFIX, delete=False
            ) as unfinished,
            pa.ipc.new_file(unfinished, table.schema) as out,
        ):
            out.write_table(table)
        Path(unfinished.name).replace(self._path(event.video_id))

    def event(self, video_id: str) -> VideoEvent | None:
        """The event kept for a video, or none."""
        path = self._path(video_id)
        if not path.exists():
            return None
        with pa.OSFile(str(path), "rb") as source, pa.ipc.open_file(source) as file:
            return _EVENT.validate_json(file.schema.metadata[_EVENT_KEY])

    def faces(self, video_id: str) -> pa.Table:
        """The rows kept for a video."""
        with pa.OSFile(str(self._path(video_id)), "rb") as source, pa.ipc.open_file(source) as file:
            return file.read_all().replace_schema_metadata(None).cast(FACES)

    def drop(self, video_id: str) -> None:
        """Remove what was kept for a video, once it is committed."""
        self._path(video_id).unlink(missing_ok=True)

    def _path(self, video_id: str) -> Path:
        return self.folder / f"{video_id}-{self.digest}.arrow"
