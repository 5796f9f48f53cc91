"""Labels as of a run: the original label of a face with the run's events applied in order."""

import pyarrow as pa
import pyarrow.compute as pc

from storage.store import Dataset


def labels_as_of(dataset: Dataset, run_id: str, epoch: int | None = None) -> dict[str, str]:
    """Emotion of each face after the events of `run_id`, up to and with `epoch`.

    The original labels are never rewritten, so any run and any epoch can be asked for.
    """
    faces = dataset.scan("faces", ["face_id", "emotion"])
    labels = dict(zip(faces["face_id"].to_pylist(), faces["emotion"].to_pylist(), strict=True))
    for event in label_events(dataset, run_id).to_pylist():
        if epoch is None or event["epoch"] <= epoch:
            labels[event["face_id"]] = event["new"]
    return labels


def label_events(dataset: Dataset, run_id: str) -> pa.Table:
    """The events of a run, oldest first."""
    return dataset.scan("labels", filter=pc.field("run_id") == run_id).sort_by(
        [("epoch", "ascending"), ("time", "ascending")]
    )
