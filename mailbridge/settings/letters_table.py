"""`[outbound]` and `[letters]`: how letters leave, and which of them do."""

from __future__ import annotations

import re
from pathlib import Path

from mailbridge.decision.policy import Answering
from mailbridge.settings.desk import Desk
from mailbridge.settings.pieces import OutboundSettings
from mailbridge.settings.written import LettersTable, OutboundTable

_SELECTOR = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*", re.IGNORECASE)


def read_outbound(written: OutboundTable, desk: Desk) -> OutboundSettings:
    """Read `[outbound]`; the keys themselves are read when they are used, and by `mailbridge check`."""
    key, selector = _pair(("dkim_key", written.dkim_key), ("dkim_selector", written.dkim_selector), desk)
    if selector and not _SELECTOR.fullmatch(selector):
        desk.wrong(("outbound", "dkim_selector"), f'is not a selector: "{selector}"', 'write such as "mailbridge"')
    smime, certificate = _pair(("smime_key", written.smime_key), ("smime_certificate", written.smime_certificate), desk)
    return OutboundSettings(
        next_hop=desk.end(("outbound", "next_hop"), written.next_hop),
        tls=written.tls,
        timeout=written.timeout,
        bounces=written.bounces,
        dkim_key=_file("dkim_key", key, desk),
        dkim_selector=selector.lower(),
        smime_key=_file("smime_key", smime, desk),
        smime_certificate=_file("smime_certificate", certificate, desk),
    )


def _pair(one: tuple[str, str], other: tuple[str, str], desk: Desk) -> tuple[str, str]:
    """Return two values of which neither is of use without the other."""
    for (name, value), (wanted, missing) in ((one, other), (other, one)):
        if value and not missing:
            desk.wrong(("outbound", name), f"is of no use without {wanted}", f"add {wanted} = … below [outbound]")
    return one[1], other[1]


def _file(name: str, text: str, desk: Desk) -> Path | None:
    return desk.file(("outbound", name), text)


def read_letters(written: LettersTable) -> Answering:
    """Read `[letters]`."""
    return Answering(
        stages=tuple(dict.fromkeys(written.stages)),
        per_peer_hour=written.per_peer_hour,
        per_thread=written.per_thread,
        asks=written.question,
    )
