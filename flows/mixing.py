"""A dataset holds a benchmark in one form: other labels or images under its names are refused."""

from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from storage.store import Dataset

# A detector's last bits differ between machines, and with them a bit or two of a hash.
_SAME_BITS = 6
_COMPARED = 3


class Known:
    """The faces that a dataset holds already, by name."""

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        rows = dataset.scan("faces", ["face_id", "emotion", "phash", "probability"])
        self._place = {face: row for row, face in enumerate(rows["face_id"].to_pylist())}
        self._emotions, self._looks = rows["emotion"], rows.select(["phash", "probability"])

    def new_of(self, rows: pa.Table, prepared: Callable[[pa.Table], pa.Table]) -> pa.Table:
        """The rows that the dataset does not hold yet.

        Args:
            rows: of a benchmark.
            prepared: makes of rows what would be stored; some known faces' pictures are compared.

        Raises:
            ValueError: a face is known under another label, or as another picture.
        """
        known = pa.array([face in self._place for face in rows["face_id"].to_pylist()], pa.bool_())
        old = rows.filter(known)
        for face, emotion in zip(
            *(old[n].to_pylist() for n in ("face_id", "emotion")), strict=True
        ):
            before = self._emotions[self._place[face]].as_py()
            if before != emotion:
                self._refuse(f"{face} is {before} there, and {emotion} in these files")
        if old.num_rows:
            self._compare_pictures(prepared(old.slice(0, _COMPARED)))
        return rows.filter(pc.invert(known))

    def append(self, key: str, rows: pa.Table) -> int:
        """Append rows; returns how many there are now that were not there before.

        Raises:
            ValueError: rows were committed under this key, but not these.
        """
        if not rows.num_rows:
            return 0
        if not self._dataset.append_faces({key: rows}):
            self._refuse(f"{rows['face_id'][0]} is not there, though the part it belongs to is")
        return int(rows.num_rows)

    def _compare_pictures(self, rows: pa.Table) -> None:
        """Aligned faces have a detector's probability, and all have a hash."""
        for now in rows.select(["face_id", "phash", "probability"]).to_pylist():
            (before,) = self._looks.slice(self._place[now["face_id"]], 1).to_pylist()
            found = [look["probability"] is not None for look in (before, now)]
            bits = [int(look["phash"] or now["phash"], 16) for look in (before, now)]
            if found[0] != found[1] or (bits[0] ^ bits[1]).bit_count() > _SAME_BITS:
                self._refuse(f"{now['face_id']} is another picture there, or aligned otherwise")

    def _refuse(self, why: str) -> None:
        raise ValueError(
            f"dataset: {self._dataset.name} holds another form of these faces: {why};"
            " choose another name with --set dataset=NAME"
        )
