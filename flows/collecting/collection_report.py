"""What a person sees of a collection in the Prefect UI."""

from collections.abc import Mapping

from prefect.artifacts import (
    create_image_artifact,
    create_markdown_artifact,
    create_table_artifact,
)

from flows.collecting.datasheet import datasheet
from flows.pictures import contact_sheet, data_url, faces_per_emotion
from storage.ledger import Ledger
from storage.store import Dataset
from storage.yields import YIELD_COLUMNS, outcomes, stage_counts, yield_by_emotion


def show_collection(dataset: Dataset, failures: Mapping[str, int]) -> None:
    """Yield per emotion, drop reasons, counts of stages, failed queries, datasheet, contact sheet.

    Args:
        dataset: what was collected.
        failures: reason → number of queries that failed.
    """
    ledger = Ledger(dataset)
    create_table_artifact(
        yield_by_emotion(ledger.each(*YIELD_COLUMNS)), "yield", "Yield per emotion"
    )
    drops = [
        {"state": state, "reason": reason, "videos": videos}
        for (state, reason), videos in outcomes(ledger.each()).items()
    ]
    create_table_artifact(drops, "drops", "Videos by state and reason")
    counted = stage_counts(ledger.each("counts"))
    stages = [{"stage": name, "count": count} for name, count in counted.items()]
    create_table_artifact(
        stages, "stages", "Detections, tracks, clips, faces and what was left out"
    )
    if failures:
        failed = [{"reason": reason, "queries": n} for reason, n in failures.items()]
        create_table_artifact(
            failed, "failed-queries", "Queries that failed; the next run repeats them"
        )
    create_markdown_artifact(datasheet(dataset), "datasheet", f"Datasheet of {dataset.name}")
    sheet = contact_sheet(faces_per_emotion(dataset))
    create_image_artifact(data_url(sheet), "contact-sheet", "Aligned faces per emotion")
