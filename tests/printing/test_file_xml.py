"""A file as XML."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from mailbridge.printing.columns import INPUT_FIELDS
from mailbridge.printing.file_lists import files_of
from mailbridge.printing.file_xml import file_xml
from tests.printing.builders_printing import entry


def test_a_file_has_its_own_fields_and_its_documents_in_their_order() -> None:
    filed = [
        entry(1, file_notation="02/CCHC", file_ordinal=2, pages=5, file_organ_id="H04.12"),
        entry(2, file_notation="02/CCHC", file_ordinal=1, pages=1, subject="<&> \x00 o\u0302"),
    ]
    (file,) = files_of(filed)
    octets = file_xml(file)
    assert octets == file_xml(file)
    root = ET.fromstring(octets)
    said = {each.tag: each.text for each in root if each.text and each.text.strip()}
    assert said == {"StartDate": "2026-01-02", "EndDate": "2026-01-02", "DocTotal": "2", "PageTotal": "6"}
    assert [each.text for each in root.iterfind("FileCode/*")] == ["H04.12", "2026", "02/CCHC"]
    first, second = root.iterfind("Documents/Document")
    assert [each.findtext("DocOrdinal") for each in (first, second)] == ["1", "2"]
    assert first.findtext("Subject") == "<&> \ufffd ô"
    assert second.get("sha256") == f"{1:064x}"
    assert second.findtext("SignerInfo/FullName") == "Nguyễn Văn An"
    assert second.findtext("ArrivalNumber") == "1"


def test_no_field_of_the_decree_is_lost() -> None:
    full = entry(
        1,
        file_notation="1/A",
        file_ordinal=1,
        file_year=2026,
        file_organ_id="H04",
        note="x",
        urgency="khẩn",
        trace="Giao A",
        due_date=entry(1).arrival_date,
    )
    (file,) = files_of([full])
    (document,) = ET.fromstring(file_xml(file)).iterfind("Documents/Document")
    assert {each.tag for each in document.iter()} >= {field.name for field in INPUT_FIELDS}
