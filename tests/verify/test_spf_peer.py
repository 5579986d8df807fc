"""Our SPF against pyspf, a second reader of the same records: where both follow RFC 7208 they agree."""

from __future__ import annotations

import warnings
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.mail.envelope import Client, Envelope
from mailbridge.verify.evidence import Answered, Question
from mailbridge.verify.spf import judge_spf, questions
from tests.verify.builders_zone import FakeZone, gathered, text_zone

with warnings.catch_warnings():
    # Its docstrings have escapes that newer interpreters warn of when they compile it.
    warnings.simplefilter("ignore")
    import spf as pyspf  # type: ignore[import-untyped] # it has no types

NAMES = ["a.example", "b.example", "c.example", "deep.a.example"]
TERMS = [
    "all", "-all", "?all", "a", "mx", "~a/24", "a:b.example", "-mx:c.example", "mx:b.example/16//32",
    "include:b.example", "include:c.example", "?include:deep.a.example", "ip4:192.0.2.0/24", "-ip4:198.51.100.7",
    "ip6:2001:db8::/32", "exists:%{ir}.%{v}.c.example", "exists:%{l1r-}.%{d2}", "exists:%{o}.%{h}",
    "redirect=b.example", "redirect=c.example", "unknown=%{i}", "exp=b.example", "bad", "a:%{q}", "ip4:1.2.3",
]  # fmt: skip


def records_of(name: str) -> st.SearchStrategy[str]:
    """Make records without what pyspf misjudges: an unknown modifier given twice, an unreached include of oneself."""
    terms = [term for term in TERMS if not term.endswith(f"include:{name}")]
    return st.lists(st.sampled_from(terms), max_size=5, unique=True).map(lambda chosen: " ".join(["v=spf1", *chosen]))


HOSTS = "A 192.0.2.9\nA 198.51.100.7\nAAAA 2001:db8::9\nMX 10 b.example.\nMX 20 deep.a.example."


class Peer(pyspf.query):  # type: ignore[misc] # pyspf has no types
    """pyspf with a zone in the place of its resolver."""

    zone: FakeZone

    def dns(self, name: str, qtype: str, cnames: object = None, ignore_void: bool = False) -> list[Any]:
        answer = self.zone.ask(Question(name=name.lower().removesuffix("."), type=qtype))
        if answer.answered is Answered.UNANSWERED:
            raise pyspf.TempError("no answer")
        if not answer.values and not ignore_void:
            self.void_lookups += 1
            if self.void_lookups > pyspf.MAX_VOID_LOOKUPS:
                raise pyspf.PermError("void")
        if qtype == "TXT":
            return [(value,) for value in answer.values]
        texts = [value.decode() for value in answer.values]
        return [(int(text.split()[0]), text.split()[1]) for text in texts] if qtype == "MX" else texts


@given(
    st.tuples(*map(records_of, NAMES)),
    st.sampled_from(["192.0.2.9", "192.0.2.77", "198.51.100.7", "203.0.113.1", "2001:db8::9", "2001:db9::1"]),
    st.sampled_from(["an-binh@a.example", "an@b.example", ""]),
)
@settings(max_examples=300)
def test_both_say_the_same(records: tuple[str, ...], ip: str, mail_from: str) -> None:
    zone = text_zone({name: f"TXT {text}\n{HOSTS}" for name, text in zip(NAMES, records, strict=True)})
    client, envelope = Client(ip=ip, helo="a.example"), Envelope(mail_from=mail_from, recipients=())
    ours = judge_spf(client, envelope, gathered(zone.ask, lambda known: questions(client, envelope, known)))
    peer = Peer(i=ip, s=mail_from, h="a.example")
    peer.zone = zone
    assert peer.check()[0] == ours.result.value
