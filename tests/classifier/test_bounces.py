from __future__ import annotations

import pytest

from mailbridge.classifier.bounces import Bounce, CameBack, read_bounce
from mailbridge.mail.letter import RETURN_MARK, return_address, token_of
from mailbridge.mail.parse import parse
from tests.classifier.builders_automatic import OUR_ID, Sample, dsn, free_bounces, letters_of_people

TOKEN = OUR_ID[1:33]
KEY = "mail:sonv:accepted:an@peer.example"
BACK = return_address("vanthu@sonv.example", KEY)


def told(sample: Sample, *recipients: str) -> Bounce | None:
    return read_bounce(parse(sample.content), sample.mail_from, recipients, sample.content)


@pytest.mark.parametrize(
    ("action", "status", "what"),
    [
        ("failed", "5.1.1", CameBack.RETURNED),
        ("delayed", "4.4.1", CameBack.DELAYED),
        ("relayed", "2.0.0", CameBack.ANSWERED),
        ("delivered", "2.0.0", CameBack.ANSWERED),
    ],
)
def test_a_report_in_due_form_tells_letter_state_and_words(action: str, status: str, what: CameBack) -> None:
    found = told(dsn(action, status, "550 5.1.1 User unknown"))
    assert found == Bounce(tokens=(TOKEN,), what=what, status=status, said="smtp; 550 5.1.1 User unknown")


@pytest.mark.parametrize("sample", list(free_bounces()), ids=lambda sample: sample.name)
def test_a_report_in_words_tells_the_letter_by_address_or_identifier(sample: Sample) -> None:
    found = told(sample, BACK)
    assert found is not None
    assert found.tokens[0] == token_of(KEY)[:20]
    assert found.what is CameBack.RETURNED
    assert (TOKEN in found.tokens) == (not sample.name.endswith("-bare"))


def test_a_delay_in_words_is_no_return() -> None:
    sample = Sample(
        name="delay",
        sender="Mail Delivery System <Mailer-Daemon@mail.example>",
        subject="Warning: message delayed 24 hours",
        text="Your message has not yet been delivered; the server will continue to try. You do not need to resend.",
    )
    found = told(sample, BACK)
    assert found is not None
    assert found.what is CameBack.DELAYED


def test_an_absence_is_an_answer() -> None:
    fields = (("Auto-Submitted", "auto-replied"), ("In-Reply-To", OUR_ID))
    found = told(Sample(name="x", subject="Re: Báo nhận", text="Tôi đi vắng.", fields=fields))
    assert found == Bounce(tokens=(TOKEN,), what=CameBack.ANSWERED)


@pytest.mark.parametrize("sample", list(letters_of_people()), ids=lambda sample: sample.name)
def test_letters_of_people_tell_nothing_of_ours(sample: Sample) -> None:
    assert told(sample, "vanthu@sonv.example") is None


def test_a_person_who_answers_is_no_report() -> None:
    sample = Sample(name="x", subject="Re: Báo nhận", text="Cảm ơn.", fields=(("In-Reply-To", OUR_ID),))
    assert told(sample, "vanthu@sonv.example") is None


def test_the_letter_of_another_installation_is_no_report() -> None:
    fields = (("X-MailBridge-Letter", "accepted"), ("In-Reply-To", OUR_ID), ("Auto-Submitted", "auto-replied"))
    assert told(Sample(name="x", subject="[Báo nhận] x", fields=fields), "vanthu@sonv.example") is None


@pytest.mark.parametrize(
    ("address", "key"), [("vanthu@sonv.example", KEY), ("a@b", "x"), (f"{'a' * 39}@b", "x"), ("VĂNTHƯ@b", "x")]
)
def test_every_return_address_is_read_back(address: str, key: str) -> None:
    back = return_address(address, key)
    assert len(back.rpartition("@")[0]) <= 64
    found = told(Sample(name="x", subject="failure notice", text="x"), back.upper())
    assert found is not None
    assert found.tokens == (token_of(key)[:20],)


def test_a_local_part_that_is_too_long_has_no_return_address() -> None:
    assert return_address(f"{'a' * 40}@b", "x") == ""


@pytest.mark.parametrize(
    "address",
    [f"{RETURN_MARK}{'a' * 20}@b", f"vanthu{RETURN_MARK}xyz@b", f"vanthu{RETURN_MARK}{'a' * 21}@b", "vanthu@b"],
)
def test_other_addresses_are_none_of_ours(address: str) -> None:
    assert told(Sample(name="x", subject="failure notice", text="x", mail_from=""), address) is None
