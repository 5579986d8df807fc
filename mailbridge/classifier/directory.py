"""
The directory of agencies: who is meant by a name as documents write it.

The same body stands in documents as "UBND TP. Hà Nội" and "Uỷ ban nhân dân thành phố Hà Nội". A name is compared
without marks and case, with the usual abbreviations written out; nothing is guessed from likeness but where letters
were recognised in a picture, and there only when one agency alone is that like.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from mailbridge.classifier.folding import fold
from mailbridge.classifier.kinds import Document, Reading, Rival

_WORDS = re.compile(r"[a-z0-9]+")
# What stands for several words, behind fold(); longer writings first. Source: domain/issuer-abbreviations.csv and
# the names of the bodies themselves.
_WRITTEN_OUT = {
    "ubnd": "ủy ban nhân dân",
    "hdnd": "hội đồng nhân dân",
    "ubmttq": "ủy ban mặt trận tổ quốc",
    "mttq": "mặt trận tổ quốc",
    "tp": "thành phố",
    "tx": "thị xã",
    "tt": "thị trấn",
    "tphcm": "thành phố hồ chí minh",
    "hcm": "hồ chí minh",
    "vn": "việt nam",
    "tw": "trung ương",
    "bch": "ban chấp hành",
    "btv": "ban thường vụ",
    "vp": "văn phòng",
    "ldtbxh": "lao động thương binh và xã hội",
    "nnptnt": "nông nghiệp và phát triển nông thôn",
    "nn": "nông nghiệp",
    "ptnt": "phát triển nông thôn",
    "nnmt": "nông nghiệp và môi trường",
    "tnmt": "tài nguyên và môi trường",
    "gddt": "giáo dục và đào tạo",
    "khdt": "kế hoạch và đầu tư",
    "khcn": "khoa học và công nghệ",
    "vhttdl": "văn hóa thể thao và du lịch",
    "vhtt": "văn hóa và thể thao",
    "tttt": "thông tin và truyền thông",
    "gtvt": "giao thông vận tải",
    "bhxh": "bảo hiểm xã hội",
}
_SHORT = {short: fold(name) for short, name in _WRITTEN_OUT.items()}
# "TN&MT", "VH,TT&DL", "LĐ-TB&XH": written apart, they are the same abbreviations.
_APART = re.compile(r"\b((?:[a-z]{1,3}\s*[&,.-]\s*){1,3}[a-z]{1,4})\b")
_EMPTY_WORDS = frozenset({"va"})

_LEVELS = re.compile(r" ((?:thanh pho|tinh|huyen|quan|thi xa|thi tran|xa|phuong|dac khu) (\S.*))\Z")

_LIKE_ENOUGH = 0.93
_NEXT_AWAY = 0.05
_SURE = 0.97
_SURE_OF_PICTURE = 0.9
_LONGEST = 300


@dataclass(frozen=True, kw_only=True, slots=True)
class Office:
    """
    One agency of the directory.

    `name` is how it is shown ("Ủy ban nhân dân tỉnh Bắc Kạn"); `others` are further writings. `addresses` are its
    published mailboxes, the first the one for documents. `code` is its mã định danh (QĐ 20/2020/QĐ-TTg).
    """

    name: str
    superior: str | None = None
    code: str | None = None
    others: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """An agency that a name means; `likeness` is 1 when it is the same name."""

    office: Office
    likeness: float


@dataclass(frozen=True, slots=True)
class Directory:
    """All agencies that are known, in the order of the files."""

    offices: tuple[Office, ...] = ()
    _by_key: dict[str, tuple[Office, ...]] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        by_key: dict[str, tuple[Office, ...]] = {}
        for office in self.offices:
            for key in dict.fromkeys(name_key(name) for name in (office.name, *office.others)):
                by_key[key] = (*by_key.get(key, ()), office)
        object.__setattr__(self, "_by_key", by_key)

    def find(self, name: str, superior: str | None = None) -> Match | None:
        """
        Return the agency of this name; None when there is none, or more than one that the superior does not tell apart.

        "Phòng Nội vụ" stands below many superiors: of several agencies the one whose superior is named is meant. And
        "Sở Nội vụ" below "UBND tỉnh Bắc Kạn" is the "Sở Nội vụ tỉnh Bắc Kạn".
        """
        own, key = name_key(name), name_key(superior or "")
        keys = (own, *(f"{own} {place}" for place in _places(key)))
        found = next((offices for each in keys if (offices := self._by_key.get(each))), ())
        if len(found) > 1 and superior:
            found = tuple(office for office in found if office.superior and name_key(office.superior) == key)
        return Match(office=found[0], likeness=1.0) if len(found) == 1 else None

    def nearest(self, name: str, superior: str | None = None) -> Match | None:
        """Return the agency whose name is nearly this one, as read from a picture; None when two are, or none is."""
        same = self.find(name, superior)
        if same is not None or not self._by_key:
            return same
        from rapidfuzz import fuzz, process

        key = name_key(name)
        ranked = process.extract(key, tuple(self._by_key), scorer=fuzz.ratio, limit=2, score_cutoff=100 * _LIKE_ENOUGH)
        if not ranked or (len(ranked) > 1 and ranked[0][1] - ranked[1][1] < 100 * _NEXT_AWAY):
            return None
        offices = self._by_key[ranked[0][0]]
        return Match(office=offices[0], likeness=ranked[0][1] / 100) if len(offices) == 1 else None


NO_DIRECTORY = Directory()
"""No agency is known: every name stays as it was read."""


def name_key(name: str) -> str:
    """Return what two writings of one name have in common: no marks, no case, abbreviations written out."""
    folded = fold(name[:_LONGEST])
    joined = _APART.sub(lambda found: _joined(found[1]), folded)
    words = [part for word in _WORDS.findall(joined) for part in _SHORT.get(word, word).split()]
    return " ".join(word for word in words if word not in _EMPTY_WORDS)


def _places(superior: str) -> tuple[str, ...]:
    """Return the place at the end of the key of a superior, with and without its level."""
    found = _LEVELS.search(superior)
    return (found[1], found[2]) if found else ()


def _joined(letters: str) -> str:
    together = "".join(_WORDS.findall(letters))
    return together if together in _SHORT else letters


def confirmed(document: Document, directory: Directory) -> Document:
    """
    Return a document whose issuer was looked up.

    The wording of the page stays. Of a name read from a picture the directory's writing is taken when it is the same
    but for marks and a letter or two; what was read is then a rival. A short form of the page ("UBND") is left as it
    is.
    """
    issuer = document.issuer
    if issuer.value is None or not directory.offices:
        return document
    is_picture = ", ocr" in issuer.source
    superior = document.superior.value
    match = directory.nearest(issuer.value, superior) if is_picture else directory.find(issuer.value, superior)
    if match is None:
        return document
    return replace(document, issuer=_looked_up(issuer, match.office.name, is_picture=is_picture))


def _looked_up(issuer: Reading[str], name: str, *, is_picture: bool) -> Reading[str]:
    source = f"{issuer.source}; directory"
    if not is_picture:
        return replace(issuer, confidence=max(issuer.confidence, _SURE), source=source)
    read = issuer.value or ""
    written = _as_long(name, read)
    if written is None:
        return replace(issuer, source=source)
    rivals = (*issuer.rivals, Rival(value=read, source=issuer.source)) if read != written else issuer.rivals
    confidence = max(issuer.confidence, _SURE_OF_PICTURE)
    return replace(issuer, value=written, confidence=confidence, source=source, rivals=rivals)


def _as_long(name: str, read: str) -> str | None:
    """Return as many words of a name as were read; None when the page has it in another form, which nobody checked."""
    words, count = name.split(), len(read.split())
    begin = " ".join(words[:count])
    return begin if len(words) == count or name_key(begin) == name_key(read) else None


def twice(offices: Sequence[Office]) -> Iterable[tuple[Office, Office]]:
    """Yield the pairs that no document could tell apart: the same name below the same superior."""
    seen: dict[tuple[str, str], Office] = {}
    for office in offices:
        key = (name_key(office.name), name_key(office.superior or ""))
        if key in seen:
            yield seen[key], office
        seen.setdefault(key, office)
