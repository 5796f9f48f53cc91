"""Label events against a model that is obviously right: a list of changes per run and face."""

import shutil
import tempfile
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from storage.compaction import compact
from storage.labels import append_events, labels_as_of, set_labels, undo
from storage.store import open_store
from tests.storage.rows import faces
from tests.storage.test_labels import relabels

EMOTIONS = ("neutral", "happy", "sad", "fear")
FACES = [f"a/00/{number:07d}" for number in range(6)]
RUNS = ("one", "two")


class LabelMachine(RuleBasedStateMachine):
    """Each rule does the same to the store and to the model."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.mkdtemp()
        self.dataset = open_store(self.folder, create=True).dataset("d", create=True)
        self.dataset.append_faces({"a": faces("a", len(FACES))})
        # Run → changes in their order: face, epoch, new label, whether it stands.
        self.model: dict[str, list[dict[str, Any]]] = {run: [] for run in RUNS}

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    def expected(
        self, run: str, epoch: int | None = None, *, undone: bool = True
    ) -> dict[str, str]:
        labels = dict.fromkeys(FACES, "happy")
        for change in self.model[run]:
            if (epoch is None or change["epoch"] <= epoch) and (change["stands"] or not undone):
                labels[change["face"]] = change["new"]
        return labels

    @rule(
        run=st.sampled_from(RUNS),
        epoch=st.integers(0, 9),
        changes=st.lists(
            st.tuples(st.sampled_from(FACES), st.sampled_from(EMOTIONS)), min_size=20, max_size=150
        ),
    )
    def train(self, run: str, epoch: int, changes: list[tuple[str, str]]) -> None:
        now = self.expected(run)
        append_events(
            self.dataset, run, relabels(*((face, epoch, now[face], new) for face, new in changes))
        )
        for face, new in changes:
            self.model[run].append({"face": face, "epoch": epoch, "new": new, "stands": True})

    @rule(
        run=st.sampled_from(RUNS),
        labels=st.dictionaries(st.sampled_from(FACES), st.sampled_from(EMOTIONS), min_size=1),
    )
    def correct_by_hand(self, run: str, labels: dict[str, str]) -> None:
        now = self.expected(run)
        last = max((change["epoch"] for change in self.model[run]), default=0)
        changed = {face: new for face, new in labels.items() if now[face] != new}
        assert set_labels(self.dataset, run, labels) == len(changed)
        for face, new in changed.items():
            self.model[run].append({"face": face, "epoch": last, "new": new, "stands": True})

    @precondition(lambda self: any(self.model.values()))
    @rule(data=st.data())
    def take_back(self, data: st.DataObject) -> None:
        run = data.draw(st.sampled_from([run for run in RUNS if self.model[run]]))
        example = data.draw(st.sampled_from(self.model[run]))
        fields = data.draw(st.sets(st.sampled_from(["epoch", "new", "face"])))
        choice = {field: example[field] for field in fields}
        hit = [
            change
            for change in self.model[run]
            if change["stands"] and all(change[f] == value for f, value in choice.items())
        ]
        renamed = {"new": "emotion"}
        arguments = {renamed.get(field, field): value for field, value in choice.items()}
        assert undo(self.dataset, run, **arguments) == len(hit)
        for change in hit:
            change["stands"] = False

    @rule()
    def join_shards(self) -> None:
        compact(self.dataset.table("labels"))

    @invariant()
    def every_run_has_the_labels_of_the_model(self) -> None:
        for run in RUNS:
            assert labels_as_of(self.dataset, run) == self.expected(run)

    @rule(run=st.sampled_from(RUNS), epoch=st.integers(0, 9), undone=st.booleans())
    def look_at_an_epoch(self, run: str, epoch: int, undone: bool) -> None:
        found = labels_as_of(self.dataset, run, epoch, undone=undone)
        assert found == self.expected(run, epoch, undone=undone)


LabelMachine.TestCase.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
TestLabels = LabelMachine.TestCase
