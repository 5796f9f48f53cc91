"""A new method is one file."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.scn.faces import reader_of, true_emotions

_METHOD = '''
from scn.methods.scn import Scn

class SecondThoughts(Scn):
    """SCN by another name."""
'''
_CHILD = """
import sys
from pathlib import Path
from scn.config import TrainConfig
from scn.fitting import fit
from scn.methods import METHODS
from storage.reader import FaceReader
from storage.store import open_store
config = TrainConfig(
    method="second_thoughts", image_size_px=32, batch_size=20, epochs=1, relabel_from_epoch=1,
    relabel_group="all", relabel_view="clean", relabel_margin=0.0,
)
reader = FaceReader(open_store(sys.argv[1]).dataset("faces"), image_size_px=32)
log = fit(config, reader, reader, ("neutral", "happy", "sad"), Path(sys.argv[2])).log
print(*sorted(METHODS), log[0]["relabelled"] > 0)
"""


def test_a_file_in_the_folder_of_methods_is_a_method_that_trains(tmp_path: Path) -> None:
    """No other file knows it; its name is allowed, and its labels change."""
    for package in ("scn", "storage", "sandbox"):
        shutil.copytree(Path(__file__).parents[2] / package, tmp_path / package)
    (tmp_path / "scn" / "methods" / "second_thoughts.py").write_text(_METHOD)
    reader_of(tmp_path / "store", true_emotions(40))
    arguments = [str(tmp_path / name) for name in ("store", "run")]
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, *arguments],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=250,
    )
    assert done.stdout.split() == ["baseline", "eac", "rul", "scn", "second_thoughts", "True"], (
        done.stderr
    )
