"""A dataset holds a benchmark in one form: other labels or images under its names are refused."""

from collections.abc import Callable, Iterator, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from scn.benchmarks.tally import Tally
from storage.store import Dataset

Chunks = Iterator[tuple[str, pa.Table]]
Prepare = Callable[[pa.Table], pa.Table]
# A detector's last bits differ between machines, and with them a bit or two of a hash.
_SAME_BITS = 6
_COMPARED = 3


class Known:
    """The faces that a dataset holds already, by name."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        columns = ["face_id", "split", "emotion", "source", "phash", "probability"]
        rows = dataset.scan("faces", columns)
        self._place = {face: row for row, face in enumerate(rows["face_id"].to_pylist())}
        self._splits, self._emotions = rows["split"].to_pylist(), rows["emotion"].to_pylist()
        self._sources = set(rows["source"].to_pylist())
        self._looks = rows.select(["phash", "probability"])

    def check(self, tally: Tally) -> None:
        """Check all faces to come, by their names and labels, before any is appended.

        Args:
            tally: of an adapter that has planned its reading.

        Raises:
            ValueError: the dataset holds another source's faces, or one of them under another
                label, or those of another choice than these files' first ones.
        """
        if others := self._sources - {tally.source}:
            self._refuse(f"they are of {', '.join(sorted(others))}, these of {tally.source}")
        faces = tally.faces()
        for face in faces.keys() & self._place.keys():
            before = self._emotions[self._place[face]]
            if before != faces[face]:
                self._refuse(f"{face} is {before} there, and {faces[face]} in these files")
        if not tally.grows:
            self._check_beginning(faces)

    def check_pictures(self, tally: Tally, read: Callable[[], Chunks], prepared: Prepare) -> None:
        """Compare the first known pictures, before new ones that come earlier are appended.

        Args:
            tally: as for `check`.
            read: reads the files once more; called only where new pictures may come earlier.
            prepared: makes of rows what would be stored.

        Raises:
            ValueError: one is another picture in the dataset.
        """
        if not tally.grows or not tally.faces().keys() & self._place.keys():
            return
        for _, rows in read():
            if (old := rows.filter(self._are_known(rows))).num_rows:
                self._compare(prepared(old.slice(0, _COMPARED)))
                return

    def new_of(self, rows: pa.Table, prepared: Prepare) -> pa.Table:
        """The rows that the dataset does not hold yet; some pictures of the others are compared.

        Args:
            rows: of a benchmark.
            prepared: makes of rows what would be stored.

        Raises:
            ValueError: a face is known as another picture.
        """
        known = self._are_known(rows)
        if (old := rows.filter(known)).num_rows:
            self._compare(prepared(old.slice(0, _COMPARED)))
        return rows.filter(pc.invert(known))

    def append(self, key: str, rows: pa.Table) -> int:
        """Append rows; returns how many there are now that were not there before.

        Raises:
            ValueError: rows were committed under this key, but not these.
        """
        if not rows.num_rows:
            return 0
        if not self.dataset.append_faces({key: rows}):
            self._refuse(f"{rows['face_id'][0]} is not there, though the part it belongs to is")
        return int(rows.num_rows)

    def _check_beginning(self, faces: Mapping[str, str]) -> None:
        """Of files that are always complete, an ingest that was cut short leaves the first."""
        for split in sorted(set(self._splits)):
            held = {f for f, row in self._place.items() if self._splits[row] == split}
            listed = [face for face in faces if face.startswith(f"{split}/")]
            if gone := held - set(listed):
                self._refuse(f"{min(gone)} is there, and not in these files")
            if new := set(listed[: len(held)]) - held:
                self._refuse(
                    f"{min(new)} is not there, though later ones of these files are"
                    " (webemotion fsck may have taken it out)"
                )

    def _are_known(self, rows: pa.Table) -> pa.Array:
        return pa.array([face in self._place for face in rows["face_id"].to_pylist()], pa.bool_())

    def _compare(self, rows: pa.Table) -> None:
        """Aligned faces have a detector's probability, and all have a hash."""
        for now in rows.select(["face_id", "phash", "probability"]).to_pylist():
            (before,) = self._looks.slice(self._place[now["face_id"]], 1).to_pylist()
            found = [look["probability"] is not None for look in (before, now)]
            bits = [int(look["phash"] or now["phash"], 16) for look in (before, now)]
            if found[0] != found[1] or (bits[0] ^ bits[1]).bit_count() > _SAME_BITS:
                self._refuse(f"{now['face_id']} is another picture there, or aligned otherwise")

    def _refuse(self, why: str) -> None:
        raise ValueError(
            f"dataset: {self.dataset.name} holds another form of these faces: {why};"
            " choose another name with --set dataset=NAME"
        )
