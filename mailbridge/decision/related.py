"""From what was learnt of a mail to what it has to do with the book, see `registry.relations`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mailbridge.classifier.kinds import Asks
from mailbridge.decision.findings import Judgement
from mailbridge.decision.recall import said
from mailbridge.mail.edxml import EdxmlHeader
from mailbridge.mail.message import Message
from mailbridge.registry.entry import Channel
from mailbridge.registry.links import LinkKind
from mailbridge.registry.relations import Cited, File, RecallAsked, Relations

_MESSAGE_ID = re.compile(r"<[^<>\s]{1,900}>")
_LONGEST_FIELD = 20_000

_KINDS = {
    Asks.RECALL: LinkKind.RECALL_ASKED,
    Asks.REPLACE: LinkKind.REPLACE_ASKED,
    Asks.UPDATE: LinkKind.UPDATE_ASKED,
}


def relations_of(judgement: Judgement, message: Message, headers: Mapping[str, EdxmlHeader]) -> Relations:
    """
    Tell the files of a mail, what it asks, and which earlier mails and documents it names. Raises nothing.

    Args:
        headers: What its edXML packets say, by part.
    """
    digests = {part.index: part.sha256 for part in message.parts}
    documents = [each for each in judgement.classification.documents if each.main in digests]
    files = (File(sha256=digests[each.main], channel=channel_of(each.main, headers)) for each in documents)
    return Relations(
        files=tuple(dict.fromkeys(files)),
        recalls=tuple(
            RecallAsked(
                kind=_KINDS[each.notice.asks],
                symbol=each.notice.symbol,
                entry=each.frozen,
                why=each.notice.reason or said(each).vi,
            )
            for each in judgement.recalls
        ),
        references=_references(message),
        cited=tuple(Cited(by=digests[each.main], symbols=each.references) for each in documents if each.references),
    )


def channel_of(main: str, headers: Mapping[str, EdxmlHeader]) -> Channel:
    """Say on which road a file came: inside of an edXML packet, or by mail as it is."""
    inside = any(main == packet or main.startswith(f"{packet}.") for packet in headers)
    return Channel.EDXML if inside else Channel.MAIL


def _references(message: Message) -> tuple[str, ...]:
    fields = (value[:_LONGEST_FIELD] for name in ("In-Reply-To", "References") for value in message.every(name))
    return tuple(dict.fromkeys(found for value in fields for found in _MESSAGE_ID.findall(value)))
