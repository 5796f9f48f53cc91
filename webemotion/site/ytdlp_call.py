"""One call of yt-dlp in a process of its own that ends by its deadline, whatever the site does.

yt-dlp has no limit on the whole of a call, and a stalled socket never returns to its hooks.
"""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from webemotion.errors import ERRORS, DeadlineExceeded, LocalFault
from webemotion.site.secrets import redacted


def call(request: dict[str, Any], *, deadline_s: float, folder: Path | None = None) -> Any:
    """Return the result of ``request``.

    Args:
        request: What ``ytdlp_process`` reads.
        deadline_s: When to kill the process and all it started, in seconds.
        folder: Where its temporary files go; None for the system's place.

    Raises:
        CollectionError: as the process reports it, or ``DeadlineExceeded``, or ``LocalFault`` if
            it ended without a word.
    """
    read_end, write_end = os.pipe()
    # Held open until the answer is there: its end tells the process that nobody waits.
    with open(write_end, "wb", buffering=0) as requests:  # noqa: PTH123 - a descriptor
        with open(read_end, "rb", buffering=0) as stdin:  # noqa: PTH123
            process = _process(stdin, folder)
        with process:
            try:
                # A process that could not even start says why on standard error.
                with suppress(BrokenPipeError):
                    requests.write(json.dumps(request).encode() + b"\n")
                output, complaints = process.communicate(timeout=deadline_s)
            except subprocess.TimeoutExpired as error:
                msg = f"not done after {deadline_s} s"
                raise DeadlineExceeded(msg) from error
            finally:
                if process.returncode is None:
                    # It leads its group, so this also ends what it started.
                    os.killpg(process.pid, signal.SIGKILL)
    return _result(output, complaints, process.returncode)


def _process(stdin: IO[bytes], folder: Path | None) -> "subprocess.Popen[bytes]":
    environment = os.environ | ({} if folder is None else {"TMPDIR": str(folder)})
    return subprocess.Popen(
        [sys.executable, "-m", "webemotion.site.ytdlp_process"],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        start_new_session=True,
    )


def _result(output: bytes, complaints: bytes, status: int) -> Any:
    try:
        answer = json.loads(output)
    except ValueError as error:
        last_words = redacted(complaints.decode(errors="replace").strip())[-500:]
        msg = f"yt-dlp's process ended with status {status}: {last_words}"
        raise LocalFault(msg) from error
    if "result" in answer:
        return answer["result"]
    raise ERRORS[answer["reason"]](answer["message"])
