"""Tiny copies of the official layouts, written out by hand and apart from the demo's writers."""

from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from scn.benchmarks import BENCHMARKS, BenchmarkName
from scn.benchmarks.options import ReadOptions
from scn.benchmarks.tally import Ingest, Tally

PIXELS = 48 * 48
LANDMARKS = ";".join(["30", "20"] * 68)
CSV_HEADER = (
    "subDirectory_filePath,face_x,face_y,face_width,face_height,facial_landmarks,"
    "expression,valence,arousal\n"
)
FER2013_HEADER = "emotion,pixels,Usage\n"
FERPLUS_HEADER = (
    "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF\n"
)


def read_all(name: str, path: Path, **options: object) -> tuple[dict[str, pa.Table], Ingest]:
    """Read a whole benchmark: its chunks by key, and the counts."""
    tally = Tally()
    read = BENCHMARKS[BenchmarkName(name)].read
    chunks = dict(read(path, ReadOptions.model_validate(options), tally))
    return chunks, tally.result()


def rows_of(chunks: Mapping[str, pa.Table]) -> list[dict[str, object]]:
    """Return the rows of all chunks."""
    return [row for table in chunks.values() for row in table.to_pylist()]


def picture(suffix: str = ".jpg", *, seed: int = 0, width: int = 60, height: int = 40) -> bytes:
    """Encode a picture of noise."""
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
    return cv2.imencode(suffix, pixels)[1].tobytes()


def decoded(image: object) -> npt.NDArray[np.uint8]:
    """Decode an image of a row as it is stored, with its own number of channels."""
    assert isinstance(image, bytes)
    pixels = cv2.imdecode(np.frombuffer(image, np.uint8), cv2.IMREAD_UNCHANGED)
    assert pixels is not None
    return np.asarray(pixels, dtype=np.uint8)


def put(path: Path, data: bytes | str) -> Path:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def rafdb(folder: Path) -> Path:
    """RAF-DB with three training faces and two test faces; gives the label file."""
    labels = "train_00001.jpg 5\ntrain_00002.jpg 1\ntrain_00003.jpg 7\n"
    labels += "test_0001.jpg 4\ntest_0002.jpg 6\n"
    for number, line in enumerate(labels.splitlines()):
        stem = line.split(".")[0]
        put(folder / "basic/Image/aligned" / f"{stem}_aligned.jpg", picture(seed=number))
    return put(folder / "basic/EmoLabel/list_patition_label.txt", labels)


def affectnet_csv(folder: Path) -> Path:
    """AffectNet's first layout: mixed suffixes, rejected classes, one header; gives images."""
    images = folder / "Manually_Annotated_Images"
    rows = {"training.csv": CSV_HEADER, "validation.csv": ""}
    for name, file, code, rating in (
        ("training.csv", "1/aa.jpg", 1, "0.5,-0.25"),
        ("training.csv", "1/bb.JPG", 7, "-1,1"),
        ("training.csv", "2/cc.png", 0, "0,0"),
        ("training.csv", "2/dd.BMP", 4, "0,0"),
        ("training.csv", "2/ee.tif", 5, "0,0"),
        ("training.csv", "3/ff.jpg", 8, "-2,-2"),
        ("training.csv", "3/gg.jpg", 9, "-2,-2"),
        ("training.csv", "3/hh.jpg", 10, "-2,-2"),
        ("validation.csv", "4/ii.jpeg", 2, "-0.5,0"),
    ):
        rows[name] += f"{file},6,4,30,20,{LANDMARKS},{code},{rating}\n"
        suffix = Path(file).suffix.lower()
        put(images / file, picture(suffix, seed=len(rows[name])))
    for name, text in rows.items():
        put(folder / name, text)
    return images


def affectnet_npy(folder: Path) -> Path:
    """AffectNet's second layout; gives the training annotations."""
    for name, codes in (("train_set", ["3", "6", "1"]), ("val_set", ["7"])):
        for number, code in enumerate(codes):
            put(folder / name / "images" / f"{number}.jpg", picture(seed=number))
            annotations = folder / name / "annotations"
            annotations.mkdir(exist_ok=True)
            np.save(annotations / f"{number}_exp.npy", np.array(code))
            np.save(annotations / f"{number}_val.npy", np.array("-0.1"))
            np.save(annotations / f"{number}_aro.npy", np.array("0.2"))
            np.save(annotations / f"{number}_lnd.npy", np.array([30.0, 20.0] * 68))
    return folder / "train_set" / "annotations"


def pixels(row: int) -> str:
    """The pixels of a row of fer2013.csv, different for every row."""
    return " ".join(str((row + place) % 256) for place in range(PIXELS))


def ferplus(folder: Path) -> Path:
    """FERPlus by rows: every reason to drop once, names behind row numbers; gives the folder."""
    votes = (
        ("Training", "fer0000000.png", "8,0,0,1,1,0,0,0,0,0"),
        ("Training", "", "0,0,0,0,0,0,0,0,0,10"),
        ("Training", "fer0000001.png", "5,5,0,0,0,0,0,0,0,0"),
        ("Training", "fer0000002.png", "0,0,2,0,0,0,0,0,8,0"),
        ("PublicTest", "fer0000003.png", "0,0,0,0,0,0,0,1,0,9"),
        ("PublicTest", "fer0000004.png", "0,0,0,0,0,0,0,9,1,0"),
        ("PrivateTest", "fer0000005.png", "1,1,5,1,1,1,0,0,0,0"),
    )
    new, old = FERPLUS_HEADER, FER2013_HEADER
    for row, (usage, name, counts) in enumerate(votes):
        new += f"{usage},{name},{counts}\n"
        old += f"{row % 7},{pixels(row)},{usage}\n"
    put(folder / "fer2013new.csv", new)
    put(folder / "fer2013.csv", old)
    return folder


def ferplus_labels(folder: Path) -> Path:
    """FERPlus by names, with and without rectangles, as the repository ships and writes them."""
    rectangle = '"(0, 0, 48, 48)",'
    put(
        folder / "FER2013Train/label.csv",
        f"fer0000000.png,{rectangle}0,9,0,0,1,0,0,0,0,0\n"
        f"fer0000001.png,{rectangle}5,5,0,0,0,0,0,0,0,0\n",
    )
    put(folder / "FER2013Valid/label.csv", "fer0000004.png,0,0,0,0,0,0,0,9,1,0\n")
    put(folder / "FER2013Test/label.csv", f"fer0000005.png,{rectangle}1,1,5,1,1,1,0,0,0,0\n")
    return folder
