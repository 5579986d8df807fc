"""What a mail has to do with the book, put together from what was learnt of it."""

from __future__ import annotations

from dataclasses import replace

from mailbridge.classifier.kinds import Classification, Document, Kind, Notice
from mailbridge.decision.findings import Action, Decision, Judgement
from mailbridge.decision.recall import Recall
from mailbridge.decision.related import channel_of, relations_of
from mailbridge.mail.message import HeaderField, Message
from mailbridge.registry.entry import Channel
from mailbridge.registry.links import LinkKind
from mailbridge.registry.relations import Cited, File, RecallAsked
from tests.classifier.test_edxml import HEADER
from tests.decision.builders_decision import document, message, part
from tests.decision.builders_identity import PROVEN
from tests.decision.test_recall import NOTICE, line

HEADERS = {"1": HEADER}


def judgement(*documents: Document, recalls: tuple[Recall, ...] = ()) -> Judgement:
    found = Classification(kind=Kind.OFFICIAL_DOCUMENT, confidence=1.0, reasons=(), documents=documents)
    decision = Decision(action=Action.HOLD, confidence=1.0, reasons=())
    return Judgement(authentication=PROVEN, classification=found, signatures=(), decision=decision, recalls=recalls)


def with_fields(mail: Message, *pairs: tuple[str, str]) -> Message:
    header = tuple(HeaderField(name=name, raw=value.encode(), value=value) for name, value in pairs)
    return replace(mail, header=(*mail.header, *header))


def test_file_inside_of_a_packet_came_by_it() -> None:
    assert channel_of("1", HEADERS) is channel_of("1.2", HEADERS) is Channel.EDXML
    assert channel_of("10", HEADERS) is channel_of("2", {}) is Channel.MAIL


def test_each_document_is_told_with_its_file_and_what_it_cites() -> None:
    mail = message(part("1.1", "a" * 64), part("2", "b" * 64))
    documents = (document("1.1", references=("1/QĐ-TTg",)), document("2"), document("2"), document("9"))
    known = relations_of(judgement(*documents), mail, HEADERS)
    assert known.files == (File(sha256="a" * 64, channel=Channel.EDXML), File(sha256="b" * 64))
    assert known.cited == (Cited(by="a" * 64, symbols=("1/QĐ-TTg",)),)


def test_thread_is_read_from_both_fields_and_only_what_is_an_id() -> None:
    mail = with_fields(
        message(),
        ("References", "<a@x> rubbish <b@x>"),
        ("In-Reply-To", "thư của anh Lan <b@x> <khong hop le> <c@x>"),
    )
    assert relations_of(judgement(), mail, {}).references == ("<b@x>", "<c@x>", "<a@x>")


def test_only_a_proven_issuer_names_the_entry_to_freeze() -> None:
    proven = Recall(notice=NOTICE, entries=(line(),), proven=True)
    unproven = Recall(notice=Notice(asks=NOTICE.asks, symbol="9/X", reason="gửi nhầm"), entries=(line(),))
    first, second = relations_of(judgement(recalls=(proven, unproven)), message(), {}).recalls
    assert (first.kind, first.symbol, first.entry) == (LinkKind.RECALL_ASKED, "15/CQVD-VP", line())
    assert second == RecallAsked(kind=LinkKind.RECALL_ASKED, symbol="9/X", entry=None, why="gửi nhầm")
