"""`[trust]` and `[authentication]`."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailbridge.settings import HostPort, check_files, load
from mailbridge.settings.pieces import TrustSettings
from tests.settings.builders_settings import MAIN, configuration

LINE = MAIN.count("\n")


def with_table(folder: Path, text: str) -> Path:
    return configuration(folder, mailbridge=MAIN + text)


def test_without_a_table_nothing_is_fetched(tmp_path: Path) -> None:
    settings = load(with_table(tmp_path, ""), {})
    assert settings.trust == TrustSettings(fetch=(), lists=(), proxy=None, refresh=3600.0, warn_days=(90, 30, 7))
    assert settings.authentication.sealers == ()


def test_everything_that_can_be_said(tmp_path: Path) -> None:
    settings = load(
        with_table(
            tmp_path,
            '[trust]\nfetch = ["CA.gov.vn", "ca.gov.vn", "b.vn:8080"]\n'
            'lists = ["http://ca.gov.vn/pki/pub/crl/cp.crl", "http://B.vn:8080/a b.crl"]\n'
            'proxy = "http://192.0.2.8:3128"\nrefresh = 600\nwarn_days = [7, 60, 7]\n'
            '[authentication]\nsealers = ["Lists.gov.vn"]\n',
        ),
        {},
    )
    assert settings.trust == TrustSettings(
        fetch=("ca.gov.vn", "b.vn:8080"),
        lists=("http://ca.gov.vn/pki/pub/crl/cp.crl", "http://b.vn:8080/a%20b.crl"),
        proxy=HostPort(host="192.0.2.8", port=3128),
        refresh=600.0,
        warn_days=(60, 7),
    )
    assert settings.authentication.sealers == ("lists.gov.vn",)


@pytest.mark.parametrize(
    ("text", "line", "problem", "remedy"),
    [
        ('[trust]\nfetch = ["*"]\n', 2, '"trust.fetch (number 1)" is not a host: "*"', "name of one host"),
        ('[trust]\nfetch = ["http://ca.gov.vn/"]\n', 2, "is not a host", "ca.gov.vn:8080"),
        ('[trust]\nfetch = ["ca.gov.vn",\n"ca.gov.vn:x"]\n', 3, "is not a host", "name of one host"),
        ('[trust]\nlists = ["ldap://ca.gov.vn/"]\n', 2, "is not an address of http or https", "cp.crl"),
        (
            '[trust]\nfetch = ["gov.vn"]\nlists = ["http://ca.gov.vn/a.crl"]\n',
            3,
            'is at a host that may not be asked: "ca.gov.vn"',
            'add "ca.gov.vn"',
        ),
        ('[trust]\nproxy = "192.0.2.8:3128"\n', 2, '"trust.proxy" is not an address', "http://192.0.2.8:3128"),
        ('[trust]\nproxy = "http://user:pw@192.0.2.8/"\n', 2, '"trust.proxy" is not an address', "3128"),
        ("[trust]\nrefresh = 1\n", 2, '"trust.refresh" does not fit', "greater than"),
        ("[trust]\nwarn_days = []\n", 2, '"trust.warn_days" is empty', "90, 30, 7"),
        ("[trust]\nwarn_days = [0]\n", 2, "does not fit", "greater than"),
        ('[trust]\nfetsh = ["ca.gov.vn"]\n', 2, 'unknown key "trust.fetsh"', 'did you mean "fetch"?'),
        ('[authentication]\nsealers = ["vn"]\n', 2, '"authentication.sealers (number 1)" is not a domain', "xn--"),
    ],
)
def test_each_slip_is_one_finding(tmp_path: Path, text: str, line: int, problem: str, remedy: str) -> None:
    (found,) = check_files(with_table(tmp_path, text), {})
    assert (found.line or 0) - LINE == line
    assert problem in found.problem
    assert remedy in found.remedy
