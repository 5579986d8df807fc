from __future__ import annotations

import pytest

from mailbridge.classifier.automatic import automatic_reason, wording_reason
from mailbridge.classifier.automatic_words import carries_files, unquoted
from mailbridge.classifier.classify import classify
from mailbridge.classifier.kinds import Kind
from mailbridge.mail.parse import parse
from tests.classifier.builders_automatic import Sample, every_automatic, letters_of_people

AUTOMATIC = every_automatic()


def silent(sample: Sample, mail_from: str | None) -> str | None:
    """Return why the classifier would not have this mail answered."""
    message = parse(sample.content)
    found = automatic_reason(message, mail_from) or wording_reason(message, mail_from)
    kind = classify(message, {}, mail_from=mail_from).kind
    return found or ("receipt" if kind is Kind.RECEIPT else None)


def test_there_are_many_shapes() -> None:
    assert len(AUTOMATIC) > 100
    assert len({sample.name for sample in AUTOMATIC}) == len(AUTOMATIC)


@pytest.mark.parametrize("sample", AUTOMATIC, ids=lambda sample: sample.name.encode("ascii", "replace").decode())
def test_no_program_is_answered_even_when_the_envelope_is_lost(sample: Sample) -> None:
    assert silent(sample, sample.mail_from) is not None


@pytest.mark.parametrize("sample", list(letters_of_people()), ids=lambda sample: sample.name)
@pytest.mark.parametrize("mail_from", [None, "vanthu@peer.example", "SRS0=x=y=peer.example=vanthu@relay.example"])
def test_letters_of_people_are_answered(sample: Sample, mail_from: str | None) -> None:
    assert silent(sample, mail_from) is None


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Tôi đi vắng.\n> Kính gửi", "Tôi đi vắng."),
        ("away\n\n-----original message-----\nx", "away"),
        ("> only quoted", "> only quoted"),
        ("a\nb", "a\nb"),
    ],
)
def test_what_is_quoted_is_not_what_is_said(text: str, kept: str) -> None:
    assert unquoted(text) == kept


def test_a_logo_is_no_file_that_a_person_sends() -> None:
    logo = "Content-Type: image/png\nContent-ID: <l>\nContent-Disposition: inline\n\nx"
    sample = Sample(name="x", text="x", content_type='multipart/related; boundary="b"', parts=(logo,))
    assert not carries_files(parse(sample.content))


def test_long_hostile_words_take_no_long_time() -> None:
    """Each pattern looks at some thousand characters; blowing up would hang this test."""
    for text in ("a " * 50_000, "your message " * 5_000, "không thể " * 5_000, "(((" * 9_000):
        wording_reason(parse(Sample(name="x", subject="Re: x", text=text).content), None)
