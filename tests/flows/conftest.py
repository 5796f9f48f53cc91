"""A real Prefect server on loopback with everything deployed, as a user would have it."""

from collections.abc import Iterator

import httpx
import pytest

from demo.services import environment, free_port, prefect_server, run


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of a server to which all of prefect.yaml is deployed."""
    folder = tmp_path_factory.mktemp("prefect")
    env = environment(folder, free_port())
    with prefect_server(env, folder / "logs"):
        for pool in ("cpu", "gpu"):
            run(["prefect", "work-pool", "create", pool, "--type", "process"], env)
        run(["prefect", "--no-prompt", "deploy", "--all"], env)
        yield env


@pytest.fixture
def api(deployed: dict[str, str]) -> Iterator[httpx.Client]:
    """The server's REST interface."""
    with httpx.Client(base_url=deployed["PREFECT_API_URL"], timeout=30) as client:
        yield client
