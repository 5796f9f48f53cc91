"""A Ray cluster of two nodes on loopback: ``python -m tests.faults.ray_cluster``.

Prints the address, and ends when its standard input does.
"""

import sys
from typing import Any

from ray.cluster_utils import Cluster


def main() -> None:
    """Start a head and a second node, with one core each."""
    node = {"num_cpus": 1, "object_store_memory": 100_000_000, "include_dashboard": False}
    cluster: Any = Cluster(initialize_head=True, head_node_args=node)
    cluster.add_node(num_cpus=1, object_store_memory=100_000_000)
    sys.stdout.write(f"{cluster.address}\n")
    sys.stdout.flush()
    sys.stdin.read()
    cluster.shutdown()


if __name__ == "__main__":
    main()
