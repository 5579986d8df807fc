from __future__ import annotations

from typing import Any

import pytest

from mailbridge.classifier.automatic import automatic_reason, wording_reason
from mailbridge.classifier.automatic_words import carries_files, unquoted
from mailbridge.classifier.classify import classify
from mailbridge.classifier.kinds import Kind
from mailbridge.mail.parse import parse
from tests.classifier.builders_automatic import OUR_ID, Sample, every_automatic, letters_of_people

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


def _sample(subject: str, text: str, *, answers: bool = True, **how: Any) -> Sample:
    fields = (("In-Reply-To", OUR_ID), ("References", OUR_ID)) if answers else ()
    return Sample(name=subject, subject=subject, text=text, fields=fields, **how)


UNMARKED = (
    _sample("RE: Đã nhận", "Hi, I'm OOO until Aug 15. Mọi việc gấp vui lòng gọi Mr. Nam."),
    _sample("Re: Đã nhận", "OOTO this week with patchy email."),
    _sample("Re: Đã nhận", "I'm taking annual leave through Friday; contact Nam for urgent matters."),
    _sample("Re: Đã nhận", "Anh/chị thông cảm, tuần này tôi ở nước ngoài."),
    _sample("Re: Đã nhận", "Tôi hiện không ở cơ quan đến thứ Hai."),
    _sample("Re: Đã nhận", "Cơ quan nghỉ Tết Nguyên đán từ 14/2 đến 22/2. Chúc mừng năm mới!"),
    _sample("Re: Đã nhận", "Đơn vị đã đổi sang địa chỉ thư mới: abc@x.example. Vui lòng cập nhật."),
    _sample("Re: Đã nhận", "Do sáp nhập, địa chỉ này không còn được sử dụng kể từ 01/07/2026."),
    _sample("Re: Đã nhận", "Hệ thống đã tiếp nhận thư của quý khách và chuyển bộ phận chuyên môn."),
    _sample("Re: Công văn 12", "Văn bản của quý cơ quan đã được tiếp nhận và vào sổ số 15."),
    _sample("Đã nhận thư của bạn", "Chúng tôi đã nhận được thư và sẽ trả lời trong 24 giờ.", answers=False),
    _sample("Your request has been received: #991", "Hi An, A request for support has been created.", answers=False),
    _sample("Re: Đã nhận", "To deliver your message, reply to this mail."),
    _sample("Re: x", "Thư của bạn đang chờ. Vui lòng bấm vào liên kết để xác nhận bạn không phải là robot."),
    _sample("Return Receipt (displayed)", "Your document was received by An.", answers=False),
    _sample("Đã chấp nhận: Họp giao ban", "An đã chấp nhận", answers=False),
    _sample("Hộp thư đầy", "Hộp thư của người nhận an@x.example đã đầy, thư của bạn không được nhận.", answers=False),
)


@pytest.mark.parametrize("sample", UNMARKED, ids=[f"{place}" for place in range(len(UNMARKED))])
def test_programs_that_write_few_words_are_silenced(sample: Sample) -> None:
    assert silent(sample, "an@peer.example") is not None


def _calendar(method: str) -> Sample:
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nMETHOD:{method}\nBEGIN:VEVENT\nEND:VEVENT\nEND:VCALENDAR\n"
    return Sample(name=method, subject="Họp giao ban", text=text, content_type=f"text/calendar; method={method}")


def test_a_calendar_that_answers_is_a_program_and_an_invitation_is_a_person() -> None:
    assert silent(_calendar("REPLY"), "an@peer.example") is not None
    assert silent(_calendar("COUNTER"), "an@peer.example") is not None
    assert silent(_calendar("REQUEST"), "an@peer.example") is None


LIKE_PROGRAMS = (
    _sample("Cảnh báo: bão số 5", "Kính gửi các đơn vị, Đài khí tượng thủy văn cảnh báo bão.", answers=False),
    _sample("V/v chế độ nghỉ phép năm", "Kính gửi quý cơ quan, xin gửi văn bản về chế độ nghỉ phép.", answers=False),
    _sample("Báo cáo cán bộ vắng mặt", "Kính gửi Sở, danh sách cán bộ đi công tác nước ngoài.", answers=False),
    _sample("V/v tiếp nhận hồ sơ", "Kính gửi quý Sở, hồ sơ đã được tiếp nhận, đề nghị xem xét.", answers=False),
    _sample("Re: Công văn 12", "Đã nhận được công văn của quý cơ quan; chúng tôi nhất trí với dự thảo."),
    _sample("Cảm ơn", "Kính gửi Sở, cảm ơn quý cơ quan đã phối hợp. Xin gửi báo cáo.", answers=False),
    _sample("Về việc cử cán bộ", "Kính gửi Sở. Do Giám đốc đi công tác, Phó Giám đốc ký thay.", answers=False),
)


@pytest.mark.parametrize("sample", LIKE_PROGRAMS, ids=[f"{place}" for place in range(len(LIKE_PROGRAMS))])
def test_letters_of_offices_with_words_of_programs_are_answered(sample: Sample) -> None:
    assert silent(sample, "an@peer.example") is None


_SCANNED = "Content-Type: application/pdf\nContent-Disposition: attachment; filename=cv.pdf\n\n%PDF-1.7"


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Message from KM_C258", "Device Name: KM C258"),
        ("Scan from HP MFP", "Please open the attached document. It was scanned and sent to you using a Xerox."),
        ("Văn bản điện tử số 12", "Đây là thư tự động từ hệ thống, vui lòng không trả lời thư này."),
        ("Trả lời công văn số 15/SNV", "Kính gửi: Sở Nội vụ. UBND huyện gửi văn bản trả lời."),
        ("Re: Đề nghị báo cáo", "Gửi báo cáo theo yêu cầu. Chúng tôi sẽ phản hồi sau."),
    ],
)
def test_a_file_from_a_scanner_or_an_office_system_is_acknowledged(subject: str, text: str) -> None:
    sample = _sample(subject, text, content_type='multipart/mixed; boundary="b"', parts=(_SCANNED,))
    assert silent(sample, "vanthu@peer.example") is None
