"""The book of labels: the current label of each sample, and every change as an event.

A dataset never changes. Changes are noted batch by batch, and decided on when the epoch closes,
unless they count at once.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from torch import Tensor

from scn.config.relabeling_options import RelabelingOptions
from scn.relabeling import Proposals
from storage.schema import LABELS

Int64Array = npt.NDArray[np.int64]
Event = dict[str, Any]

EVENTS: Final = pa.schema(
    [
        ("index", pa.int64()),
        ("epoch", pa.int32()),
        ("old", pa.int16()),
        ("new", pa.int16()),
        ("p_max", pa.float32()),
        ("p_given", pa.float32()),
        ("importance", pa.float32()),
        ("time", pa.timestamp("us", tz="UTC")),
    ]
)
_KEPT: Final = ("epoch", "p_max", "p_given", "importance", "time")
_NONE: Final = -1


@dataclass(slots=True)
class LabelBook:
    """Current labels and all changes.

    Attributes:
        options: the brakes, see `scn.config.relabeling_options`.
        labels: int64 [N], the current class index of each sample.
        events: one mapping a change, with the columns of `EVENTS`.
        pending: changes that the open epoch has proposed.
        proposed: int64 [N], the class that the last closed epoch proposed, or −1.
        streak: int64 [N], epochs in a row that proposed it.
        changes: int64 [N], how often each label changed.
    """

    options: RelabelingOptions
    labels: Int64Array
    events: list[Event]
    pending: list[Event]
    proposed: Int64Array
    streak: Int64Array
    changes: Int64Array

    @classmethod
    def of(cls, given: Int64Array, options: RelabelingOptions) -> "LabelBook":
        """A book in which nothing has changed yet."""
        zeros = np.zeros_like(given)
        return cls(options, given.copy(), [], [], np.full_like(given, _NONE), zeros, zeros.copy())

    def note(
        self, epoch: int, indexes: Int64Array, proposals: Proposals, importance: Tensor
    ) -> None:
        """Keep a batch's changes until the epoch closes, or let them count at once.

        A sample that comes twice in a batch changes once, by its last proposal.
        """
        new = proposals.new.cpu().numpy()
        columns = [
            t.float().cpu().numpy() for t in (proposals.p_max, proposals.p_given, importance)
        ]
        events: dict[int, Event] = {}
        for row in np.flatnonzero(new != self.labels[indexes]):
            index = int(indexes[row])
            p_max, p_given, alpha = (float(column[row]) for column in columns)
            events[index] = {
                "index": index,
                "epoch": epoch,
                "old": int(self.labels[index]),
                "new": int(new[row]),
                "p_max": p_max,
                "p_given": p_given,
                "importance": alpha,
                "time": datetime.now(UTC),
            }
        if self.options.relabel_counts == "batch":
            self._change([event for index, event in events.items() if self._may_change(index)])
        else:
            self.pending += events.values()

    def close_epoch(self, epoch: int) -> int:
        """Let what the epoch proposed count from now on, as far as the brakes allow it.

        Returns:
            The number of labels that changed in this epoch.
        """
        # A sample that was shown twice proposes by its last showing.
        proposals = list({event["index"]: event for event in self.pending}.values())
        self.pending = []
        self._count_streaks(proposals)
        self._change(self._within_limit([p for p in proposals if self._may_change(p["index"])]))
        return sum(event["epoch"] == epoch for event in self.events)

    def _count_streaks(self, proposals: Sequence[Event]) -> None:
        before, streak = self.proposed.copy(), self.streak.copy()
        self.proposed[:], self.streak[:] = _NONE, 0
        for event in proposals:
            index = event["index"]
            again = before[index] == event["new"]
            self.proposed[index] = event["new"]
            self.streak[index] = streak[index] + 1 if again else 1

    def _may_change(self, index: int) -> bool:
        most = self.options.relabel_changes
        confirmed = (
            self.options.relabel_counts == "batch"
            or self.streak[index] >= self.options.relabel_confirmations
        )
        return bool(confirmed) and (most is None or bool(self.changes[index] < most))

    def _within_limit(self, proposals: Sequence[Event]) -> list[Event]:
        """The surest changes of each class, in the order they were proposed."""
        if self.options.relabel_limit == 1:
            return list(proposals)
        by_class: defaultdict[int, list[int]] = defaultdict(list)
        for number, event in enumerate(proposals):
            by_class[event["old"]].append(number)
        kept: list[int] = []
        for old, numbers in by_class.items():
            most = int(self.options.relabel_limit * np.count_nonzero(self.labels == old))
            numbers.sort(key=lambda n: proposals[n]["p_given"] - proposals[n]["p_max"])
            kept += numbers[:most]
        return [proposals[number] for number in sorted(kept)]

    def _change(self, events: Sequence[Event]) -> None:
        for event in events:
            index = event["index"]
            self.labels[index] = event["new"]
            self.changes[index] += 1
            self.proposed[index], self.streak[index] = _NONE, 0
        self.events += events


def events_table(
    events: Sequence[Event], run_id: str, face_ids: Sequence[str], classes: Sequence[str]
) -> pa.Table:
    """Events as rows of the store's table of labels, numbered in their order."""
    rows = [
        {
            **{name: event[name] for name in _KEPT},
            "face_id": face_ids[event["index"]],
            "run_id": run_id,
            "number": number,
            "old": classes[event["old"]],
            "new": classes[event["new"]],
            "kind": "relabel",
        }
        for number, event in enumerate(events)
    ]
    return pa.Table.from_pylist(rows, schema=LABELS)
