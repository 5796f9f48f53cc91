"""torchrun that ends with whoever started it: ``python -m scn.launch ARGUMENTS``.

Its standard input is a pipe from the starter. When that closes, the starter is gone, however it
ended; the processes are asked to end as torchrun does it, and leave a checkpoint.
"""

import os
import signal
import sys
import threading

from torch.distributed.run import main as torchrun


def _end_with_starter() -> None:
    # Not by Python's reader, whose lock the interpreter would miss when it ends.
    while os.read(sys.stdin.fileno(), 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=_end_with_starter, daemon=True).start()
    torchrun(sys.argv[1:])
