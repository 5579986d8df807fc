"""Which agencies a mail is for."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from mailbridge.decision.office import agencies_of, mailboxes_of, recipients_of
from mailbridge.mail.envelope import Envelope
from mailbridge.mail.message import HeaderField
from tests.decision.builders_decision import AGENCY, message

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


DOMAIN = "sonv.backan.gov.vn"


def addressed(*fields: tuple[str, str], recipients: tuple[str, ...] = ()) -> list[str]:
    header = tuple(HeaderField(name=name, raw=value.encode(), value=value) for name, value in fields)
    envelope = Envelope(mail_from="a@b.vn", recipients=recipients)
    return [mailbox.split("@")[0] for mailbox in mailboxes_of(AGENCY, envelope, replace(message(), header=header))]


def test_mailboxes_stand_in_the_envelope_and_in_the_fields_of_addressees() -> None:
    fields = (
        ("To", f'"Văn thư, Sở" <vanthu@{DOMAIN}>, other@khac.vn'),
        ("CC", f"Các phòng: tochuc@{DOMAIN}, Thanh tra <THANHTRA@{DOMAIN.upper()}>; c@khac.vn"),
        ("Resent-To", f"lan@{DOMAIN} (chị Lan)"),
        ("Delivered-To", f"hop@{DOMAIN}"),
    )
    recipients = (f"Bcc@{DOMAIN}", f"VanThu@{DOMAIN}", "d@khac.vn")
    assert addressed(*fields, recipients=recipients) == ["Bcc", "VanThu", "tochuc", "THANHTRA", "lan", "hop"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("From", f"a@{DOMAIN}"),
        ("Subject", f"a@{DOMAIN}"),
        ("Bcc", f"a@{DOMAIN}"),
        ("To", f'"a@{DOMAIN}" <x@khac.vn>'),
        ("To", f"(a@{DOMAIN}) x@khac.vn"),
        ("To", f"a@{DOMAIN}.example.com"),
        ("To", f"a b@{DOMAIN}"),
        ("To", f"=?utf-8?q?a=40{DOMAIN}?="),
        ("To", "undisclosed-recipients:;"),
        ("To", f'"a@{DOMAIN}'),
    ],
)
def test_no_mailbox_is_found_where_none_is_addressed(name: str, value: str) -> None:
    assert addressed((name, value)) == []


@pytest.mark.parametrize("piece", ['"', '\\"', '"\\', "(", "<", "<a@", "a@b", ",", ":"])
def test_endless_fields_take_no_long_time(piece: str) -> None:
    began = time.process_time()
    addressed(*[("To", '"' + piece * 50_000), ("Cc", piece * 50_000)])
    assert time.process_time() - began < 2
