"""The process yt-dlp runs in: ``python -m webemotion.site.ytdlp_process``.

Reads one line of JSON, a search, a page or a download, and writes one, its result or its error.
If its input closes before it is done, whoever asked is gone, and it ends with all it started.
"""

import json
import os
import signal
import sys
import threading
import traceback
from pathlib import Path
from typing import Any

from webemotion.errors import CollectionError, Unknown
from webemotion.site import ytdlp
from webemotion.site.secrets import redacted
from webemotion.site.web_config import DownloadConfig, SearchConfig


def main() -> None:
    """Answer the one request on standard input."""
    request = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # The answer owns standard output: whatever a library prints goes to standard error.
    answer_stream, sys.stdout = sys.stdout, sys.stderr
    json.dump(_answer(request), answer_stream)
    answer_stream.flush()


def _end_with_parent() -> None:
    sys.stdin.read()
    os.killpg(0, signal.SIGKILL)


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"result": _result(request)}
    except CollectionError as error:
        return {"reason": error.reason, "message": redacted(str(error))}
    except Exception as error:  # noqa: BLE001 - yt-dlp parses hostile pages; any bug is one video's
        print(redacted(traceback.format_exc()), file=sys.stderr)  # noqa: T201 - its standard error
        return {"reason": Unknown.reason, "message": redacted(f"{type(error).__name__}: {error}")}


def _result(request: dict[str, Any]) -> Any:
    if request["task"] == "search":
        return ytdlp.search(request["text"], SearchConfig(**request["config"]))
    if request["task"] == "page":
        return ytdlp.page(request["video_id"], DownloadConfig(**request["config"]))
    folder = Path(request["folder"])
    return ytdlp.download(request["video_id"], folder, DownloadConfig(**request["config"]))


if __name__ == "__main__":
    main()
