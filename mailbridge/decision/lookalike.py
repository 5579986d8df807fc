"""
Senders that look like somebody else: domains that imitate an agency's or gov.vn, names that stand before free mail.

Pure functions of names. A domain below gov.vn is never called an imitation: the State gives those out, and its bodies
have names that differ by one letter (moc, moh, mof). Sources: Unicode UTS 39 §4 (confusable characters), RFC 3492.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from mailbridge.classifier.directory import Directory, name_key
from mailbridge.classifier.signs import is_free_mail
from mailbridge.mail.address import Address
from mailbridge.verify.alignment import is_aligned, organisational_domain


class Trick(StrEnum):
    """How a sender imitates another."""

    LETTERS = "letters"
    NEAR = "near"
    STATE = "state"
    INSIDE = "inside"
    NAME = "name"
    SHOWN_ADDRESS = "shown-address"


@dataclass(frozen=True, kw_only=True, slots=True)
class Imitation:
    """A sender that looks like `of`, a domain, an address or the name of an agency."""

    trick: Trick
    of: str


OFFICIAL = ("gov.vn", "chinhphu.vn", "quochoi.vn", "dcs.vn")
"""Domains below which only bodies of the State and the Party get names."""

_STATE = "gov.vn"
_LEAST_NEAR = 5
"""Letters of a name below which one letter more or less makes another honest name ("vnpt.vn", "vpt.vn")."""
_LONGEST = 255

# Letters that are drawn like Latin ones: Cyrillic, Greek, and single Latin letters that NFKD does not take apart.
_DRAWN_ALIKE = str.maketrans(
    "аеорсухіјѕһԁԛԝгпктмвнαβγεηικνορτυχωϲϳıɡɩłøđɑ",
    "aeopcyxijshdqwrnktmbhabyenikvoptuxwcjigiloda",
)
# What one sees: digits for letters, and two letters for one. "l", "i" and "1" are one, for capitals make them so.
_SEEN_ALIKE = (
    *(("0", "o"), ("1", "l"), ("i", "l"), ("3", "e"), ("5", "s")),
    *(("rn", "m"), ("vv", "w"), ("cl", "d"), ("q", "g")),
)

_GOVERNMENT_INSIDE = re.compile(
    r"(?:\A|[.-])gov[.-]?vn(?:[.-]|\Z)"  # gov.vn.example.com, backan-gov-vn.com, govvn.net
    r"|-gov\.vn\Z"  # backan-gov.vn
    r"|(?:\A|[.-])g+o+v+\.(?:com|net|org|edu|info|biz|name|pro|int|ac|health|id|io|ai)\.vn\Z"  # backan.gov.com.vn
    r"|(?:\A|[.-])(?!gov\.)(?:g+o+v+|govn|goc|gav|qov|gow|gob|govt)\.vn\Z"  # backan.goov.vn
    r"|(?:\A|[.-])chinh-?phu(?:[.-]|\Z)"  # chinhphu.com, chinh-phu.vn
)


def imitated_domain(domain: str, known: Iterable[str]) -> Imitation | None:
    """
    Say what a domain imitates; None when it is one of the known, lies below one, or imitates nothing.

    Args:
        domain: Lower case, A-labels or U-labels.
        known: Domains of the directory and of the agency itself, lower case.
    """
    domain = domain.rstrip(".").lower()[:_LONGEST]
    watched = _watched(tuple(known))
    if not domain or any(each in watched.names or each in OFFICIAL for each in _tails(domain)):
        return None
    shown = as_shown(domain)
    alike = next((watched.by_look[tail] for tail in _tails(_seen(shown)) if tail in watched.by_look), None)
    if alike is not None:
        return Imitation(trick=Trick.LETTERS, of=alike)
    state = _imitated_state(domain, shown)
    if state is not None:
        return state
    inside = next((run for run in _runs(domain) if run in watched.names), None)
    if inside is not None:
        return Imitation(trick=Trick.INSIDE, of=inside)
    slips = (
        each
        for tail in _tails(shown)
        for each in watched.of_about(len(tail))
        # The list of public suffixes is loaded when something is nearly the same, so hardly ever.
        if is_one_slip(tail, each) and (tail == shown or tail == organisational_domain(domain))
    )
    found = next(slips, None)
    return Imitation(trick=Trick.NEAR, of=found) if found else None


def _imitated_state(domain: str, shown: str) -> Imitation | None:
    """Say whether a domain only seems to lie below gov.vn or another domain of the State."""
    if shown.isascii() and _GOVERNMENT_INSIDE.search(domain):
        return Imitation(trick=Trick.STATE, of=_STATE)
    looks = frozenset(_tails(_seen(shown)))
    official = next((each for each in OFFICIAL if _seen(each) in looks), None)
    if official is None and _GOVERNMENT_INSIDE.search(_plain(shown)):
        official = _STATE
    return Imitation(trick=Trick.LETTERS, of=official) if official else None


@dataclass(frozen=True, slots=True)
class _Watched:
    """Domains that might be imitated: by how they look, and by their length."""

    names: frozenset[str]
    by_look: Mapping[str, str]
    by_length: Mapping[int, tuple[str, ...]]

    def of_about(self, length: int) -> Iterator[str]:
        """Yield the domains that are at most one letter longer or shorter, and long enough to be told apart."""
        return (each for size in (length - 1, length, length + 1) for each in self.by_length.get(size, ()))


@lru_cache(maxsize=8)
def _watched(known: tuple[str, ...]) -> _Watched:
    """Put the domains of a directory in order, once: every mail is compared with them."""
    by_length: dict[int, list[str]] = {}
    for each in known:
        if len(each.partition(".")[0]) >= _LEAST_NEAR:
            by_length.setdefault(len(each), []).append(each)
    return _Watched(
        frozenset(known),
        {_seen(each): each for each in reversed(known)},
        {length: tuple(names) for length, names in by_length.items()},
    )


def _tails(domain: str) -> Iterator[str]:
    """Yield a domain and the domains above it."""
    labels = domain.split(".")
    return (".".join(labels[start:]) for start in range(len(labels)))


def _runs(domain: str) -> Iterator[str]:
    """Yield every run of labels that stands within a domain; there are few: a name has 255 octets at most."""
    return (run for tail in _tails(domain) for run in _heads(tail))


def _heads(domain: str) -> Iterator[str]:
    labels = domain.split(".")
    return (".".join(labels[:end]) for end in range(2, len(labels) + 1))


def as_shown(domain: str) -> str:
    """Return a domain as programs show it to people, with A-labels decoded; a label that is none stays as it is."""
    return ".".join(_decoded(label) for label in domain.split("."))


def _decoded(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode").lower()
    except UnicodeError:
        return label


def _plain(text: str) -> str:
    """Return text with Latin letters for those that are drawn like them, and without marks."""
    plain = unicodedata.normalize("NFKD", text.translate(_DRAWN_ALIKE)).translate(_DRAWN_ALIKE)
    return "".join(char for char in plain if not unicodedata.combining(char) and unicodedata.category(char) != "Cf")


def _seen(domain: str) -> str:
    """Return what two domains have in common that one takes for each other at a glance."""
    seen = _plain(domain)
    for written, looks in _SEEN_ALIKE:
        seen = seen.replace(written, looks)
    return seen


def is_one_slip(one: str, other: str) -> bool:
    """Say whether one letter was left out, put in, replaced, or changed places with the next; not for equal texts."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    start = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    rest, behind = one[start:], other[start:]
    swapped = rest[:2] == behind[1::-1] and rest[2:] == behind[2:]
    return rest[1:] == behind[1:] or rest[1:] == behind or rest == behind[1:] or swapped


# What begins the name of a body of the State in the display name of a mailbox, as keys without marks.
_BODIES = re.compile(
    r"(?:van thu )?(?:uy ban nhan dan|hoi dong nhan dan|van phong (?:uy ban|hoi dong|chinh phu|quoc hoi|tinh uy|so )|"
    r"chinh phu|quoc hoi|thu tuong|bo (?:noi vu|tai chinh|cong an|quoc phong|y te|tu phap|ngoai giao|xay dung|"
    r"cong thuong|giao duc|khoa hoc|van hoa|nong nghiep)|"
    r"so (?:noi vu|tai chinh|y te|tu phap|xay dung|cong thuong|giao duc|khoa hoc|van hoa|nong nghiep|ngoai vu|dan toc)|"
    r"cong an (?:tinh|thanh pho|huyen|xa|phuong|quan)|tinh uy|"
    r"thanh uy|huyen uy|cuc thue|chi cuc thue|kho bac nha nuoc|bao hiem xa hoi|toa an nhan dan|vien kiem sat|"
    r"thanh tra (?:chinh phu|tinh|so))\b"
)
_ADDRESS = re.compile(r"[\w.+-]{1,64}@((?:[\w-]{1,63}\.){1,6}[\w-]{2,24})")


def imitated_name(author: Address, directory: Directory) -> Imitation | None:
    """
    Say whose name or address a display name borrows: an agency's before free mail, an address of another domain.

    Programs for mail show the name and hide the address, so that the name alone is what most people see.
    """
    found = _ADDRESS.search(author.name)
    if found is not None and not is_aligned(found[1].lower(), author.domain):
        return Imitation(trick=Trick.SHOWN_ADDRESS, of=found[0])
    if not is_free_mail(author.domain) or not author.name:
        return None
    key = name_key(author.name)
    if _BODIES.match(key) or directory.find(author.name) is not None:
        return Imitation(trick=Trick.NAME, of=author.name)
    return None


def imitation(author: Address, directory: Directory, own: Iterable[str]) -> Imitation | None:
    """Say whether an author looks like somebody else; `own` are the domains of the agency itself."""
    return imitated_domain(author.domain, (*own, *directory.domains)) or imitated_name(author, directory)
