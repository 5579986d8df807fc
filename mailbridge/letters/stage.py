"""
How far a document has come, in the codes of document systems (QCVN 102:2016/BTTTT), and why one is sent back.

Source: domain of exchange: 01 to 06, 13, 15 and 16; 14 is read elsewhere and never written.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mailbridge.letters.wording import Words
from mailbridge.mail.letter import LetterKind


class Stage(StrEnum):
    """A stage, by its code."""

    ARRIVED = "01"
    REFUSED = "02"
    ACCEPTED = "03"
    ASSIGNED = "04"
    IN_PROGRESS = "05"
    DONE = "06"
    RECALL_ASKED = "13"
    RECALL_AGREED = "15"
    RECALL_REFUSED = "16"

    @property
    def words(self) -> Words:
        """What the code means."""
        return _WORDS[self]

    @property
    def kind(self) -> LetterKind:
        """The kind of letter that tells it."""
        return _KINDS[self]


_WORDS = {
    Stage.ARRIVED: Words(vi="Đã đến", en="Arrived"),
    Stage.REFUSED: Words(vi="Từ chối tiếp nhận", en="Refused"),
    Stage.ACCEPTED: Words(vi="Đã tiếp nhận", en="Accepted"),
    Stage.ASSIGNED: Words(vi="Đã phân công", en="Assigned"),
    Stage.IN_PROGRESS: Words(vi="Đang xử lý", en="In progress"),
    Stage.DONE: Words(vi="Hoàn thành", en="Done"),
    Stage.RECALL_ASKED: Words(vi="Lấy lại, thu hồi", en="Recall asked for"),
    Stage.RECALL_AGREED: Words(vi="Đồng ý cập nhật, lấy lại", en="Update or recall agreed"),
    Stage.RECALL_REFUSED: Words(vi="Từ chối cập nhật, lấy lại", en="Update or recall refused"),
}
_KINDS = {
    Stage.ARRIVED: LetterKind.ARRIVED,
    Stage.REFUSED: LetterKind.REFUSED,
    Stage.ACCEPTED: LetterKind.ACCEPTED,
    Stage.ASSIGNED: LetterKind.PROGRESS,
    Stage.IN_PROGRESS: LetterKind.PROGRESS,
    Stage.DONE: LetterKind.PROGRESS,
    Stage.RECALL_ASKED: LetterKind.RECALL,
    Stage.RECALL_AGREED: LetterKind.RECALL,
    Stage.RECALL_REFUSED: LetterKind.RECALL,
}

USUAL_STAGES = (Stage.ARRIVED, Stage.REFUSED, Stage.ACCEPTED, Stage.RECALL_AGREED, Stage.RECALL_REFUSED)
"""The stages that a sender is told of unless the office says otherwise."""


class ReturnReason(StrEnum):
    """Why a document is sent back, or what its sender is asked to add."""

    WRONG_PLACE = "wrong-place"
    SIGNATURE_INVALID = "signature-invalid"
    CHANGED = "changed"
    UNSIGNED = "unsigned"
    NO_SYMBOL = "no-symbol"
    FILE_MISSING = "file-missing"
    FILE_TYPE = "file-type"
    MALWARE = "malware"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True, slots=True)
class ReasonWords:
    """A reason in a few words and as a sentence with {agency} and {detail}. `is_question`: nothing goes back."""

    short: Words
    sentence: Words
    is_question: bool = False


RETURN_REASONS = {
    ReturnReason.WRONG_PLACE: ReasonWords(
        short=Words(vi="Gửi sai nơi nhận", en="Wrong recipient"),
        sentence=Words(
            vi="Văn bản không thuộc phạm vi tiếp nhận của {agency}; đề nghị gửi đến cơ quan có thẩm quyền.",
            en="The document is not for {agency} to receive; please send it to the body that is competent.",
        ),
    ),
    ReturnReason.SIGNATURE_INVALID: ReasonWords(
        short=Words(vi="Chữ ký số không hợp lệ", en="Digital signature invalid"),
        sentence=Words(
            vi="Kiểm tra cho thấy chữ ký số không hợp lệ{: detail}. Đề nghị kiểm tra, ký và gửi lại.",
            en="The digital signature was found invalid{: detail}. Please check, sign and send again.",
        ),
    ),
    ReturnReason.CHANGED: ReasonWords(
        short=Words(vi="Nội dung bị thay đổi sau khi ký", en="Changed after signing"),
        sentence=Words(
            vi="Tệp{ detail} đã thay đổi sau khi ký; đề nghị gửi lại bản đã ký.",
            en="The file{ detail} was changed after it was signed; please send the signed version again.",
        ),
    ),
    ReturnReason.UNSIGNED: ReasonWords(
        short=Words(vi="Chưa ký số", en="Not digitally signed"),
        sentence=Words(
            vi=(
                "Văn bản chưa có chữ ký số của cơ quan. {agency} ghi nhận để biết, tham khảo; đề nghị gửi văn bản đã "
                "ký số hoặc bản giấy."
            ),
            en=(
                "The document has no digital signature of the body. {agency} takes note of it for information; please "
                "send the signed document or paper."
            ),
        ),
        is_question=True,
    ),
    ReturnReason.NO_SYMBOL: ReasonWords(
        short=Words(vi="Thiếu số, ký hiệu", en="No number or symbol"),
        sentence=Words(
            vi="Văn bản chưa có số, ký hiệu hoặc ngày ban hành.",
            en="The document has no number, symbol or date of issue.",
        ),
    ),
    ReturnReason.FILE_MISSING: ReasonWords(
        short=Words(vi="Thiếu phụ lục, tệp lỗi", en="Appendix missing or file damaged"),
        sentence=Words(
            vi="Không mở được tệp hoặc thiếu phụ lục{: detail}.",
            en="A file could not be opened, or an appendix is missing{: detail}.",
        ),
        is_question=True,
    ),
    ReturnReason.FILE_TYPE: ReasonWords(
        short=Words(vi="Tệp không được phép", en="File type not allowed"),
        sentence=Words(
            vi="Loại tệp{ detail} không được tiếp nhận qua thư điện tử.",
            en="Files of this type{ detail} are not received by mail.",
        ),
    ),
    ReturnReason.MALWARE: ReasonWords(
        short=Words(vi="Phát hiện mã độc", en="Malware found"),
        sentence=Words(
            vi="Tệp{ detail} không an toàn và đã bị chặn.", en="The file{ detail} is not safe and was blocked."
        ),
    ),
    ReturnReason.OTHER: ReasonWords(
        short=Words(vi="Chưa thể tiếp nhận", en="Could not be accepted"), sentence=Words(vi="{detail}", en="{detail}")
    ),
}


def reason_sentence(reason: ReturnReason, agency: str, detail: str, language: str) -> str:
    """Write the sentence of a reason; a reason without detail leaves its place out."""
    said = RETURN_REASONS[reason].sentence[language]
    clean = detail.strip().rstrip(".")
    said = said.replace("{: detail}", f": {clean}" if clean else "").replace("{ detail}", f" {clean}" if clean else "")
    # The foreign text last: what looks like a place to fill in a detail is none.
    return said.replace("{agency}", agency).replace("{detail}", detail.strip())
