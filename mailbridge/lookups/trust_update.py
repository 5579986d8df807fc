"""
Updates of `config/trust/` as one signed file, for machines without a network.

An update is a ZIP with certificates and lists in it, as they would lie in the folder, and `update.toml` with a `serial`
that grows. It is signed as CMS by somebody whose certificate, or the one that issued it, lies in `trust/updates/`:
around the ZIP (.p7m) or beside it (.p7s). It is applied as a whole or not at all, and never after a later one.
"""

from __future__ import annotations

import io
import tomllib
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from pathlib import Path, PurePosixPath

from mailbridge.errors import Misconfigured, Unavailable
from mailbridge.lookups.atomic import write_whole
from mailbridge.lookups.trust import INTERMEDIATE, UPDATES, Held, Kind, parse_items, read_signers, read_trust
from mailbridge.lookups.trust_facts import Facts, facts_of
from mailbridge.lookups.trust_import import Brought, Step, plan_import, write_steps
from mailbridge.verify.evidence import Trust

MANIFEST = "update.toml"
_SERIAL_FILE = "serial"
_ENDINGS = frozenset({".pem", ".crt", ".cer", ".der", ".p7b", ".p7c", ".crl", ".ors"})
_LARGEST = 256 * 1024 * 1024
_LARGEST_MEMBER = 64 * 1024 * 1024
_MOST_MEMBERS = 1000
_DETACHED = ".p7s"


@dataclass(frozen=True, kw_only=True, slots=True)
class Update:
    """
    What an update would do.

    Attributes:
        serial: Its number; a later update has a greater one.
        signer: The common name of who signed it.
        steps: What would be written, or is there already.
        gone: The certificates that would be taken away.
        is_applied: This very serial was applied before.
    """

    serial: int
    signer: str
    steps: tuple[Step, ...]
    gone: tuple[Facts, ...]
    is_applied: bool


def read_update(path: Path, folder: Path, now: datetime) -> Update:
    """
    Check an update and say what it would do; writes nothing.

    Args:
        path: The .p7m around the ZIP, or the ZIP with its signature beside it ("x.zip" and "x.zip.p7s").
        folder: `config/trust/`.

    Raises:
        Misconfigured: nobody may sign updates here, the signature does not hold, it is older than the last one, or
            something in it may not be held.
    """
    content, signer = _signed_content(path, folder, now)
    members = _members(path, content)
    serial, removed = _manifest(path, members.pop(MANIFEST, None))
    last = last_serial(folder)
    if serial < last:
        problem = f"the update has serial {serial}, and {last} was applied already"
        raise Misconfigured(problem, file=str(path), remedy="ask for the newest update")
    held = read_trust(folder)
    gone = tuple(_removed(path, removed, held))
    return Update(
        serial=serial,
        signer=signer,
        steps=_steps(folder, members, now),
        gone=gone,
        is_applied=serial == last,
    )


def apply_update(update: Update, folder: Path) -> None:
    """
    Do what an update says; raises `Unavailable`, and the update can be applied once more then.

    Its serial is written last: an update that was cut short counts as not applied.
    """
    write_steps(update.steps, gone=[facts.file for facts in update.gone])
    try:
        write_whole(folder / UPDATES / _SERIAL_FILE, f"{update.serial}\n".encode())
    except OSError as error:
        raise Unavailable("trust folder", error.strerror or str(error)) from error


def last_serial(folder: Path) -> int:
    """Return the serial of the update that was applied last, 0 before the first; raises `Misconfigured`."""
    path = folder / UPDATES / _SERIAL_FILE
    try:
        return int(path.read_text(encoding="ascii"))
    except FileNotFoundError:
        return 0
    except (OSError, ValueError) as error:
        remedy = "write the serial of the update that was applied last into it, a whole number"
        raise Misconfigured("the serial of the last update cannot be read", file=str(path), remedy=remedy) from error


def _signed_content(path: Path, folder: Path, now: datetime) -> tuple[bytes, str]:
    """Return the octets that somebody has signed who may, and his name."""
    pinned = read_signers(folder)
    if not pinned:
        remedy = f"put the certificate of who signs them into {folder / UPDATES}"
        raise Misconfigured("nobody may sign updates here", file=str(path), remedy=remedy)
    octets = _read(path)
    beside = path.with_name(path.name + _DETACHED)
    if path.suffix.lower() == _DETACHED:
        signature, detached = octets, _read(path.with_suffix(""))
    elif octets[:2] == b"PK" and beside.exists():
        signature, detached = _read(beside), octets
    elif octets[:2] == b"PK":
        remedy = f"bring the signature too, as {beside.name}"
        raise Misconfigured("the update is not signed", file=str(path), remedy=remedy)
    else:
        signature, detached = octets, None
    return _verified(path, signature, detached, folder, pinned, now)


def _verified(
    path: Path, signature: bytes, detached: bytes | None, folder: Path, pinned: Sequence[bytes], now: datetime
) -> tuple[bytes, str]:
    from mailbridge.verify.chain import Purpose
    from mailbridge.verify.cms import digests_of, judge_signers
    from mailbridge.verify.cms_wrapper import unwrap
    from mailbridge.verify.signature import Status

    # It adds the names of some signed attributes to those of asn1crypto.cms, which knows them too late otherwise.
    import_module("asn1crypto.tsp")
    try:
        wrapped = unwrap(signature)
    # Whatever asn1crypto says of a file that is none, a dozen kinds of exceptions, means the same.
    except Exception as error:
        raise Misconfigured("the signature cannot be read", file=str(path), remedy="bring a CMS file") from error
    content = wrapped.content if wrapped is not None and wrapped.content is not None else detached
    if wrapped is None or content is None or not wrapped.signers:
        raise Misconfigured("the file holds nothing that is signed", file=str(path), remedy="bring a CMS file")
    if detached is not None and content != detached:
        raise Misconfigured("the signature is around another update", file=str(path), remedy="bring its own signature")
    digests = digests_of(content)
    judged = judge_signers(wrapped, lambda _: digests, _who_may_sign(folder, pinned), now, Purpose.SIGNING)
    for each in judged:
        if each.verdict.status is not Status.TOTAL_PASSED or each.certificate is None:
            remedy = "ask whoever made it; nothing was changed"
            raise Misconfigured(f"the update cannot be trusted: {each.verdict.reason}", file=str(path), remedy=remedy)
    return content, _signer_name(judged[0].certificate.dump())


def _who_may_sign(folder: Path, pinned: Sequence[bytes]) -> Trust:
    """Trust those named for updates alone; what is held otherwise helps to build chains, and tells who was revoked."""
    held = read_trust(folder)
    return Trust(
        anchors=tuple(pinned),
        others=tuple(each.der for each in held if each.kind in (Kind.ANCHOR, Kind.INTERMEDIATE)),
        crls=tuple(each.der for each in held if each.kind is Kind.LIST),
        ocsps=tuple(each.der for each in held if each.kind is Kind.ANSWER),
    )


def _signer_name(der: bytes) -> str:
    return facts_of(Held(kind=Kind.ANCHOR, der=der, file=Path("signer"))).name


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            octets = file.read(_LARGEST + 1)
    except OSError as error:
        problem = f"the file cannot be read ({type(error).__name__})"
        raise Misconfigured(problem, file=str(path), remedy="bring the update and its signature") from error
    if len(octets) > _LARGEST:
        raise Misconfigured("the file is larger than 256 MB", file=str(path), remedy="bring a smaller update")
    return octets


def _members(path: Path, content: bytes) -> dict[str, bytes]:
    """Return the files of the ZIP by name; what is too large, or of another kind than ours, refuses the update."""
    found: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            files = [each for each in archive.infolist() if not each.is_dir()]
            total = sum(each.file_size for each in files)
            if len(files) > _MOST_MEMBERS or total > _LARGEST:
                raise Misconfigured("the update is too large", file=str(path), remedy="bring a smaller one")
            for each in files:
                name = PurePosixPath(each.filename)
                is_ours = name.suffix.lower() in _ENDINGS or each.filename == MANIFEST
                if not is_ours or UPDATES in name.parts[:-1] or each.filename in found:
                    problem = f"{each.filename} has no business in an update"
                    raise Misconfigured(problem, file=str(path), remedy="leave it out")
                with archive.open(each) as member:
                    found[each.filename] = member.read(_LARGEST_MEMBER)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise Misconfigured("the update is no sound ZIP", file=str(path), remedy="ask for it once more") from error
    return found


def _manifest(path: Path, octets: bytes | None) -> tuple[int, tuple[str, ...]]:
    """Return the serial, and the SHA-256 fingerprints of certificates to take away."""
    remedy = f"it needs {MANIFEST} with serial = 2026112201, and remove = [] or fingerprints (SHA-256)"
    try:
        told = tomllib.loads((octets or b"").decode("utf-8"))
    except ValueError as error:
        raise Misconfigured(f"{MANIFEST} cannot be read", file=str(path), remedy=remedy) from error
    serial, removed = told.pop("serial", None), told.pop("remove", [])
    sound = isinstance(removed, list) and all(isinstance(each, str) for each in removed)
    if type(serial) is not int or serial < 1 or not sound or told:
        problem = f"{MANIFEST} is missing, or says something else than it should"
        raise Misconfigured(problem, file=str(path), remedy=remedy)
    return serial, tuple(each.replace(" ", "").replace(":", "").lower() for each in removed)


def _removed(path: Path, prints: Sequence[str], held: Sequence[Held]) -> list[Facts]:
    """Find the certificates to take away; a file that holds others as well is not for us to change."""
    found = []
    for each in held:
        facts = facts_of(each)
        if facts.sha256 not in prints:
            continue
        if sum(other.file == each.file for other in held) > 1:
            remedy = f"put the certificates of {each.file} into files of their own"
            problem = f"the update takes {facts.name} away, whose file holds other certificates too"
            raise Misconfigured(problem, file=str(path), remedy=remedy)
        found.append(facts)
    return found


def _steps(folder: Path, members: dict[str, bytes], now: datetime) -> tuple[Step, ...]:
    brought = [
        Brought(name=name, items=parse_items(name, octets), intermediate=INTERMEDIATE in PurePosixPath(name).parts[:-1])
        for name, octets in members.items()
    ]
    return plan_import(folder, brought, now)
