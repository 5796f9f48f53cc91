"""Relabeling: the rule of the paper (section 3.4), and the book of labels.

A dataset never changes. The book holds the current label of each sample and every change as an
event; a label changed in an epoch counts from the next epoch on.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import torch
from torch import Tensor

from scn.losses import high_count
from storage.schema import LABELS

Int64Array = npt.NDArray[np.int64]

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


@dataclass(frozen=True, slots=True)
class Proposals:
    """New labels for a batch: `new` equals the given label where nothing changes; all [B]."""

    new: Tensor
    p_max: Tensor
    p_given: Tensor


def low_group(importance: Tensor, high_ratio: float) -> Tensor:
    """The samples outside the high-importance group, bool [B]; none in a batch of one."""
    low = torch.zeros_like(importance, dtype=torch.bool)
    if len(importance) > 1:
        order = importance.sort(descending=True).indices
        low[order[high_count(len(order), high_ratio) :]] = True
    return low


def propose(probabilities: Tensor, labels: Tensor, eligible: Tensor, margin: float) -> Proposals:
    """Propose the most probable class where P_max − P_given > δ2, else the given label.

    Args:
        probabilities: [B, C].
        labels: int64 [B], the given labels.
        eligible: bool [B], who may change.
        margin: δ2.
    """
    p_max, best = probabilities.max(dim=1)
    p_given = probabilities.gather(1, labels.unsqueeze(1)).squeeze(1)
    changes = eligible & (p_max - p_given > margin)
    return Proposals(torch.where(changes, best, labels), p_max, p_given)


@dataclass(slots=True)
class LabelBook:
    """Current labels and all changes.

    Attributes:
        labels: int64 [N], the current class index of each sample.
        events: one mapping a change, with the columns of `EVENTS`.
    """

    labels: Int64Array
    events: list[dict[str, Any]] = field(default_factory=list)
    _pending: list[dict[str, Any]] = field(default_factory=list)

    def note(
        self, epoch: int, indexes: Int64Array, proposals: Proposals, importance: Tensor
    ) -> None:
        """Keep a batch's changes until the epoch closes."""
        new = proposals.new.cpu().numpy()
        columns = [
            t.float().cpu().numpy() for t in (proposals.p_max, proposals.p_given, importance)
        ]
        for row in np.flatnonzero(new != self.labels[indexes]):
            p_max, p_given, alpha = (float(column[row]) for column in columns)
            self._pending.append(
                {
                    "index": int(indexes[row]),
                    "epoch": epoch,
                    "old": int(self.labels[indexes[row]]),
                    "new": int(new[row]),
                    "p_max": p_max,
                    "p_given": p_given,
                    "importance": alpha,
                    "time": datetime.now(UTC),
                }
            )

    def close_epoch(self) -> int:
        """Let the epoch's changes count from now on; returns their number."""
        for event in self._pending:
            self.labels[event["index"]] = event["new"]
        closed, self._pending = self._pending, []
        self.events += closed
        return len(closed)


def events_table(
    events: Sequence[dict[str, Any]], run_id: str, face_ids: Sequence[str], classes: Sequence[str]
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
