"""A run's curves in MLflow, for those who have a server and the extra `mlflow`.

MLflow's own setting decides: without ``MLFLOW_TRACKING_URI`` nothing is sent. A server that does
not answer never stops a training: the files beside the run are the truth.
"""

import logging
import os
import time
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Self

from scn.config import TrainConfig

_URI: Final = "MLFLOW_TRACKING_URI"
_EXPERIMENT: Final = "MLFLOW_EXPERIMENT_NAME"
_RUN_ID: Final = "mlflow-run.txt"
# By default a silent server is asked for minutes, in which nothing would be trained.
_PATIENCE: Final = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
}
_LOG: Final = logging.getLogger(__name__)


class MlflowLog:
    """Sends numbers of each epoch to one run of an MLflow server.

    A training that goes on after a crash goes on in the same MLflow run; an epoch that was done
    twice stands there twice, with the same numbers.
    """

    def __init__(self, client: Any, run_id: str) -> None:
        self._client, self._run_id = client, run_id

    @classmethod
    def wanted(cls, folder: Path, config: TrainConfig) -> Self | None:
        """The log of the run in `folder`, if MLflow is set up and answers."""
        if not os.environ.get(_URI):
            return None
        if find_spec("mlflow") is None:
            _LOG.warning("%s is set, but MLflow is not installed: pip install '.[mlflow]'", _URI)
            return None
        for name, value in _PATIENCE.items():
            os.environ.setdefault(name, value)
        from mlflow.exceptions import MlflowException
        from mlflow.tracking import MlflowClient

        client = MlflowClient()
        try:
            return cls(client, _run_id(client, folder, config))
        except MlflowException as error:
            _LOG.warning("MLflow does not answer, nothing is sent to it: %s", error)
            return None

    def epoch(self, row: Mapping[str, Any]) -> bool:
        """Send an epoch's numbers; whether it worked."""
        from mlflow.entities import Metric
        from mlflow.exceptions import MlflowException

        numbers = {n: v for n, v in row.items() if isinstance(v, int | float) and n != "epoch"}
        now_ms = int(1000 * time.time())
        metrics = [Metric(n, float(v), now_ms, row["epoch"]) for n, v in numbers.items()]
        try:
            self._client.log_batch(self._run_id, metrics=metrics)
        except MlflowException as error:
            _LOG.warning("MLflow does not answer, nothing more is sent to it: %s", error)
            return False
        return True


def _run_id(client: Any, folder: Path, config: TrainConfig) -> str:
    """The MLflow run that this folder has had, or a new one."""
    kept = folder / _RUN_ID
    if kept.exists():
        return kept.read_text().strip()
    name = os.environ.get(_EXPERIMENT, "webemotion")
    found = client.get_experiment_by_name(name)
    experiment = found.experiment_id if found else client.create_experiment(name)
    run_id = str(client.create_run(experiment, run_name=folder.name).info.run_id)
    for option, value in config.model_dump(mode="json").items():
        client.log_param(run_id, option, value)
    kept.write_text(run_id)
    return run_id
