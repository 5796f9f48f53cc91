"""The README's lines for other tools do what it says."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from storage.forgetting import forget
from storage.store import open_store
from tests.storage.rows import faces

README = (Path(__file__).parents[1] / "README.md").read_text()
SECTION = README.partition("### Read it with other tools")[2].partition("\n### ")[0]
BLOCKS = re.findall(r"```python\n(.*?)```", SECTION, re.DOTALL)
_CHECK = """
import cv2, numpy
assert sorted(faces["face_id"]) == [f"{v}/00/{n:07d}" for v in "ab" for n in range(3)]
assert set(faces["emotion"]) == {"happy"}
assert cv2.imdecode(numpy.frombuffer(bytes(faces["image"][0]), numpy.uint8), 1).shape == (8, 8, 3)
"""


@pytest.mark.parametrize("lines", BLOCKS, ids=["pandas", "duckdb", "datasets"])
def test_three_lines_read_the_current_rows_of_a_store(tmp_path: Path, lines: str) -> None:
    dataset = open_store(str(tmp_path / "data/store"), create=True).dataset(
        "webemotion", create=True
    )
    for video in ("a", "gone", "b"):
        dataset.append_faces({video: faces(video, 3)})
    table = dataset.table("faces")

    forget(dataset, "video", "gone")
    assert len(table.paths()) == 2
    assert len(lines.split("\n")) - lines.count("\n\n") - 1 == 3
    offline = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "hf")}
    done = subprocess.run(
        [sys.executable, "-c", lines + _CHECK],
        cwd=tmp_path,
        env=offline,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_there_are_lines_for_three_tools() -> None:
    assert len(BLOCKS) == 3
