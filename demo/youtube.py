"""A stand-in for YouTube on this machine, for demonstrations and tests without a network.

It is an HTTP proxy (RFC 9110, section 9.3.6) that answers CONNECT itself: it ends the TLS of
whatever host is asked for and plays that host from a catalogue. The collector reaches it with
its ordinary settings plus ``proxy``, where SSL_CERT_FILE names the certificate, and nothing leaves
the machine.
"""

import argparse
import signal
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from http.server import ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from demo.catalogue import Catalogue
from demo.tls import server_context, write_certificate
from demo.youtube_handler import Handler, Site

HOSTS: Final = ("youtube.com", "*.youtube.com", "*.googlevideo.com", "*.ytimg.com")


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """One request the stand-in received."""

    method: str
    host: str
    path: str
    """With its query, such as ``/watch?v=…``."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """Stay silent: a client that goes away in mid-answer is part of the play."""


class StandIn:
    """The running stand-in, bound to 127.0.0.1; use it as a context manager."""

    def __init__(
        self, catalogue: Catalogue, *, port: int = 0, certificate: Path | None = None
    ) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="stand-in-")
        self.certificate = certificate or Path(self._folder.name) / "certificate.pem"
        write_certificate(self.certificate, HOSTS)
        self._site = Site(catalogue, server_context(self.certificate))
        self._server = _Server(("127.0.0.1", port), self._handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def _handler(self, *arguments: object) -> Handler:
        return Handler(self._site, *arguments)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    @property
    def proxy_url(self) -> str:
        """What the collector's ``proxy`` setting has to be."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def requests(self) -> tuple[LoggedRequest, ...]:
        """Every request so far, in order of arrival."""
        return tuple(LoggedRequest(*entry) for entry in self._site.log)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What clients identified themselves with: to the proxy, and as cookies."""
        return tuple(self._site.secrets)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._site.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._folder.cleanup()


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve a catalogue until interrupted; the first line printed is the port."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--catalogue", type=Path, required=True, help="JSON file")
    parser.add_argument("--certificate", type=Path, help="PEM file to write, for clients to trust")
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    options = parser.parse_args(arguments)
    # A shell that starts it in the background would have it ignore interrupts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    catalogue = Catalogue.read(options.catalogue)
    with StandIn(catalogue, port=options.port, certificate=options.certificate) as stand_in:
        print(stand_in.port, flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
