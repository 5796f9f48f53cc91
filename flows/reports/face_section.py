"""The section of faces: which are shown, and why some have no picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flows.reports.faces import Answer, chosen, pictures_of
from flows.reports.finished_run import FinishedRun
from storage.errors import StoreError
from storage.store import Dataset, open_store


@dataclass(frozen=True, slots=True)
class FaceSection:
    """What the section shows.

    Attributes:
        groups: way → words such as "surest right" → answers.
        pictures: face_id → URL of data.
        missing: what is not there, in a sentence; empty if all is.
    """

    groups: Mapping[str, Mapping[str, Sequence[Answer]]]
    pictures: Mapping[str, str]
    missing: str


def face_section(run: FinishedRun, store: str | None) -> FaceSection:
    """The faces of a run's best weights, with their pictures from the store as it is now.

    Args:
        run: with its predictions.
        store: its address; none for the one that the run recorded.

    Raises:
        ValueError: `store` is no address of a store.
    """
    groups = {way.name: chosen(way.said["best"]) for way in run.ways if "best" in way.said}
    wanted = {a.face_id for way in groups.values() for answers in way.values() for a in answers}
    try:
        pictures = pictures_of(_dataset(run, store), wanted)
    except StoreError as error:
        return FaceSection(groups, {}, f"No picture could be read. {error}.")
    return FaceSection(groups, pictures, _missing(len(wanted), len(wanted) - len(pictures)))


def _dataset(run: FinishedRun, store: str | None) -> Dataset:
    recorded = run.parameters.get("store", "data/store")
    return open_store(store or recorded).dataset(run.parameters["dataset"])


def _missing(wanted: int, count: int) -> str:
    if not count:
        return ""
    return (
        f"{count} of {wanted} pictures are missing: these faces are no longer in the store"
        " (forgotten since), or do not decode."
    )
