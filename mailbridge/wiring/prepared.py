"""What the roles behind the doors need of a configuration, read and checked before they change to it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from mailbridge.errors import Misconfigured
from mailbridge.kept import TrustFiles
from mailbridge.letters.check import check_templates
from mailbridge.letters.environment import environment
from mailbridge.lookups.gather import GatheredLookups
from mailbridge.outbound.dress import Dress
from mailbridge.outbound.next_hop import OutboundSettings as SenderSettings
from mailbridge.outbound.signing import load_dkim_key, load_smime_key
from mailbridge.recheck import World
from mailbridge.registry.books import Books
from mailbridge.registry.store import SqlRegistry
from mailbridge.registry.verdicts import SqlVerdicts
from mailbridge.settings import Settings
from mailbridge.spool.archive import load_archived
from mailbridge.wiring.looking import keeper_for, lookups_for

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment

    from mailbridge.lookups.revocation import TrustKeeper
    from mailbridge.reading.files import LimitedReading


@dataclass(frozen=True, kw_only=True, slots=True)
class Prepared:
    """What the walk needs of a configuration, read and checked before the walk changes to it."""

    settings: Settings
    keeper: TrustKeeper
    lookups: GatheredLookups
    templates: SandboxedEnvironment


def prepare(settings: Settings) -> Prepared:
    """Read trust, zone and templates; raises `Misconfigured` for the first that cannot be read. Blocks."""
    templates = environment(settings.folder / "templates")
    keeper = keeper_for(settings)
    lookups = lookups_for(settings, keeper=keeper)
    return Prepared(settings=settings, keeper=keeper, lookups=lookups, templates=templates)


def checked(settings: Settings) -> Prepared:
    """Prepare a change of a running program: letters that cannot be written are `Misconfigured` too. Blocks."""
    for each in check_templates(settings.folder / "templates"):
        raise Misconfigured(each.problem, file=each.file, line=each.line, remedy=each.remedy)
    return prepare(settings)


def evidence_folder(settings: Settings) -> Path:
    """Return where the certificates and lists lie that judgements rest on."""
    return settings.data / "evidence"


def world_of(prepared: Prepared, engine: Engine, reading: LimitedReading) -> World:
    """Put together what judges mails of the archive again."""
    settings = prepared.settings
    root = settings.data / "spool"
    return World(
        lookups=prepared.lookups,
        reading=reading,
        registry=SqlRegistry(engine),
        verdicts=SqlVerdicts(engine),
        lines=Books(engine),
        archive=lambda case: load_archived(root, case.mail_id, case.accepted_at),
        trust=TrustFiles(evidence_folder(settings)),
        policies=settings.policies,
        directory=settings.directory,
        templates=prepared.templates,
    )


def sender_settings(settings: Settings) -> SenderSettings:
    """Return what the sender of letters needs to know."""
    outbound = settings.outbound
    return SenderSettings(
        host=outbound.next_hop.host,
        port=outbound.next_hop.port,
        tls=outbound.tls,
        hostname=settings.hostname,
        timeout=outbound.timeout,
    )


def dress_of(settings: Settings) -> Dress:
    """Return what letters get when they leave; raises `Misconfigured` for a key that cannot be used."""
    outbound = settings.outbound
    key, smime, certificate = outbound.dkim_key, outbound.smime_key, outbound.smime_certificate
    return Dress(
        addresses={agency.id: agency.addresses[0] for agency in settings.agencies},
        bounces=outbound.bounces,
        dkim=load_dkim_key(key, outbound.dkim_selector) if key else None,
        smime=load_smime_key(smime, certificate) if smime and certificate else None,
    )
