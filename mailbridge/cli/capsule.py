"""
The evidence capsule: a mail and all that is known of it in one ZIP that proves itself without network and database.

The same book gives the same octets: members in a fixed order, stored as they are, without times. `manifest.json` names
the SHA-256 of each, and its own.
"""

from __future__ import annotations

import hashlib
import io
import json
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import Enum
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from mailbridge import __version__
from mailbridge.cli.capsule_readme import README
from mailbridge.cli.texts import utc
from mailbridge.kept import trust_named_in
from mailbridge.mail.envelope import Client, Door, Envelope, MailObject
from mailbridge.registry.entry import Case, Event
from mailbridge.registry.judged import Verdict
from mailbridge.registry.versions import EntryVersion

FORMAT = "mailbridge-capsule/1"
_MANIFEST = "manifest.json"
_LIBRARIES = ("pyhanko", "pyhanko-certvalidator", "cryptography", "dkimpy", "lxml")
_TRUST = "trust/{}.der"
_FILES = ("README.txt", "mail.eml", "envelope.json", "case.json", "verdicts.json", "entries.json", "events.json")

# What zipfile makes of octets that were changed.
_ZIP_ERRORS = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    ValueError,
    OverflowError,
    OSError,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Contents:
    """What goes into a capsule; `trust` returns material by its SHA-256 and raises `Unavailable`."""

    mail: MailObject
    case: Case
    verdicts: Sequence[Verdict]
    entries: Sequence[EntryVersion]
    events: Sequence[Event]
    trust: Callable[[str], bytes]


class CapsuleDamaged(Exception):
    """A capsule is not as it was made; `places` names what is not."""

    def __init__(self, places: Sequence[str]) -> None:
        super().__init__("; ".join(places))
        self.places = tuple(places)


def write_capsule(contents: Contents) -> bytes:
    """Make the ZIP, the same for the same contents; raises what `contents.trust` raises."""
    members = dict(_members(contents))
    return _packed({**members, _MANIFEST: _manifest(members, contents)})


def _members(contents: Contents) -> Iterator[tuple[str, bytes]]:
    yield "README.txt", README.encode()
    yield "mail.eml", contents.mail.content
    yield "envelope.json", _json(_envelope(contents.mail))
    yield "case.json", _json(_told(contents.case, parsed=("judgement", "evidence")))
    yield "verdicts.json", _json([_told(each, parsed=("judgement", "evidence")) for each in contents.verdicts])
    yield "entries.json", _json(list(map(_version, contents.entries)))
    yield "events.json", _json([_told(each) for each in contents.events])
    needed = {name for each in contents.verdicts for name in trust_named_in(each.evidence)}
    for sha256 in sorted(needed):
        yield _TRUST.format(sha256), contents.trust(sha256)


def _manifest(members: Mapping[str, bytes], contents: Contents) -> bytes:
    told: dict[str, Any] = {
        "format": FORMAT,
        "mail_id": contents.case.mail_id,
        "agency": contents.case.agency,
        "made_by": {"mailbridge": __version__, "python": sys.version.split()[0], **dict(_libraries())},
        "members": {
            name: {"size": len(octets), "sha256": hashlib.sha256(octets).hexdigest()}
            for name, octets in members.items()
        },
    }
    return _json({**told, "digest": hashlib.sha256(_json(told)).hexdigest()})


def _libraries() -> Iterator[tuple[str, str]]:
    for name in _LIBRARIES:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            continue


def _json(value: object) -> bytes:
    # Half of a surrogate pair (an address that is not UTF-8) is written as the escape that JSON has for it.
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "backslashreplace")


def _plain(value: object) -> object:
    match value:
        case datetime():
            return utc(value)
        case date():
            return value.isoformat()
        case Enum():
            return value.value
        case _:
            return value


def _told(value: Any, *, parsed: Sequence[str] = ()) -> dict[str, object]:
    """Lay out a value of ours by its fields; JSON texts among them as what they say."""
    told = {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    return told | {name: json.loads(getattr(value, name)) for name in parsed}


def _envelope(mail: MailObject) -> dict[str, object]:
    told = {name: _plain(getattr(mail, name)) for name in ("id", "door", "accepted_at", "sha256", "next_hop_reply")}
    return told | {"client": _told(mail.client), "envelope": _told(mail.envelope)}


def _version(each: EntryVersion) -> dict[str, object]:
    written = {"written_by": each.author.by, "written_at": utc(each.author.at), "why": each.author.why}
    return _told(each.entry) | {"draft": _told(each.entry.draft)} | written


def _packed(members: Mapping[str, bytes]) -> bytes:
    octets = io.BytesIO()
    with zipfile.ZipFile(octets, "w", zipfile.ZIP_STORED) as packed:
        for name, content in members.items():
            member = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            member.create_system = 3
            member.external_attr = 0o100600 << 16
            packed.writestr(member, content)
    return octets.getvalue()


# -- reading it back ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Capsule:
    """A capsule whose octets are all as they were when it was made."""

    mail: MailObject
    case: Mapping[str, Any]
    verdicts: tuple[Mapping[str, Any], ...]
    entries: tuple[Mapping[str, Any], ...]
    events: tuple[Mapping[str, Any], ...]
    made_by: Mapping[str, str]
    members: Mapping[str, bytes]

    def trust(self, sha256: str) -> bytes:
        """Return trust material; raises `CapsuleDamaged` when it is not among the members."""
        octets = self.members.get(_TRUST.format(sha256))
        if octets is None or hashlib.sha256(octets).hexdigest() != sha256:
            raise CapsuleDamaged([_TRUST.format(sha256)])
        return octets


def is_capsule(octets: bytes) -> bool:
    """Say whether a file means to be a capsule, damaged or not: any one octet may be another one."""
    begins = sum(one == other for one, other in zip(octets, b"PK\x03\x04", strict=False))
    return begins >= 3 and FORMAT.encode() in octets and _MANIFEST.encode() in octets


def read_capsule(octets: bytes) -> Capsule:
    """Check every octet against the manifest and read what is in it; raises `CapsuleDamaged`, naming what changed."""
    members, damages = _unpacked(octets)
    damages += _against_manifest(members)
    if not damages and _packed(members) != octets:
        damages = [_place_of(octets, members)]
    if damages:
        raise CapsuleDamaged(damages)
    try:
        return _read(members)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise CapsuleDamaged([f"{type(error).__name__}: {error}"]) from error


def _unpacked(octets: bytes) -> tuple[dict[str, bytes], list[str]]:
    try:
        packed = zipfile.ZipFile(io.BytesIO(octets))
        infos = packed.infolist()
    except _ZIP_ERRORS as error:
        return {}, [f"ZIP: {error}"]
    # A stranger's ZIP may unfold to more than any machine holds; one of ours is as large as its members.
    if sum(info.file_size for info in infos) > len(octets) or len({info.filename for info in infos}) < len(infos):
        return {}, ["ZIP: members"]
    members: dict[str, bytes] = {}
    damages: list[str] = []
    for info in infos:
        try:
            if info.compress_type != zipfile.ZIP_STORED:
                raise zipfile.BadZipFile("not stored")
            members[info.filename] = packed.read(info)
        except _ZIP_ERRORS as error:
            damages.append(f"{info.filename}: {error}")
    return members, damages


def _against_manifest(members: Mapping[str, bytes]) -> list[str]:
    try:
        told = json.loads(members[_MANIFEST])
        is_as_written = _json(told) == members[_MANIFEST]
        digest = told.pop("digest")
        named: dict[str, dict[str, Any]] = told["members"]
        digests = {name: str(each["sha256"]) for name, each in named.items()}
    except (KeyError, ValueError, TypeError, AttributeError, RecursionError):
        return [_MANIFEST]
    is_as_made = is_as_written and hashlib.sha256(_json(told)).hexdigest() == digest
    damages = [] if is_as_made else [_MANIFEST]
    rest = {name: octets for name, octets in members.items() if name != _MANIFEST}
    found = {name: hashlib.sha256(octets).hexdigest() for name, octets in rest.items()}
    return damages + [name for name in dict.fromkeys((*digests, *found)) if found.get(name) != digests.get(name)]


def _place_of(octets: bytes, members: Mapping[str, bytes]) -> str:
    """Name the first octet between the members that is not as we write it."""
    ours = _packed(members)
    at = next((place for place, pair in enumerate(zip(octets, ours, strict=False)) if pair[0] != pair[1]), len(ours))
    return f"ZIP: octet {at}"


def _read(members: Mapping[str, bytes]) -> Capsule:
    damages = []

    def load(name: str) -> Any:
        value = json.loads(members[name])
        # One key twice is one thing to us and another one to whoever reads it with another program.
        if _json(value) != members[name]:
            damages.append(name)
        return value

    told = load("envelope.json")
    said = told["envelope"]
    content = members["mail.eml"]
    mail = MailObject(
        id=told["id"],
        door=Door(told["door"]),
        client=Client(**told["client"]),
        envelope=Envelope(
            mail_from=said["mail_from"],
            recipients=tuple(said["recipients"]),
            mail_parameters=said["mail_parameters"],
            recipient_parameters=tuple(said["recipient_parameters"]),
        ),
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        accepted_at=datetime.fromisoformat(told["accepted_at"]),
        next_hop_reply=told["next_hop_reply"],
    )
    manifest = load(_MANIFEST)
    capsule = Capsule(
        mail=mail,
        case=load("case.json"),
        verdicts=tuple(load("verdicts.json")),
        entries=tuple(load("entries.json")),
        events=tuple(load("events.json")),
        made_by=manifest["made_by"],
        members=members,
    )
    damages += _strangers(capsule, members)
    if damages:
        raise CapsuleDamaged(damages)
    return capsule


def _strangers(capsule: Capsule, members: Mapping[str, bytes]) -> Iterator[str]:
    """Name members that we do not write; whoever opens a capsule takes all that is in it for checked."""
    named = {sha256 for each in capsule.verdicts for sha256 in trust_named_in(json.dumps(each["evidence"]))}
    ours = {*_FILES, _MANIFEST, *map(_TRUST.format, named)}
    yield from (name for name in members if name not in ours)
