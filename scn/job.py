"""A run that several processes do together: ``torchrun … -m scn.job job.json``.

The file says what each process needs; all read the same. On more than one machine the store and the
run's folder must be reachable from each.
"""

import os
import signal
import sys
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from scn.config import TrainConfig
from scn.errors import ScnError
from scn.faces import FacesSource, open_faces
from scn.fitting import Report, fit
from storage.errors import StoreError


class Job(BaseModel):
    """What to train, on what, and where; see `scn.fitting.fit`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    faces: FacesSource
    train: TrainConfig
    folder: Path
    initial: Path | None = None


def run(job: Job) -> None:
    """Do this process's part of a job."""
    faces = open_faces(job.faces, job.train)
    said = Report(start=lambda copied: print(*copied, sep="\n", flush=True))
    fit(
        job.train,
        faces.train,
        faces.validation,
        faces.classes,
        job.folder,
        initial=job.initial,
        report=said,
        selection=job.faces.protocol.selection,
    )


def main() -> int:
    """Do the job that the argument names."""
    try:
        run(Job.model_validate_json(Path(sys.argv[1]).read_text()))
    except (ScnError, StoreError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr, flush=True)
        if not isinstance(error, StoreError):
            _end_all()
        return 2
    return 0


def _end_all() -> None:
    """Let torchrun end, which would start all processes again to come to the same."""
    if "TORCHELASTIC_RUN_ID" in os.environ:
        os.kill(os.getppid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
