from __future__ import annotations

import random
import re
import warnings
from collections.abc import Callable
from datetime import timedelta
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbridge.decision.proof import is_valid
from mailbridge.verify.odf import judge_odf
from mailbridge.verify.signature import Change, SignatureStatus, Status
from tests.keys.pki import AT, make_pki
from tests.verify.builders_office import Entries, odt, pack, sign_odt

_CLAIMED = AT - timedelta(hours=1)
_SIGNATURES = "META-INF/documentsignatures.xml"


def judge(entries: Entries) -> SignatureStatus:
    (status,) = judge_odf("2", pack(entries), make_pki().trust(), AT)
    return status


def signed(entries: Entries | None = None, **how: object) -> Entries:
    return sign_odt(entries or odt(), make_pki().person, **{"claimed": _CLAIMED, **how})  # type: ignore[arg-type] # passed on


class TestHonest:
    def test_a_document_signed_as_libreoffice_does(self) -> None:
        status = judge(signed())
        assert (status.status, status.reason) == (Status.TOTAL_PASSED, None)
        assert (status.format, status.signer, status.role) == ("odf", "Nguyễn Văn An", "person")
        assert (status.signed_at, status.time_source) == (_CLAIMED, "claimed")
        assert (status.covers_whole_file, status.changed_after) == (True, Change.NOTHING)
        assert is_valid(status)

    def test_the_time_in_the_signature_property(self) -> None:
        assert judge(signed(xades=False)).signed_at == _CLAIMED + timedelta(microseconds=250_000)

    def test_person_and_organization(self) -> None:
        pki = make_pki()
        twice = sign_odt(signed(), pki.organization, claimed=_CLAIMED, name="sig2")
        found = judge_odf("2", pack(twice), pki.trust(), AT)
        assert [(each.role, each.status) for each in found] == [
            ("person", Status.TOTAL_PASSED),
            ("organization", Status.TOTAL_PASSED),
        ]

    def test_two_signatures_with_the_same_ids_inside(self) -> None:
        """Older programs gave every signature the same ones; a reference means what lies in its own signature."""
        pki = make_pki()
        twice = sign_odt(signed(), pki.organization, claimed=_CLAIMED, name="sig2", signed_id="props-sig")
        found = judge_odf("2", pack(twice), pki.trust(), AT)
        assert [each.status for each in found] == [Status.TOTAL_PASSED, Status.TOTAL_PASSED]

    def test_xml_written_in_another_way(self) -> None:
        entries = signed()
        entries["meta.xml"] = b'<?xml version="1.0" encoding="UTF-8"?>\n' + entries["meta.xml"]
        assert judge(entries).status is Status.TOTAL_PASSED

    def test_signatures_of_the_macros_are_none_of_the_document(self) -> None:
        assert judge({**signed(), "META-INF/macrosignatures.xml": b"<a/>"}).status is Status.TOTAL_PASSED

    def test_links_that_lead_away_and_dates_that_stay(self) -> None:
        body = (
            '<text:p><text:a xlink:href="https://mailbridge.invalid/">trang</text:a>'
            '<text:date text:fixed="true">30/5/2026</text:date><draw:image xlink:href="Pictures/a.png"/></text:p>'
        )
        assert judge(signed(odt(body))).status is Status.TOTAL_PASSED


class TestNoSignature:
    def test_a_plain_document(self) -> None:
        assert judge_odf("2", pack(odt()), make_pki().trust(), AT) == ()

    def test_an_empty_list_of_signatures(self) -> None:
        entries = signed()
        begin = entries[_SIGNATURES].index(b"<ds:Signature ")
        end = entries[_SIGNATURES].rindex(b"</ds:Signature>") + len(b"</ds:Signature>")
        entries[_SIGNATURES] = entries[_SIGNATURES][:begin] + entries[_SIGNATURES][end:]
        assert judge_odf("2", pack(entries), make_pki().trust(), AT) == ()

    def test_no_package(self) -> None:
        assert judge_odf("2", b"text", make_pki().trust(), AT) == ()


def _replaced(name: str, old: bytes, new: bytes) -> Callable[[Entries], Entries]:
    def forge(entries: Entries) -> Entries:
        assert old in entries[name]
        return {**entries, name: entries[name].replace(old, new)}

    return forge


_FORGERIES: dict[str, Callable[[Entries], Entries]] = {
    "the text": _replaced("content.xml", b"12/SNV", b"99/SNV"),
    "a picture": _replaced("Pictures/dấu đỏ.png", b"picture", b"forgery"),
    "the type of the file": _replaced("mimetype", b"text", b"text-master"),
    "the list of the entries": _replaced("META-INF/manifest.xml", b"opendocument.text", b"opendocument.graphics"),
    "an entry added": lambda entries: {**entries, "Pictures/other.png": b"x"},
    "an object added": lambda entries: {**entries, "Object 1/content.xml": b"<a/>"},
    "an entry of META-INF added": lambda entries: {**entries, "META-INF/other.xml": b"<a/>"},
    "an entry removed": lambda entries: {name: octets for name, octets in entries.items() if name != "styles.xml"},
    "a name in other letters": lambda entries: {**entries, "Content.xml": b"<a/>"},
    "the time": _replaced(_SIGNATURES, b"2026-06-01T01", b"2025-06-01T01"),
    "the value": _replaced(_SIGNATURES, b"<ds:SignatureValue>", b"<ds:SignatureValue>AAAA"),
    "a document type": _replaced("content.xml", b"<office:document-content", b"<!DOCTYPE a><office:document-content"),
    "a document type in the signatures": _replaced(_SIGNATURES, b"<document-sig", b"<!DOCTYPE a><document-sig"),
    "another root": _replaced(_SIGNATURES, b"document-signatures", b"document-other"),
    "the signatures in pieces": _replaced(_SIGNATURES, b"</ds:Signature>", b""),
}


def test_doubts_do_not_go_away_when_the_text_is_written_in_another_encoding() -> None:
    """The canonical form is the same, so every digest still fits."""
    body = "<text:p><text:date>30/5/2026</text:date></text:p>"
    entries = signed(odt(body))
    assert judge(entries).sub_indication == "SIG_CONSTRAINTS_FAILURE"
    entries["content.xml"] = entries["content.xml"].decode().encode("utf-16")
    assert judge(entries).sub_indication == "SIG_CONSTRAINTS_FAILURE"


@pytest.mark.parametrize("forge", _FORGERIES.values(), ids=_FORGERIES.keys())
def test_no_forgery_passes(forge: Callable[[Entries], Entries]) -> None:
    honest = signed()
    assert judge(honest).status is Status.TOTAL_PASSED
    forged = judge(forge(honest))
    assert forged.status is not Status.TOTAL_PASSED
    assert not is_valid(forged)


def test_two_entries_of_one_name_are_malformed() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        content = pack([*signed().items(), ("content.xml", b"<a/>")])
    (status,) = judge_odf("2", content, make_pki().trust(), AT)
    assert (status.status, status.sub_indication) == (Status.TOTAL_FAILED, "FORMAT_FAILURE")


@pytest.mark.parametrize("left", ["content.xml", "mimetype", "META-INF/manifest.xml", "Pictures/dấu đỏ.png"])
def test_an_entry_that_the_signer_left_out(left: str) -> None:
    status = judge(signed(leave=[left]))
    assert (status.status, status.sub_indication) == (Status.INDETERMINATE, "SIG_CONSTRAINTS_FAILURE")
    assert (status.covers_whole_file, status.changed_after) == (False, Change.SUSPICIOUS)


def test_an_entry_that_is_gone() -> None:
    status = judge({name: octets for name, octets in signed().items() if name != "styles.xml"})
    assert (status.status, status.sub_indication) == (Status.INDETERMINATE, "SIGNED_DATA_NOT_FOUND")
    assert status.changed_after is Change.SUSPICIOUS


def test_an_entry_that_is_read_again_and_again() -> None:
    """Comments are no part of the canonical form: megabytes to be read become four octets."""
    entries = {**odt(), "a.xml": b"<a><!--" + random.Random(1).randbytes(1_000_000).hex().encode() + b"--></a>"}
    document = signed(entries)
    reference = re.search(rb'<ds:Reference URI="a.xml".*?</ds:Reference>', document[_SIGNATURES])
    assert reference
    many = document[_SIGNATURES].replace(reference.group(), reference.group() * 800)
    begin = process_time()
    assert judge({**document, _SIGNATURES: many}).status is not Status.TOTAL_PASSED
    assert process_time() - begin < 5


def test_an_encrypted_package() -> None:
    entries = odt()
    entries["META-INF/manifest.xml"] = entries["META-INF/manifest.xml"].replace(
        b'/"/>', b'/"/><manifest:encryption-data/>'
    ).replace(b"</manifest:manifest>", b"<manifest:encryption-data/></manifest:manifest>")  # fmt: skip
    status = judge(signed(entries))
    assert (status.status, status.sub_indication) == (Status.INDETERMINATE, "SIGNED_DATA_NOT_FOUND")


@pytest.mark.parametrize(
    "body",
    [
        "<text:p><text:date>30/5/2026</text:date></text:p>",
        '<text:p><text:time text:fixed="false">8:00</text:time></text:p>',
        '<text:p><draw:image xlink:href="https://mailbridge.invalid/a.png"/></text:p>',
        '<text:section><text:section-source xlink:href="../other.odt"/></text:section>',
        '<text:p><draw:object xlink:href="file:///tmp/a.ods"/></text:p>',
        "<text:dde-connection-decls/>",
    ],
)
def test_text_that_changes_with_the_reader(body: str) -> None:
    status = judge(signed(odt(body)))
    assert (status.status, status.sub_indication) == (Status.INDETERMINATE, "SIG_CONSTRAINTS_FAILURE")
    assert (status.covers_whole_file, status.changed_after) == (True, Change.NOTHING)


@given(part=st.sampled_from(sorted(odt())), place=st.integers(0, 10**6), new=st.binary(max_size=6))
def test_no_changed_entry_passes(part: str, place: int, new: bytes) -> None:
    from lxml import etree

    entries = signed()
    octets = entries[part]
    place %= len(octets)
    changed = octets[:place] + new + octets[place + 1 :]
    for status in judge_odf("2", pack({**entries, part: changed}), make_pki().trust(), AT):
        if status.status is Status.TOTAL_PASSED and changed != octets:
            same = [etree.tostring(etree.fromstring(each), method="c14n") for each in (octets, changed)]
            assert same[0] == same[1]
