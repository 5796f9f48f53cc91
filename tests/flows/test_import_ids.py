"""A dataset shared as a list, and collected again from it."""

import json
from pathlib import Path

from demo.catalogue import Catalogue
from demo.settings import PLAN
from demo.youtube import StandIn
from storage.ledger import Ledger
from storage.store import Dataset, open_store
from tests.flows.collecting import FACE, ROBOT, Done, collect, two_videos, waits, webemotion
from webemotion.planning.lexicon import load_lexicon, plan

GONE = "gonegonegon"


def _faces(dataset: Dataset) -> list[dict[str, object]]:
    columns = ["face_id", "emotion", "clip_id", "t_s", "box_xyxy", "image"]
    return dataset.scan("faces", columns).sort_by("face_id").to_pylist()  # type: ignore[no-any-return]


def _import(env: dict[str, str], ids: Path, folder: Path, site: StandIn) -> Done:
    settings = [f"--set={name}={json.dumps(v)}" for name, v in waits(site, folder).items()]
    trusting = {**env, "SSL_CERT_FILE": str(site.certificate)}
    arguments = ["import", "--ids", str(ids), "--store", str(folder / "store"), *settings]
    return webemotion(arguments, trusting)


def test_what_is_exported_comes_back_the_same_and_only_that(
    deployed: dict[str, str], tmp_path: Path
) -> None:
    results = {plan(load_lexicon(), **PLAN)[0].text: (FACE, ROBOT)}
    ids = tmp_path / "ids.jsonl"
    with StandIn(Catalogue(two_videos(tmp_path), results)) as site:
        first = tmp_path / "first" / "store"
        assert collect(deployed, str(first), tmp_path / "scratch", site).returncode == 0
        done = webemotion(["export", "--ids", str(ids), "--store", str(first)], deployed)
        assert "2 videos, 2 clips" in done.stdout
        one, other = (json.loads(line) for line in ids.read_text().splitlines())
        assert {one["video_id"], other["video_id"]} == {FACE, ROBOT}

        lines = [one, {**other, "video_id": GONE}]
        ids.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
        second = tmp_path / "second"
        imported = _import(deployed, ids, second, site)
        assert imported.returncode == 0, imported.stderr
        assert "1 of 2 listed videos lack clips" in imported.stdout + imported.stderr

    before = open_store(str(first)).dataset("webemotion")
    after = open_store(str(second / "store")).dataset("webemotion")
    wanted = [row for row in _faces(before) if str(row["clip_id"]).startswith(one["video_id"])]
    assert _faces(after) == wanted
    states = Ledger(after).states()
    assert states[one["video_id"]].state == "collected"
    assert states[GONE].state in ("dropped", "failed")
    assert states[one["video_id"]].found_by[0].keyword == one["query"]["keyword"]
