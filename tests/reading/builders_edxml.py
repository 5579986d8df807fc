"""edXML packets as the programs of agencies write them (QCVN 102:2016/BTTTT)."""

from __future__ import annotations

import base64
from collections.abc import Sequence

NAMESPACE = "http://www.mic.gov.vn/TBT/QCVN_102_2016"

HEADER = """
<edXML:From><edXML:OrganId>000.00.11.H99</edXML:OrganId>
  <edXML:OrganizationInCharge>UBND tỉnh Mẫu</edXML:OrganizationInCharge>
  <edXML:OrganName>Sở Nội vụ tỉnh Mẫu</edXML:OrganName></edXML:From>
<edXML:To><edXML:OrganName>Sở Tài chính tỉnh Mẫu</edXML:OrganName></edXML:To>
<edXML:To><edXML:OrganName>Sở Y tế tỉnh Mẫu</edXML:OrganName></edXML:To>
<edXML:DocumentId>000.00.11.H99,2026/11/16,123/SNV-VP</edXML:DocumentId>
<edXML:Code><edXML:CodeNumber>123</edXML:CodeNumber><edXML:CodeNotation>SNV-VP</edXML:CodeNotation></edXML:Code>
<edXML:PromulgationInfo><edXML:Place>Mẫu</edXML:Place>
  <edXML:PromulgationDate>{date}</edXML:PromulgationDate></edXML:PromulgationInfo>
<edXML:DocumentType><edXML:Type>18</edXML:Type><edXML:TypeName>Công văn</edXML:TypeName></edXML:DocumentType>
<edXML:Subject>Báo cáo công tác
  văn thư</edXML:Subject>
<edXML:SignerInfo><edXML:Competence>KT.</edXML:Competence><edXML:Position>Phó Giám đốc</edXML:Position>
  <edXML:FullName>Trần Thị B</edXML:FullName></edXML:SignerInfo>
<edXML:DueDate>2026/11/30</edXML:DueDate>
<edXML:OtherInfo><edXML:Priority>{priority}</edXML:Priority><edXML:PageAmount>3</edXML:PageAmount></edXML:OtherInfo>
"""

STATUS = """
<edXML:From><edXML:OrganName>Sở Tài chính tỉnh Mẫu</edXML:OrganName></edXML:From>
<edXML:ResponseFor><edXML:Code>123/SNV-VP</edXML:Code></edXML:ResponseFor>
<edXML:StatusCode>01</edXML:StatusCode><edXML:Description>Đã đến</edXML:Description>
"""


def packet(
    *,
    files: Sequence[tuple[str, bytes]] = (),
    business: str = "<edXML:BussinessDocType>0</edXML:BussinessDocType>",
    header: str = HEADER,
    date: str = "2026/11/16",
    priority: str = "1",
    namespace: str = NAMESPACE,
) -> bytes:
    """Write a packet; all types of its files are declared as application/zip, as programs do."""
    attachments = "".join(
        f"<Attachment><AttachmentName>{name}</AttachmentName><ContentType>application/zip</ContentType>"
        f"<edXML:ContentTransferEncoded>{base64.b64encode(octets).decode()}</edXML:ContentTransferEncoded></Attachment>"
        for name, octets in files
    )
    filled = header.replace("{date}", date).replace("{priority}", priority)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\r\n<edXML xmlns="{namespace}" xmlns:edXML="{namespace}">'
        f"<edXML:edXMLEnvelope><edXML:edXMLHeader><edXML:MessageHeader>{filled}</edXML:MessageHeader>"
        f"<edXML:TraceHeaderList><edXML:Bussiness>{business}</edXML:Bussiness></edXML:TraceHeaderList>"
        f"</edXML:edXMLHeader></edXML:edXMLEnvelope><AttachmentEncoded>{attachments}</AttachmentEncoded></edXML>"
    ).encode()
