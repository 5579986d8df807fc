"""A stranger's bag of certificates costs a bounded number of signature values, and hides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import pytest

from mailbridge.verify import links, value
from mailbridge.verify.links import MOST_CHAINS, MOST_LINKS, Links
from mailbridge.verify.material import MOST_BESIDE
from mailbridge.verify.verdict import PASSED
from tests.keys.authorities import AUTHORITY, Identity, issue, make_name, new_key
from tests.keys.pki import AT
from tests.verify.builders_chain import judge, read, state

NAMES = tuple(make_name(CN=f"CA {number}") for number in range(10))


@cache
def mesh() -> tuple[Identity, ...]:
    """Ten authorities that have all certified one another: a million ways without an end."""
    keys = [new_key() for _ in NAMES]
    roots = [issue(name, AUTHORITY, AT, key=key) for name, key in zip(NAMES, keys, strict=True)]
    return tuple(
        issue(name, AUTHORITY, AT, key=key, by=root) for name, key in zip(NAMES, keys, strict=True) for root in roots
    )


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The signatures that were calculated."""
    found: list[bytes] = []
    real = value.fits_key

    def counting(signature: bytes, *rest: Any) -> bool:
        found.append(signature)
        return real(signature, *rest)

    monkeypatch.setattr(links, "fits_key", counting)
    return found


def test_strangers_that_certify_one_another_cost_nothing(tried: list[bytes]) -> None:
    ours = Links([read(state().root)], [read(state().issuing)])
    before = len(tried)
    bag = [read(each) for each in mesh()]
    assert ours.beside(bag).chains(bag[0]) == ()
    assert len(tried) == before


def test_strangers_with_the_name_of_our_authority_cost_one_try_each(tried: list[bytes]) -> None:
    root = state().root
    key = new_key()
    false = Identity(certificate=root.certificate, key=key)
    bag = [read(issue(name, AUTHORITY, AT, by=false)) for name in NAMES]
    Links([read(root)], []).beside(bag)
    assert len(tried) == len(bag)


def test_mesh_with_a_real_link_gives_a_few_short_chains(tried: list[bytes]) -> None:
    real = issue(NAMES[9], AUTHORITY, AT, by=state().root, key=mesh()[-1].key)
    bag = [read(each) for each in (*mesh(), real)]
    found = Links([read(state().root)], []).beside(bag).chains(bag[0])
    assert 0 < len(found) <= MOST_CHAINS
    assert max(map(len, found)) <= MOST_LINKS
    assert len(tried) < 20 * len(bag)


def test_genuine_signature_beside_a_bag_still_passes() -> None:
    assert judge(state().person(), certificates=mesh()) == PASSED


def test_only_so_many_are_taken_from_a_file(tried: list[bytes]) -> None:
    s = state()
    false = Identity(certificate=s.root.certificate, key=new_key())
    bag = [issue(make_name(CN=f"CA {number}"), AUTHORITY, AT, by=false) for number in range(MOST_BESIDE + 50)]
    judge(s.person(by=bag[-1]), s.trust(others=()), certificates=bag)
    assert len(tried) <= MOST_BESIDE + 5


def test_the_shortest_chain_comes_first() -> None:
    s = state()
    middle = issue(make_name(CN="CA giữa"), AUTHORITY, AT, by=s.root)
    key = new_key()
    direct = issue(NAMES[0], AUTHORITY, AT, by=s.root, key=key)
    around = issue(NAMES[0], AUTHORITY, AT, by=middle, key=key)
    who = s.person(by=direct)
    found = Links([read(s.root)], [read(each) for each in (around, middle, direct)]).chains(read(who))
    assert [_names(chain) for chain in found] == [
        _names([read(each) for each in (who, direct, s.root)]),
        _names([read(each) for each in (who, around, middle, s.root)]),
    ]


def _names(chain: Sequence[Any]) -> list[bytes]:
    return [each.sha256 for each in chain]


def test_certificate_whose_two_algorithms_differ_is_not_issued() -> None:
    """The outer algorithm is not signed; RFC 5280 §4.1.1.2 wants both the same."""
    s = state()
    certificate = read(s.person())
    certificate["signature_algorithm"] = {"algorithm": "sha384_ecdsa"}
    changed = type(certificate).load(certificate.dump())
    assert not links.is_issued_by(changed, read(s.issuing))
    assert links.is_issued_by(read(s.person()), read(s.issuing))
