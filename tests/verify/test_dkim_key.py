from __future__ import annotations

import base64

import pytest

from mailbridge.verify.dkim_key import read_key, rsa_size
from tests.keys.dkim_keys import DkimKey, ed25519_key, rsa_key


@pytest.mark.parametrize("key", [rsa_key(), ed25519_key()], ids=["rsa", "ed25519"])
def test_record_written_again_holds_the_same_key(key: DkimKey) -> None:
    first = read_key(key.record(flags="t=y; n=note; ").replace("p=", "p=\r\n ").encode())
    again = read_key(first.record)
    assert (again.kind, again.octets) == (first.kind, first.octets) == (key.kind, base64.b64decode(key.public))


@pytest.mark.parametrize("bits", [1024, 2048])
def test_size_is_that_of_the_modulus(bits: int) -> None:
    assert rsa_size(read_key(rsa_key(bits).record().encode())) == bits
