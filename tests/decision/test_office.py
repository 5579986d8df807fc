"""Which agencies a mail is for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailbridge.decision.office import agencies_of, recipients_of
from mailbridge.mail.envelope import Envelope
from tests.decision.builders_decision import AGENCY

FINANCE = replace(AGENCY, id="sotc", domains=("sotc.backan.gov.vn", "stc.backan.gov.vn"))


@pytest.mark.parametrize(
    ("recipients", "ids"),
    [
        (("a@sonv.backan.gov.vn",), ["sonv"]),
        (("a@SONV.BacKan.gov.vn.",), ["sonv"]),
        (("a@stc.backan.gov.vn", "b@sonv.backan.gov.vn"), ["sonv", "sotc"]),
        (("a@backan.gov.vn", "b@x.sonv.backan.gov.vn", "c@sonv.backan.gov.vn.example.com"), []),
        (("postmaster",), []),
        ((), []),
    ],
)
def test_by_the_domain_of_a_recipient_exactly(recipients: tuple[str, ...], ids: list[str]) -> None:
    envelope = Envelope(mail_from="", recipients=recipients)
    assert [agency.id for agency in agencies_of(envelope, (AGENCY, FINANCE))] == ids


def test_everybody_belongs_to_the_agency_of_a_trial() -> None:
    everybody = replace(AGENCY, domains=("*",))
    assert recipients_of(everybody, Envelope(mail_from=None, recipients=("a@b.c", "postmaster"))) == (
        "a@b.c",
        "postmaster",
    )
