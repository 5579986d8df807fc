"""What the header of an edXML file says of its document (QCVN 102:2016/BTTTT, as revised 2020)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True, slots=True)
class EdxmlHeader:
    """
    The MessageHeader of an edXML file, as far as the book needs it; texts NFC, "" is None.

    `number` and `notation` are CodeNumber and CodeNotation ("123", "UBND-VX"). `type_name` is DocumentName,
    `type_code` DocumentType. `urgency`: khẩn, thượng khẩn, hỏa tốc, None for usual. `action` is the kind of business:
    new, revoke, update, replace; None for a status. `earlier` are the ids of the documents that are to be revoked,
    changed or replaced, "000.00.00.G22,2018/09/20,7816/VPCP-TTĐT"; `reason` is why, in the sender's words.
    """

    document_id: str | None
    number: str | None
    notation: str | None
    issued_date: date | None
    place: str | None
    type_name: str | None
    type_code: int | None
    subject: str | None
    organ_id: str | None
    organ_name: str | None
    superior: str | None
    addressees: tuple[str, ...]
    signer_name: str | None
    signer_position: str | None
    signer_authority: str | None
    due_date: date | None
    urgency: str | None
    pages: int | None
    action: str | None
    earlier: tuple[str, ...] = ()
    reason: str | None = None
