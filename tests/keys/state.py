"""Authorities named and shaped like those of the state and of the public, two generations, with people and bodies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache

from cryptography import x509

from mailbridge.verify.evidence import Trust
from tests.keys.authorities import (
    ANSWERING,
    AUTHORITY,
    STAMPING,
    Identity,
    Key,
    Shape,
    issue,
    make_answer,
    make_list,
    make_name,
    rsa_key,
)
from tests.keys.pki import AT

DAY = timedelta(days=1)
PROVINCE = "ỦY BAN NHÂN DÂN TỈNH BẮC KẠN"
AN = make_name(
    C="VN", L="Bắc Kạn", O=PROVINCE, OU="ỦY BAN NHÂN DÂN XÃ PHỦ THÔNG", CN="Nguyễn Văn An", E="an.nv@backan.gov.vn"
)
OFFICE = make_name(C="VN", L="Hà Nội", O="BỘ TÀI CHÍNH", CN="CỤC THUẾ")


@dataclass(frozen=True, kw_only=True)
class State:
    """
    The government's authority in its first (unaccented, RSA, its root signed with SHA-1) and second generation, and a
    public one; `tsa` and `responder` belong to the second generation's `issuing`.
    """

    at: datetime
    old_root: Identity
    old_issuing: Identity
    root: Identity
    issuing: Identity
    party: Identity
    public_root: Identity
    public_issuing: Identity
    tsa: Identity
    responder: Identity

    def person(self, shape: Shape | None = None, *, by: Identity | None = None, key: Key | None = None) -> Identity:
        """Issue a person's certificate of this shape."""
        return issue(AN, shape or Shape(), self.at, by=by or self.issuing, key=key)

    def body(self, shape: Shape | None = None, *, by: Identity | None = None) -> Identity:
        """Issue the certificate of an organisation."""
        return issue(OFFICE, shape or Shape(), self.at, by=by or self.issuing)

    def trust(
        self,
        *,
        crls: Sequence[bytes] = (),
        ocsps: Sequence[bytes] = (),
        anchors: Sequence[Identity] | None = None,
        others: Sequence[Identity] | None = None,
    ) -> Trust:
        """Return what the administrator of an agency would trust."""
        roots = (self.old_root, self.root, self.public_root) if anchors is None else anchors
        between = (self.old_issuing, self.issuing, self.party, self.public_issuing) if others is None else others
        return Trust(
            anchors=tuple(each.der for each in roots),
            others=tuple(each.der for each in between),
            crls=tuple(crls),
            ocsps=tuple(ocsps),
        )

    def crl(
        self,
        revoked: Mapping[int, datetime | tuple[datetime, x509.ReasonFlags]] | None = None,
        *,
        by: Identity | None = None,
        begin: timedelta = -DAY,
        end: timedelta = 30 * DAY,
        extra: Sequence[tuple[x509.ExtensionType, bool]] = (),
        issuer: x509.Name | None = None,
    ) -> bytes:
        """Make a list of `issuing`, of yesterday, good for a month."""
        return make_list(
            by or self.issuing,
            revoked or {},
            begin=self.at + begin,
            end=self.at + end,
            extra=extra,
            issuer=issuer,
        )

    def said_good(
        self,
        about: Identity,
        *,
        issuer: Identity | None = None,
        by: Identity | None = None,
        begin: timedelta = -DAY,
        end: timedelta | None = 7 * DAY,
    ) -> bytes:
        """Make the answer of `responder` that a certificate is good, of yesterday, good for a week."""
        until = None if end is None else self.at + end
        return make_answer(about, issuer or self.issuing, by=by or self.responder, begin=self.at + begin, end=until)


@cache
def make_state(at: datetime = AT) -> State:
    """Make all authorities once a test run; one RSA key is made for the first generation."""
    first = replace(AUTHORITY, begin=-16 * 365, old="sha1")
    government = {"O": "Ban Cơ yếu Chính phủ", "C": "VN"}
    old_root = issue(
        make_name(CN="Co quan chung thuc so chuyen dung Chinh phu (RootCA)", O="Ban Co yeu Chinh phu", C="VN"),
        first,
        at,
        key=rsa_key(1),
    )
    old_issuing = issue(
        make_name(CN="Co quan chung thuc so Bo Tai chinh", O="Ban Co yeu Chinh phu", C="VN"),
        first,
        at,
        by=old_root,
        key=rsa_key(1),
    )
    root = issue(make_name(CN="RootCA chuyên dùng Chính phủ G2", **government), AUTHORITY, at)
    limited = replace(AUTHORITY, path_length=0)
    issuing = issue(make_name(CN="CA phục vụ các cơ quan Nhà nước G2", **government), limited, at, by=root)
    party = issue(make_name(CN="CPCA chuyên dùng Chính phủ G2", **government), limited, at, by=root)
    public_root = issue(make_name(C="VN", O="NEAC", CN="Vietnam National Root CA"), AUTHORITY, at)
    public_issuing = issue(make_name(C="VN", O="VNPT", CN="VNPT-CA SHA2"), limited, at, by=public_root)
    return State(
        at=at,
        old_root=old_root,
        old_issuing=old_issuing,
        root=root,
        issuing=issuing,
        party=party,
        public_root=public_root,
        public_issuing=public_issuing,
        # pyHanko's timestamper for tests knows RSA only.
        tsa=issue(make_name(CN="TSA Ban Cơ yếu Chính phủ", **government), STAMPING, at, by=issuing, key=rsa_key(1)),
        responder=issue(make_name(CN="OCSP Ban Cơ yếu Chính phủ", **government), ANSWERING, at, by=issuing),
    )
