"""
Fetches revocation lists and OCSP answers by HTTP: from hosts of an allow-list only, in a bounded time and size.

What comes back is octets of a stranger; `revocation_check` says whether they count. Redirects are followed within the
allow-list only, the environment's proxies are not used, and nothing but http and https is spoken.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TypeVar
from urllib.parse import urljoin

from mailbridge.lookups.addresses import Address, Hosts, read_address

_MIB = 1024 * 1024
_LARGEST_LIST = 64 * _MIB
_LARGEST_ANSWER = _MIB
_MOST_REDIRECTS = 3
_CHUNK = 64 * 1024
_MOVED = frozenset({301, 302, 303, 307, 308})
_UNCHANGED = 304
_GONE_WRONG = 500

T = TypeVar("T")


class NotFetched(Exception):
    """
    Nothing came; the text says why, in English.

    `is_silent`: it is the host that does not answer, so that its other addresses need not be tried for a while.
    """

    def __init__(self, why: str, *, is_silent: bool = False) -> None:
        super().__init__(why)
        self.is_silent = is_silent


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """What came; `octets` is None when it has not changed. `modified` is for the next question."""

    octets: bytes | None
    modified: str | None = None


class Fetcher:
    """
    Asks hosts of an allow-list.

    Args:
        hosts: "ca.gov.vn" or "ca.gov.vn:8080".
        proxy: Host and port that everything goes through; None: directly.
        patience: Seconds for one question, from the name of the host to the last octet, redirects and all.
        largest: Octets of a list.
    """

    def __init__(
        self,
        hosts: Iterable[str],
        *,
        proxy: tuple[str, int] | None = None,
        patience: float = 5.0,
        largest: int = _LARGEST_LIST,
    ) -> None:
        self._hosts = Hosts(hosts)
        self._proxy = proxy
        self._patience = patience
        self._largest = largest

    def may_ask(self, text: str) -> bool:
        """Say whether this is an address of a host in the allow-list."""
        address = read_address(text)
        return address is not None and self._hosts.has(address)

    def get(self, text: str, *, modified: str | None = None) -> Fetched:
        """
        Fetch what lies at an address; blocks.

        Args:
            modified: `Fetched.modified` of the last time, so that what has not changed does not travel again.

        Raises:
            NotFetched: in all cases in which nothing came.
        """
        headers = {"Accept": "application/pkix-crl, */*"} | ({"If-Modified-Since": modified} if modified else {})
        return self._within(partial(self._get, self._permitted(text), headers))

    def post(self, text: str, question: bytes) -> bytes:
        """Ask an OCSP responder (RFC 6960 appendix A.1); blocks; raises `NotFetched`."""
        headers = {"Content-Type": "application/ocsp-request", "Accept": "application/ocsp-response"}
        return self._within(partial(self._post, self._permitted(text), question, headers))

    def post_stamp(self, text: str, question: bytes) -> bytes:
        """Ask a timestamping authority (RFC 3161 §3.4); blocks; raises `NotFetched`."""
        headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
        return self._within(partial(self._post, self._permitted(text), question, headers))

    def _permitted(self, text: str) -> Address:
        address = read_address(text)
        if address is None:
            raise NotFetched("it is no address of http or https")
        if not self._hosts.has(address):
            raise NotFetched(f"its host {address.host} is not in the list of hosts that may be asked")
        return address

    def _get(self, address: Address, headers: Mapping[str, str], line: _Line) -> Fetched:
        for _ in range(_MOST_REDIRECTS + 1):
            response = line.ask(address, self._proxy, "GET", None, headers)
            if response.status == _UNCHANGED and "If-Modified-Since" in headers:
                return Fetched(octets=None, modified=headers.get("If-Modified-Since"))
            if response.status not in _MOVED:
                octets = _body(response, self._largest)
                return Fetched(octets=octets, modified=response.getheader("Last-Modified"))
            address = self._permitted(_moved_to(address, response.getheader("Location") or ""))
        raise NotFetched("it is moved again and again")

    def _post(self, address: Address, question: bytes, headers: Mapping[str, str], line: _Line) -> bytes:
        return _body(line.ask(address, self._proxy, "POST", question, headers), _LARGEST_ANSWER)

    def _within(self, work: Callable[[_Line], T]) -> T:
        """
        Do it in a thread of its own, and leave it alone when the time is over.

        Time-outs of a socket begin anew with each octet, and the resolver of the system knows none: only somebody else
        can hold to the time.
        """
        line = _Line(self._patience)
        future: Future[T] = Future()

        def run() -> None:
            try:
                future.set_result(work(line))
            except NotFetched as error:
                future.set_exception(error)
            except (OSError, http.client.HTTPException, ValueError) as error:
                why = f"it does not answer: {_words(error)}"
                future.set_exception(NotFetched(why, is_silent=True))
            finally:
                line.close()

        threading.Thread(target=run, name="revocation", daemon=True).start()
        try:
            return future.result(self._patience)
        except TimeoutError:
            line.give_up()
            why = f"there was no whole answer within {self._patience:g} s"
            raise NotFetched(why, is_silent=True) from None


class _Line:
    """The connection of one question, which somebody else may cut."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._open: list[http.client.HTTPConnection | http.client.HTTPResponse] = []
        self._socket: socket.socket | None = None
        self._given_up = False

    def ask(
        self,
        address: Address,
        proxy: tuple[str, int] | None,
        method: str,
        body: bytes | None,
        headers: Mapping[str, str],
    ) -> http.client.HTTPResponse:
        """Send a request and return the answer, of which the body is still to be read."""
        self.close()
        connection = _connection(address, proxy, self._patience)
        self._open.append(connection)
        connection.connect()
        self._socket = connection.sock
        if self._given_up:  # while the name was asked for, when there was nothing to cut yet
            raise NotFetched("nobody waits for it any more")
        target = str(address) if proxy and address.scheme == "http" else address.path
        connection.request(method, target, body=body, headers={"User-Agent": "MailBridge", **headers})
        response = connection.getresponse()
        self._open.append(response)
        return response

    def close(self) -> None:
        """Close what is open; only for the thread that asks."""
        while self._open:
            self._open.pop().close()

    def give_up(self) -> None:
        """End it from another thread, and for good: whoever waits for an octet hears that there are no more."""
        self._given_up = True
        if self._socket is not None:
            with suppress(OSError):  # it was closed just now
                self._socket.shutdown(socket.SHUT_RDWR)


def _connection(address: Address, proxy: tuple[str, int] | None, patience: float) -> http.client.HTTPConnection:
    host, port = proxy or (address.host, address.port)
    if address.scheme == "http":
        return http.client.HTTPConnection(host, port, timeout=patience)
    secure = http.client.HTTPSConnection(host, port, timeout=patience, context=ssl.create_default_context())
    if proxy:
        secure.set_tunnel(address.host, address.port)
    return secure


def _moved_to(address: Address, location: str) -> str:
    return urljoin(str(address), location)


def _body(response: http.client.HTTPResponse, largest: int) -> bytes:
    if response.status != http.client.OK:
        raise NotFetched(f"the answer is HTTP {response.status}", is_silent=response.status >= _GONE_WRONG)
    announced = response.length
    if announced is not None and announced > largest:
        raise NotFetched(f"it is larger than {largest} octets")
    chunks: list[bytes] = []
    total = 0
    while chunk := response.read(_CHUNK):
        total += len(chunk)
        if total > largest:
            raise NotFetched(f"it is larger than {largest} octets")
        chunks.append(chunk)
    if announced is not None and total < announced:
        raise NotFetched("the answer ends too early", is_silent=True)
    return b"".join(chunks)


def _words(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
