"""What is fetched, from whom, and how much of time and memory that may take."""

from __future__ import annotations

import socket
import time
from http.server import BaseHTTPRequestHandler

import pytest

from mailbridge.lookups.revocation_fetch import Fetcher, NotFetched
from tests.lookups.builders_hosts import Reply, body, drip, host, proxy


def test_what_is_there_comes() -> None:
    with host(a_crl=body(b"list", Last_Modified="Mon, 01 Jun 2026 02:00:00 GMT")) as served:
        fetched = Fetcher([served.name]).get(served.at("/a.crl"))
        assert (fetched.octets, fetched.modified) == (b"list", "Mon, 01 Jun 2026 02:00:00 GMT")
        assert served.asked == [("GET", "/a.crl")]
        assert served.headers[0]["Host"] == served.name


def test_what_has_not_changed_does_not_travel_again() -> None:
    with host(a_crl=body(b"", 304)) as served:
        fetched = Fetcher([served.name]).get(served.at("/a.crl"), modified="Mon, 01 Jun 2026 02:00:00 GMT")
        assert (fetched.octets, fetched.modified) == (None, "Mon, 01 Jun 2026 02:00:00 GMT")
        assert served.headers[0]["If-Modified-Since"] == "Mon, 01 Jun 2026 02:00:00 GMT"


def test_nothing_that_has_not_changed_is_nothing() -> None:
    with host(a_crl=body(b"", 304)) as served, pytest.raises(NotFetched, match="HTTP 304"):
        Fetcher([served.name]).get(served.at("/a.crl"))


def test_a_responder_gets_the_question() -> None:
    questions = []

    def reply(handler: BaseHTTPRequestHandler, question: bytes) -> None:
        questions.append(question)
        body(b"answer")(handler, question)

    with host(ocsp=reply) as served:
        assert Fetcher([served.name]).post(served.at("/ocsp"), b"question") == b"answer"
        assert questions == [b"question"]
        assert served.headers[0]["Content-Type"] == "application/ocsp-request"


def test_nobody_else_is_asked() -> None:
    with host(a_crl=body(b"list")) as served:
        for fetcher in (Fetcher(()), Fetcher(["ca.gov.vn", "127.0.0.1"])):
            assert not fetcher.may_ask(served.at("/a.crl"))
            with pytest.raises(NotFetched, match="is not in the list of hosts that may be asked") as caught:
                fetcher.get(served.at("/a.crl"))
            assert not caught.value.is_silent
        with pytest.raises(NotFetched, match="no address of http or https"):
            Fetcher([""]).get("file:///etc/hostname")
        assert served.asked == []


def test_a_redirect_leads_only_where_we_may_ask() -> None:
    with host(b_crl=body(b"list")) as other, host() as served:
        served.pages |= {
            "/near": body(b"", 302, Location="/near2"),
            "/near2": body(b"", 301, Location=served.at("/a.crl")),
            "/a.crl": body(b"list"),
            "/far": body(b"", 302, Location=other.at("/b.crl")),
            "/file": body(b"", 302, Location="file:///etc/hostname"),
            "/round": body(b"", 302, Location="/round"),
            "/nowhere": body(b"", 302),
        }
        fetcher = Fetcher([served.name])
        assert fetcher.get(served.at("/near")).octets == b"list"
        for path, why in {
            "/far": "is not in the list of hosts",
            "/file": "no address of http",
            "/round": "moved again",
            "/nowhere": "moved again",
        }.items():
            with pytest.raises(NotFetched, match=why):
                fetcher.get(served.at(path))
        assert other.asked == []
        with pytest.raises(NotFetched, match="HTTP 302"):
            fetcher.post(served.at("/near"), b"question")


def test_everything_goes_through_the_proxy() -> None:
    with proxy() as between, host(a_crl=body(b"list")) as served:
        fetcher = Fetcher([served.name], proxy=("127.0.0.1", between.port))
        assert fetcher.get(served.at("/a.crl")).octets == b"list"
        assert between.asked == [("GET", served.at("/a.crl"))]
        secret = Fetcher([served.name], proxy=("127.0.0.1", between.port), patience=2.0)
        with pytest.raises(NotFetched, match="does not answer"):
            secret.get(served.at("/a.crl").replace("http:", "https:"))


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with proxy() as between, host(a_crl=body(b"list")) as served:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, between.at("/"))
        assert Fetcher([served.name]).get(served.at("/a.crl")).octets == b"list"
        assert between.asked == []


@pytest.mark.parametrize(("status", "silent"), [(404, False), (403, False), (500, True), (503, True)])
def test_another_status_is_no_list(status: int, silent: bool) -> None:
    with host(a_crl=body(b"sorry", status)) as served:
        with pytest.raises(NotFetched, match=f"HTTP {status}") as caught:
            Fetcher([served.name]).get(served.at("/a.crl"))
        assert caught.value.is_silent is silent


def _endless(handler: BaseHTTPRequestHandler, _question: bytes) -> None:
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b"x" * 65536)


def _cut_short(handler: BaseHTTPRequestHandler, _question: bytes) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"x" * 10)


def _nonsense(handler: BaseHTTPRequestHandler, _question: bytes) -> None:
    handler.wfile.write(b"\x16\x03\x01 what?\r\n\r\n")


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (body(b"x" * 2000), "larger than 1024 octets"),
        (_endless, "larger than 1024 octets"),
        (_cut_short, "ends too early"),
        (_nonsense, "does not answer"),
    ],
    ids=["large", "endless", "cut-short", "nonsense"],
)
def test_too_much_and_too_little(reply: Reply, why: str) -> None:
    with host(a_crl=reply) as served, pytest.raises(NotFetched, match=why):
        Fetcher([served.name], largest=1024).get(served.at("/a.crl"))


def test_a_slow_host_costs_no_more_than_the_time_given() -> None:
    with host() as served:
        served.pages["/a.crl"] = drip(served.over, 0.05)
        began = time.monotonic()
        with pytest.raises(NotFetched, match=r"no whole answer within 0\.5 s") as caught:
            Fetcher([served.name], patience=0.5).get(served.at("/a.crl"))
        assert caught.value.is_silent
        assert time.monotonic() - began < 3


def test_a_host_that_says_nothing_costs_no_more_either() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        name = f"127.0.0.1:{deaf.getsockname()[1]}"
        began = time.monotonic()
        with pytest.raises(NotFetched):
            Fetcher([name], patience=0.5).post(f"http://{name}/", b"question")
        assert time.monotonic() - began < 3


def test_a_name_that_is_nowhere_does_not_answer() -> None:
    """An old internal name of the government CA ends in .ptc."""
    with pytest.raises(NotFetched) as caught:
        Fetcher(["ocsp.ca.ptc"], patience=5.0).post("http://ocsp.ca.ptc/", b"question")
    assert caught.value.is_silent


def test_a_port_that_is_closed_does_not_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        name = f"127.0.0.1:{closed.getsockname()[1]}"
    with pytest.raises(NotFetched, match="refused") as caught:
        Fetcher([name]).get(f"http://{name}/a.crl")
    assert caught.value.is_silent
