from __future__ import annotations

from dataclasses import replace

from mailbridge.decision.findings import Action
from mailbridge.decision.policy import USUAL
from mailbridge.letters.limits import Threads, is_too_many, letters_answered, threads_of
from mailbridge.mail.letter import message_id_of, token_of
from mailbridge.mail.message import HeaderField
from tests.letters.builders_letters import message

TO = "vanthu@vpcp.example"


def threads(*fields: tuple[str, str], files: tuple[str, ...] = (), to: str = TO) -> Threads:
    header = tuple(HeaderField(name=name, raw=value.encode(), value=value) for name, value in fields)
    found = message()
    return threads_of(replace(found, header=header), files, to, "sonv")


def test_the_address_is_the_peer_in_any_case_of_letters() -> None:
    assert threads(to="VanThu@VPCP.example").peer == threads().peer


def test_an_ordinary_mail_belongs_to_its_file_only() -> None:
    assert threads().narrow == ()
    assert len(threads(files=("ab",)).narrow) == 1


def test_the_thread_is_its_first_mail_whoever_answers_last() -> None:
    one = threads(("References", "<a@x> <b@x>"), ("In-Reply-To", "<b@x>"))
    other = threads(("References", "<a@x> <b@x> <c@x>"), ("In-Reply-To", "<c@x>"))
    assert set(one.narrow) & set(other.narrow)
    assert not set(one.narrow) & set(threads(("References", "<z@x>"), to="other@vpcp.example").narrow)


def test_what_counts_is_where_it_belongs() -> None:
    mine = Threads(peer="p", narrow=("t", "f"))
    narrowly = {"f": USUAL.per_thread}
    stopped = [
        action
        for action in (Action.HOLD, Action.DUPLICATE, Action.REGISTER)
        if is_too_many(action, mine, to_peer={}, narrowly=narrowly, answering=USUAL)
    ]
    assert stopped == [Action.HOLD, Action.DUPLICATE]
    full = {"p": USUAL.per_peer_hour}
    assert is_too_many(Action.REGISTER, mine, to_peer=full, narrowly={}, answering=USUAL)


def test_an_answer_to_a_letter_of_ours_is_known_by_its_fields() -> None:
    found = message()
    value = message_id_of("key", "sonv.example")
    header = (HeaderField(name="In-Reply-To", raw=b"", value=value),)
    assert letters_answered(replace(found, header=header)) == (token_of("key"),)
