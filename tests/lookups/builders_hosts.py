"""Hosts on the loopback: one that serves what a test tells it to, and a proxy."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

Reply = Callable[[BaseHTTPRequestHandler, bytes], None]


def body(octets: bytes, status: int = 200, **headers: str) -> Reply:
    """Answer with these octets; a header is named with "_" for "-"."""

    def reply(handler: BaseHTTPRequestHandler, _question: bytes) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(octets)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(octets)

    return reply


@dataclass
class Host:
    """A running server: what it was asked, and what it answers by path."""

    server: ThreadingHTTPServer
    pages: dict[str, Reply] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def port(self) -> int:
        return int(self.server.server_address[1])

    @property
    def name(self) -> str:
        """As it stands in the list of hosts that may be asked."""
        return f"127.0.0.1:{self.port}"

    def at(self, path: str) -> str:
        return f"http://{self.name}{path}"


@contextmanager
def host(**pages: Reply) -> Iterator[Host]:
    """Serve pages; the path "/a.crl" is named `a_crl`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(b"")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["Content-Length"])))

        def _answer(self, question: bytes) -> None:
            served.asked.append((self.command, self.path))
            served.headers.append(dict(self.headers.items()))
            reply = served.pages.get(urlsplit(self.path).path, body(b"", 404))
            try:
                reply(self, question)
            except OSError:  # the client has gone away
                self.close_connection = True

        def log_message(self, *_arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        served = Host(server, {"/" + name.replace("_", "."): reply for name, reply in pages.items()})
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield served
        finally:
            served.over.set()
            server.shutdown()
            thread.join()


def drip(served: threading.Event, seconds: float = 0.2) -> Reply:
    """Answer one octet after the other for ever."""

    def reply(handler: BaseHTTPRequestHandler, _question: bytes) -> None:
        handler.send_response(200)
        handler.end_headers()
        while not served.wait(seconds):
            handler.wfile.write(b"x")
            handler.wfile.flush()

    return reply


@contextmanager
def proxy() -> Iterator[Host]:
    """Run a proxy for http that goes wherever it is told to."""

    def forward(handler: BaseHTTPRequestHandler, _question: bytes) -> None:
        target = urlsplit(handler.path)
        connection = http.client.HTTPConnection(target.hostname or "", target.port or 80, timeout=10)
        try:
            connection.request("GET", target.path)
            answer = connection.getresponse()
            body(answer.read(), answer.status)(handler, b"")
        finally:
            connection.close()

    class Anywhere(dict[str, Reply]):
        def get(self, _path: str, _default: object = None) -> Reply:
            return forward

    with host() as served:
        served.pages = Anywhere()
        yield served
