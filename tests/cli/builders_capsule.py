"""A whole installation with mails of the demonstration in its book and its archive."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from mailbridge.kept import TrustFiles
from mailbridge.mail.envelope import Client, Door, Envelope
from mailbridge.pipeline import Ports, process
from mailbridge.ports import Reading
from mailbridge.registry.database import open_database
from mailbridge.registry.store import SqlRegistry
from mailbridge.settings import load
from mailbridge.spool import Spool
from mailbridge.wiring import lookups_for
from mailbridge.wiring.prepared import evidence_folder
from tests.cli.builders_cli import DEMO, MAILS, make_book
from tests.demo.builders_demo import AT, OURS


def receive(config: Path, name: str, reading: Reading) -> str:
    """Take a mail of the demonstration as the running program does, and return its id."""
    if not any((config / "trust").glob("*.pem")):
        shutil.copytree(DEMO / "trust", config / "trust", dirs_exist_ok=True)
    settings = load(config)
    settings.data.mkdir(exist_ok=True)
    make_book(settings.database.url)
    engine = open_database(settings.database.url)
    ports = Ports(
        lookups=lookups_for(settings),
        reading=reading,
        registry=SqlRegistry(engine),
        trust=TrustFiles(evidence_folder(settings)),
    )
    with closing(Spool(settings.data / "spool")) as spool:
        mail_id = spool.keep(
            door=Door.HOP,
            client=Client(ip="192.0.2.1", helo="mx.example"),
            envelope=Envelope(mail_from="vanthu@backan.gov.vn", recipients=(OURS,)),
            content=next(MAILS.glob(f"{name}*.eml")).read_bytes(),
            accepted_at=AT,
            reply="250 2.0.0 Ok",
        )
        mail = spool.load(mail_id)
        (outcome,) = asyncio.run(process(mail, ports, settings.policies, AT + timedelta(seconds=2)))
        spool.release(mail_id, keep=outcome.case.judgement is not None)
    engine.dispose()
    return mail_id
