"""What several tests of the demo's world share, made once."""

from pathlib import Path

import pytest

from demo.manifest import World
from demo.portraits import Portrait, load_portraits
from demo.world import build_world
from tests.demo.queries import QUERIES


@pytest.fixture(scope="session")
def portraits() -> dict[str, Portrait]:
    return load_portraits()


@pytest.fixture(scope="session")
def world_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    build_world(folder, QUERIES, seed=1, videos_per_emotion=1)
    return folder


@pytest.fixture(scope="session")
def world(world_folder: Path) -> World:
    return World.load(world_folder)
