"""A run's epochs in MLflow, kept by its own database."""

from pathlib import Path

import pytest

from demo.services import free_port
from scn.config import preset
from scn.fitting import fit
from tests.scn.faces import CLASSES, SIZE_PX, reader_of, true_emotions

pytest.importorskip("mlflow")
from mlflow.tracking import MlflowClient

_SMALL = {"image_size_px": SIZE_PX, "batch_size": 12}


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_a_run_that_goes_on_fills_one_mlflow_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Options and each epoch's loss stand in it; so do those of the second call."""
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    reader = reader_of(tmp_path / "store", true_emotions(24))
    config = preset("baseline", epochs=2, **_SMALL)
    logs = [fit(config, reader, reader, CLASSES, tmp_path / "run").log for _ in range(2)]
    client = MlflowClient(uri)
    experiment = client.get_experiment_by_name("webemotion")
    assert experiment is not None
    (run,) = client.search_runs([experiment.experiment_id])
    assert run.data.params["method"] == "baseline"
    losses = {m.step: m.value for m in client.get_metric_history(run.info.run_id, "loss")}
    assert losses == {row["epoch"]: row["loss"] for row in logs[1]}


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_a_server_that_does_not_answer_stops_no_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is warned of once."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    reader = reader_of(tmp_path / "store", true_emotions(24))
    config = preset("baseline", epochs=2, **_SMALL)
    assert len(fit(config, reader, reader, CLASSES, tmp_path / "run").log) == 2
    assert caplog.text.count("MLflow does not answer") == 1
