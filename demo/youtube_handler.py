"""One connection to the stand-in site: the tunnel, then the requests inside it."""

import json
import re
import socket
import ssl
import struct
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from demo import innertube
from demo.catalogue import Catalogue, CatalogueVideo

_SLOW_BYTES: Final = 200
_SLOW_WAIT_S: Final = 0.2
_RANGE: Final = re.compile(r"bytes=(\d+)-(\d*)")
_BODY_LIMIT_BYTES: Final = 1 << 20


class Site:
    """What all connections share: the catalogue, the log and how often each fault was shown."""

    def __init__(self, catalogue: Catalogue, tls: ssl.SSLContext) -> None:
        self.catalogue = catalogue
        self.tls = tls
        self.log: list[tuple[str, str, str]] = []
        self.secrets: list[str] = []
        """What clients identified themselves with: to the proxy, and as cookies."""
        self.closing = threading.Event()
        self._shown: Counter[tuple[str, str]] = Counter()
        self._searches = 0
        self._lock = threading.Lock()

    def searches_used_up(self) -> bool:
        """Count a search; true once as many went well as the catalogue says."""
        with self._lock:
            self._searches += 1
            return self._searches > self.catalogue.searches_answered

    def misbehaves(self, video: CatalogueVideo, where: str) -> bool:
        """Count a request for ``video``; true while its faults are not used up."""
        with self._lock:
            self._shown[where, video.video_id] += 1
            return video.faults is None or self._shown[where, video.video_id] <= video.faults


class Handler(BaseHTTPRequestHandler):
    """Answers CONNECT, then plays the host asked for."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60
    _host = ""

    def __init__(self, site: Site, *arguments: Any) -> None:
        self._site = site
        super().__init__(*arguments)

    def do_CONNECT(self) -> None:
        """Open the tunnel and become the host at its other end."""
        self._host = self.path.rpartition(":")[0]
        self._site.secrets.append(self.headers.get("Proxy-Authorization") or "")
        self.send_response(200)
        self.end_headers()
        self.wfile.flush()
        self.connection = self._site.tls.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb")
        self.close_connection = False

    def do_GET(self) -> None:
        """Answer a page, a script or media."""
        url = urlsplit(self.path)
        self._log()
        match url.path:
            case "/log":
                self._send_json(self._site.log)
            case "/watch":
                self._send_html(innertube.watch_page(self._video(url.query, "v")))
            case "/videoplayback":
                self._send_media(self._video(url.query, "id"))
            case innertube.PLAYER_JS:
                self._send(200, "text/javascript", innertube.PLAYER_CODE.encode())
            case "/":
                self._send_html("")
            case path if path.startswith("/embed/"):
                self._send_html(innertube.embed_page())
            case _:
                self._send(404, "text/plain", b"")

    def do_POST(self) -> None:
        """Answer one call of the site's interface."""
        self._log()
        length = int(self.headers.get("Content-Length", 0))
        if length > _BODY_LIMIT_BYTES:
            self._send(413, "text/plain", b"")
            return
        body = json.loads(self.rfile.read(length) or b"{}")
        match urlsplit(self.path).path:
            case "/youtubei/v1/search":
                self._send_search(body)
            case "/youtubei/v1/player":
                self._send_player(str(body.get("videoId")))
            case "/youtubei/v1/next":
                video = self._site.catalogue.videos.get(str(body.get("videoId")))
                self._send_json(innertube.initial_data(video))
            case _:
                self._send(404, "text/plain", b"")

    def finish(self) -> None:
        """Close the tunnel too: the server only knows the plain socket below it."""
        try:
            super().finish()
        finally:
            self.connection.close()

    def log_message(self, format: str, *arguments: Any) -> None:
        """Write nothing: requests are kept in the site's log."""

    def _log(self) -> None:
        if self.headers.get("Cookie"):
            self._site.secrets.append(self.headers["Cookie"])
        if self._host:
            self._site.log.append((self.command, self._host, self.path))

    def _video(self, query: str, key: str) -> CatalogueVideo | None:
        return self._site.catalogue.videos.get(parse_qs(query).get(key, [""])[0])

    def _send_search(self, body: dict[str, Any]) -> None:
        catalogue = self._site.catalogue
        if catalogue.search_status != 200 and self._site.searches_used_up():
            self._send(catalogue.search_status, "application/json", b"{}")
            return
        start, _, query = str(body.get("continuation") or f"0:{body['query']}").partition(":")
        found = [catalogue.videos[video_id] for video_id in catalogue.results.get(query, ())]
        self._send_json(innertube.search_page(query, found, int(start)))

    def _send_player(self, video_id: str) -> None:
        video = self._site.catalogue.videos.get(video_id)
        if video is None:
            self._send_json(innertube.unknown_video(video_id))
        elif video.player_status != 200 and self._site.misbehaves(video, "player"):
            self._send(video.player_status, "application/json", b"{}")
        else:
            self._send_json(innertube.player(video))

    def _send_media(self, video: CatalogueVideo | None) -> None:
        if video is None or video.media is None:
            self._send(404, "text/plain", b"")
            return
        faulty = (video.media_status, video.media_fault) != (200, "none")
        if faulty and self._site.misbehaves(video, "media"):
            self._send_fault(video)
        else:
            self._send_range(video.media.read_bytes())

    def _send_fault(self, video: CatalogueVideo) -> None:
        if video.media_status != 200:
            self._send(video.media_status, "text/plain", b"")
        elif video.media_fault == "html":
            self._send_html("<!doctype html><title>Please wait</title>" + " " * 2000)
        elif video.media_fault == "reset":
            self._reset()
        elif video.media_fault == "no_length":
            self._send_without_length(video)
        elif video.media_fault == "throttled":
            self._send_slowly(video)
        else:
            self._send_half(video)

    def _send_half(self, video: CatalogueVideo) -> None:
        """Promise the whole file, send half of it, then hang (stall) or leave (truncated)."""
        media = video.media.read_bytes() if video.media else b""
        self._send_head(200, "video/mp4", len(media))
        self.wfile.write(media[: len(media) // 2])
        self.wfile.flush()
        if video.media_fault == "stall":
            self._site.closing.wait()
        self.close_connection = True

    def _send_slowly(self, video: CatalogueVideo) -> None:
        """Send the file at a rate that never lets it stall and never lets it end in time."""
        media = video.media.read_bytes() if video.media else b""
        self._send_head(200, "video/mp4", len(media))
        for begin in range(0, len(media), _SLOW_BYTES):
            self.wfile.write(media[begin : begin + _SLOW_BYTES])
            self.wfile.flush()
            if self._site.closing.wait(_SLOW_WAIT_S):
                break
        self.close_connection = True

    def _send_without_length(self, video: CatalogueVideo) -> None:
        """Send the whole file and end it by closing the connection."""
        self.send_response(200)
        self.send_header("Content-Type", "video/mp4")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(video.media.read_bytes() if video.media else b"")
        self.wfile.flush()
        self.close_connection = True

    def _reset(self) -> None:
        """Leave with a TCP reset: a socket closed with a linger time of zero sends one."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def _send_range(self, media: bytes) -> None:
        wanted = _RANGE.fullmatch(self.headers.get("Range", ""))
        if wanted is None:
            self._send(200, "video/mp4", media)
            return
        start = int(wanted[1])
        end = min(int(wanted[2] or len(media)), len(media) - 1)
        if start > end:
            self._send(416, "text/plain", b"")
            return
        part = media[start : end + 1]
        self._send(206, "video/mp4", part, {"Content-Range": f"bytes {start}-{end}/{len(media)}"})

    def _send_json(self, answer: object) -> None:
        self._send(200, "application/json", json.dumps(answer).encode())

    def _send_html(self, page: str) -> None:
        self._send(200, "text/html; charset=utf-8", page.encode())

    def _send(
        self, status: int, kind: str, body: bytes, headers: dict[str, str] | None = None
    ) -> None:
        self._send_head(status, kind, len(body), headers)
        self.wfile.write(body)
        self.wfile.flush()

    def _send_head(
        self, status: int, kind: str, length: int, headers: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(length)}.items():
            self.send_header(name, value)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
