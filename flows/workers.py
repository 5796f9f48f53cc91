"""How many workers of a pool are there to send runs to."""

from http import HTTPStatus

from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import WorkerStatus
from prefect.exceptions import PrefectHTTPStatusError


def workers_online(pool: str) -> int:
    """Workers of a work pool that have lately said that they live; 0 if there is no such pool."""
    with get_client(sync_client=True) as client:
        try:
            workers = client.read_workers_for_work_pool(pool)
        except PrefectHTTPStatusError as error:
            if error.response.status_code == HTTPStatus.NOT_FOUND:
                return 0
            raise
    return sum(worker.status == WorkerStatus.ONLINE for worker in workers)
