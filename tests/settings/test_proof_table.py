"""`[proof]`: an authority is asked only when its host may be."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailbridge.errors import Misconfigured
from tests.wiring.builders_wiring import settings_of


def test_nothing_is_stamped_and_readings_are_kept_unless_told_otherwise(tmp_path: Path) -> None:
    proof = settings_of(tmp_path).proof
    assert (proof.timestamp_url, proof.keep_readings) == ("", True)


def test_an_authority_whose_host_may_be_asked_is_taken(tmp_path: Path) -> None:
    below = (
        '[trust]\nfetch = ["tsa.ca.gov.vn"]\n[proof]\ntimestamp_url = "http://tsa.ca.gov.vn/q"\nkeep_readings = false\n'
    )
    proof = settings_of(tmp_path, below=below).proof
    assert (proof.timestamp_url, proof.keep_readings) == ("http://tsa.ca.gov.vn/q", False)


@pytest.mark.parametrize(
    ("url", "why"),
    [("ldap://tsa.ca.gov.vn", "not an address"), ("http://tsa.ca.gov.vn", "may not be asked")],
    ids=("scheme", "host"),
)
def test_an_address_that_cannot_be_asked_is_named(tmp_path: Path, url: str, why: str) -> None:
    with pytest.raises(Misconfigured, match=why):
        settings_of(tmp_path, below=f'[proof]\ntimestamp_url = "{url}"\n')
