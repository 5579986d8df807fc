from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailbridge.errors import Misconfigured
from mailbridge.lookups.zone import ZoneFile
from mailbridge.mail.envelope import Client, Envelope
from mailbridge.verify.evidence import Answer, Answered, Evidence, Question, Trust
from mailbridge.verify.results import Result
from mailbridge.verify.spf import judge_spf, questions
from tests.keys.dkim_keys import rsa_key
from tests.keys.pki import AT

ZONE = r"""
; a comment; with a second semicolon
$TTL 1h
a.example.vn.      3600 IN TXT "v=DKIM1; p=" "AAAA"   ; behind
                   IN 60 TXT second
A2.Example.VN      TXT  unquoted;comment
b.example.vn. TXT ( "one "
    "two"           ; inside the brackets
    )
c.example.vn. MX 10 Mail.example.vn.
c.example.vn. A 192.0.2.1
alias.example.vn. CNAME A.example.vn.
loop.example.vn.  CNAME loop.example.vn.
lost.example.vn.  CNAME nobody.example.vn.
esc.example.vn. TXT "quote\" back\\ \195\180 ; no comment"
$ORIGIN example.vn.
@ TXT origin
short TXT "below the origin"
$SILENT dead.example.vn.
$SILENT down
"""


def load(tmp_path: Path, text: str = ZONE) -> ZoneFile:
    path = tmp_path / "zone.txt"
    path.write_text(text, encoding="utf-8")
    return ZoneFile(path)


async def ask(zone: ZoneFile, name: str, kind: str = "TXT") -> Answer:
    return await zone.ask(Question(name=name, type=kind), AT)


@pytest.mark.parametrize(
    ("name", "kind", "values"),
    [
        ("a.example.vn", "TXT", (b"v=DKIM1; p=AAAA", b"second")),
        ("a2.example.vn", "TXT", (b"unquoted",)),
        ("b.example.vn", "TXT", (b"one two",)),
        ("c.example.vn", "MX", (b"10 mail.example.vn.",)),
        ("c.example.vn", "A", (b"192.0.2.1",)),
        ("alias.example.vn", "TXT", (b"v=DKIM1; p=AAAA", b"second")),
        ("esc.example.vn", "TXT", ('quote" back\\ ô ; no comment'.encode(),)),
        ("example.vn", "TXT", (b"origin",)),
        ("short.example.vn", "TXT", (b"below the origin",)),
    ],
)
async def test_record_is_found(tmp_path: Path, name: str, kind: str, values: tuple[bytes, ...]) -> None:
    answer = await ask(load(tmp_path), name, kind)
    assert (answer.answered, answer.values, answer.asked_at) == (Answered.FOUND, values, AT)


@pytest.mark.parametrize(
    ("name", "answered"),
    [
        ("nobody.example.vn", Answered.NXDOMAIN),
        ("lost.example.vn", Answered.NXDOMAIN),
        ("c.example.vn", Answered.NO_DATA),
        ("dead.example.vn", Answered.UNANSWERED),
        ("down.example.vn", Answered.UNANSWERED),
        ("loop.example.vn", Answered.UNANSWERED),
    ],
)
async def test_record_is_not_found(tmp_path: Path, name: str, answered: Answered) -> None:
    assert (await ask(load(tmp_path), name)).answered is answered


async def test_line_of_a_long_key_is_read_whole(tmp_path: Path) -> None:
    answer = await ask(load(tmp_path, rsa_key().zone_line("example.vn", "s1")), "s1._domainkey.example.vn")
    assert answer.values == (rsa_key().record().encode(),)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("\n  TXT no-name\n", 2),
        ("a.vn.\n", 1),
        ("a.vn. IN TXT\n", 1),
        ('a.vn. IN "x" y\n', 1),
        ('; one\n\na.vn. TXT "open\n', 3),
        ("a.vn. TXT ( x\n\n", 1),
        ("a.vn. TXT x )\n", 1),
        ("$INCLUDE other.txt\n", 1),
        ("$SILENT\n", 1),
        ("a.vn. T-XT x\n", 1),
    ],
)
def test_wrong_line_is_named_with_its_remedy(tmp_path: Path, text: str, line: int) -> None:
    with pytest.raises(Misconfigured) as caught:
        load(tmp_path, text)
    assert (caught.value.line, caught.value.file) == (line, str(tmp_path / "zone.txt"))
    assert caught.value.remedy


def test_file_that_cannot_be_read_is_misconfigured(tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes(b"a.vn. TXT \xff\n")
    for name in ("latin", "nothing"):
        with pytest.raises(Misconfigured):
            ZoneFile(tmp_path / name)


async def test_windows_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "zone.txt").write_bytes(b"\xef\xbb\xbfa.vn. TXT x\r\n  TXT y\r\n")
    assert (await ask(ZoneFile(tmp_path / "zone.txt"), "a.vn")).values == (b"x", b"y")


@given(st.text(st.sampled_from('ab. \t\n\r;()"\\$TX1'), max_size=60))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_read_or_refused(tmp_path: Path, text: str) -> None:
    with suppress(Misconfigured):
        load(tmp_path, text)


async def test_zone_answers_all_that_spf_asks(tmp_path: Path) -> None:
    text = """
$ORIGIN a.test.
@ TXT "v=spf1 a:x.a.test include:b.test mx ptr exists:%{ir}.list.a.test -all"
@ MX 10 mail
@ MX 20 mail2.a.test.
mail AAAA 2001:DB8::1
mail2 A 192.0.2.7
b.test. TXT "v=spf1 ?all"
9.2.0.192.in-addr.arpa. PTR Host
host A 192.0.2.9
x.a.test. A 198.51.100.1
"""
    zone = load(tmp_path, text)

    async def judge(ip: str) -> Result:
        client, envelope = Client(ip=ip, helo="h.test"), Envelope(mail_from="an@a.test", recipients=())
        evidence = Evidence(at=AT, trust=Trust())
        while missing := questions(client, envelope, evidence):
            answers = tuple([await zone.ask(each, AT) for each in missing])
            evidence = replace(evidence, answers=evidence.answers + answers)
        return judge_spf(client, envelope, evidence).result

    assert await judge("2001:db8::1") is Result.PASS
    assert await judge("192.0.2.7") is Result.PASS
    assert await judge("192.0.2.9") is Result.PASS
    assert await judge("192.0.2.10") is Result.FAIL
