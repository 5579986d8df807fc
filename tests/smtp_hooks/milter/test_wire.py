from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.errors import ProtocolViolation
from mailbridge.smtp_hooks.milter import packets
from mailbridge.smtp_hooks.milter.packets import (
    Abort,
    Accept,
    Actions,
    AddHeader,
    Body,
    Connect,
    Continue,
    Data,
    EndOfBody,
    EndOfHeader,
    Family,
    FromMta,
    Header,
    Helo,
    InsertHeader,
    Macros,
    Mail,
    Offer,
    Options,
    Packet,
    Progress,
    Quarantine,
    Quit,
    QuitNewConnection,
    Rcpt,
    ReplyCode,
    Skip,
    TempFail,
    Unknown,
)
from mailbridge.smtp_hooks.milter.wire import (
    MAX_PACKET,
    Reader,
    format_packet,
    reader_of_milter,
    reader_of_mta,
)

# Octets as Postfix 3.7.11 sends them, and as libmilter's header files have the letters.
FROM_MTA: list[tuple[bytes, Packet]] = [
    (
        b"\0\0\0\x06\0\0\x01\xff\0\x1f\xff\xff",
        Offer(version=6, actions=Actions(0x1FF), options=Options(0x1FFFFF)),
    ),
    (b"Ci\0abc\0v\0Postfix\0", Macros(step=b"C", values=((b"i", b"abc"), (b"v", b"Postfix")))),
    (b"H", Macros(step=b"H", values=())),
    (
        b"localhost\x004\x82p127.0.0.1\x00",
        Connect(name=b"localhost", family=Family.INET, port=0x8270, address=b"127.0.0.1"),
    ),
    (b"x\x006\0\x19::1\0", Connect(name=b"x", family=Family.INET6, port=25, address=b"::1")),
    (b"x\0L\0\0/run/x\0", Connect(name=b"x", family=Family.UNIX, port=0, address=b"/run/x")),
    (b"unknown\0U", Connect(name=b"unknown", family=Family.UNKNOWN)),
    (b"c.example\0", Helo(name=b"c.example")),
    (b"<a@so.example>\0BODY=8BITMIME\0", Mail(arguments=(b"<a@so.example>", b"BODY=8BITMIME"))),
    (b"<>\0", Mail(arguments=(b"<>",))),
    (b"<b@bo.example>\0NOTIFY=NEVER\0", Rcpt(arguments=(b"<b@bo.example>", b"NOTIFY=NEVER"))),
    (b"", Data()),
    (b"Subject\0 a\n b\0", Header(name=b"Subject", value=b" a\n b")),
    (b"X-Empty\0\0", Header(name=b"X-Empty", value=b"")),
    (b"", EndOfHeader()),
    (b"a\0b\r\n", Body(octets=b"a\0b\r\n")),
    (b"", EndOfBody()),
    (b"last", EndOfBody(octets=b"last")),
    (b"", Abort()),
    (b"", Quit()),
    (b"", QuitNewConnection()),
    (b"FOO\0", Unknown(line=b"FOO")),
]
LETTERS = {
    Offer: b"O", Macros: b"D", Connect: b"C", Helo: b"H", Mail: b"M", Rcpt: b"R", Data: b"T", Header: b"L",
    EndOfHeader: b"N", Body: b"B", EndOfBody: b"E", Abort: b"A", Quit: b"Q", QuitNewConnection: b"K", Unknown: b"U",
    Continue: b"c", Accept: b"a", TempFail: b"t", ReplyCode: b"y", AddHeader: b"h", InsertHeader: b"i",
    Quarantine: b"q", Progress: b"p", Skip: b"s",
}  # fmt: skip
FROM_MILTER: list[tuple[bytes, Packet]] = [
    (b"\0\0\0\x06\0\0\0\x01\0\x10\0\0", Offer(version=6, actions=Actions(1), options=Options.LEADING_SPACE)),
    (b"", Continue()),
    (b"", Accept()),
    (b"", TempFail()),
    (b"451 4.3.0 100%% full\0", ReplyCode(text=b"451 4.3.0 100% full")),
    (b"X-A\0 b\0", AddHeader(name=b"X-A", value=b" b")),
    (b"\0\0\0\0X-A\0 b\0", InsertHeader(index=0, name=b"X-A", value=b" b")),
    (b"why\0", Quarantine(reason=b"why")),
    (b"", Progress()),
    (b"", Skip()),
]


def on_the_wire(arguments: bytes, packet: Packet) -> bytes:
    body = LETTERS[type(packet)] + arguments
    return len(body).to_bytes(4, "big") + body


def drained(reader: Reader[Any]) -> list[Packet]:
    found = []
    while (packet := reader.next()) is not None:
        found.append(packet)
    return found


@pytest.mark.parametrize(("arguments", "packet"), FROM_MTA + FROM_MILTER, ids=lambda one: type(one).__name__)
def test_octets_and_packets_are_the_same_in_both_directions(arguments: bytes, packet: Packet) -> None:
    octets = on_the_wire(arguments, packet)
    assert format_packet(packet) == octets
    reader: Reader[Any] = reader_of_mta() if (arguments, packet) in FROM_MTA else reader_of_milter()
    reader.feed(octets)
    assert drained(reader) == [packet]
    assert reader.is_between


def test_every_packet_has_its_row_and_its_legal_replies() -> None:
    assert {type(packet) for _, packet in FROM_MTA + FROM_MILTER} == set(LETTERS)
    assert set(packets.LEGAL) == {type(packet) for _, packet in FROM_MTA}
    assert set().union(*packets.LEGAL.values()) == {type(packet) for _, packet in FROM_MILTER}


def whole_conversation() -> bytes:
    return b"".join(on_the_wire(*row) for row in FROM_MTA)


def test_byte_by_byte_gives_the_same() -> None:
    reader, found = reader_of_mta(), []
    for octet in whole_conversation():
        reader.feed(bytes([octet]))
        found += drained(reader)
    assert found == [packet for _, packet in FROM_MTA]


def test_a_tail_is_held_back_until_its_rest_comes() -> None:
    octets = whole_conversation()
    reader = reader_of_mta()
    reader.feed(octets + octets[:7])
    assert drained(reader) == [packet for _, packet in FROM_MTA]
    assert not reader.is_between
    reader.feed(octets[7:])
    assert drained(reader) == [packet for _, packet in FROM_MTA]


@pytest.mark.parametrize(
    "body",
    [
        b"X",  # no such letter
        b"c",  # a reply, from an MTA
        b"H",  # no string
        b"Habc",  # a string without its end
        b"Habc\0d",  # something behind it
        b"T\0",  # an argument where none belongs
        b"M",  # no argument at all
        b"O\0\0\0\x06\0\0",  # a number cut off
        b"D",  # macros of no step
        b"DHi\0",  # a macro without its value
        b"Cx\0",  # no family
        b"Cx\x009\0\x19a\0",  # no such family
        b"Cx\x004\0",  # a port cut off
        b"Lname\0value",  # no end
    ],
)
def test_a_broken_packet_is_a_violation_and_stays_one(body: bytes) -> None:
    reader = reader_of_mta()
    reader.feed(len(body).to_bytes(4, "big") + body)
    for _ in range(2):
        with pytest.raises(ProtocolViolation):
            reader.next()
    reader.feed(format_packet(Data()))
    with pytest.raises(ProtocolViolation):
        reader.next()


@pytest.mark.parametrize("length", [0, MAX_PACKET + 1, 0xFFFFFFFF])
def test_the_length_is_judged_before_anything_is_waited_for(length: int) -> None:
    reader = reader_of_mta()
    reader.feed(length.to_bytes(4, "big"))
    with pytest.raises(ProtocolViolation, match=f"a packet of {length} octets"):
        reader.next()


def test_the_longest_packet_is_read() -> None:
    reader = reader_of_mta(max_packet=9)
    reader.feed(format_packet(Body(octets=b"12345678")))
    assert reader.next() == Body(octets=b"12345678")
    reader.feed(format_packet(Body(octets=b"123456789")))
    with pytest.raises(ProtocolViolation):
        reader.next()


@pytest.mark.parametrize(
    "packet",
    [
        Header(name=b"a\0b", value=b""),
        Helo(name=b"\0"),
        ReplyCode(text=b"4\0"),
        Macros(step=b"C", values=((b"i", b"\0"),)),
    ],
)
def test_what_cannot_be_written_is_not_written(packet: Packet) -> None:
    with pytest.raises(ValueError, match="NUL"):
        format_packet(packet)


TEXT = st.binary(max_size=40).map(lambda octets: octets.replace(b"\0", b""))
TEXTS = st.lists(TEXT, min_size=1, max_size=4).map(tuple)
FLAGS = st.integers(0, 0xFFFFFFFF)
SAID: st.SearchStrategy[FromMta] = st.one_of(
    st.builds(Offer, version=FLAGS, actions=FLAGS.map(Actions), options=FLAGS.map(Options)),
    st.builds(
        Macros,
        step=st.sampled_from([b"C", b"L", b"E"]),
        values=st.lists(st.tuples(TEXT, TEXT), max_size=3).map(tuple),
    ),
    st.builds(
        Connect,
        name=TEXT,
        family=st.sampled_from([Family.INET, Family.INET6, Family.UNIX]),
        port=st.integers(0, 0xFFFF),
        address=TEXT,
    ),
    st.builds(Connect, name=TEXT, family=st.just(Family.UNKNOWN)),
    st.builds(Helo, name=TEXT),
    st.builds(Mail, arguments=TEXTS),
    st.builds(Rcpt, arguments=TEXTS),
    st.builds(Header, name=TEXT, value=TEXT),
    st.builds(Body, octets=st.binary(max_size=60)),
    st.builds(EndOfBody, octets=st.binary(max_size=60)),
    st.builds(Unknown, line=TEXT),
    st.sampled_from([Data(), EndOfHeader(), Abort(), Quit(), QuitNewConnection()]),
)
CUTS = st.lists(st.integers(1, 50), min_size=1, max_size=8)


def in_blocks(octets: bytes, sizes: list[int]) -> list[bytes]:
    blocks, number = [], 0
    while octets:
        size = sizes[number % len(sizes)]
        blocks.append(octets[:size])
        octets, number = octets[size:], number + 1
    return blocks


@given(st.lists(SAID, max_size=6), CUTS)
@settings(max_examples=150)
def test_format_then_read_gives_the_same_however_it_is_cut(said: list[FromMta], cuts: list[int]) -> None:
    reader, found = reader_of_mta(), []
    for block in in_blocks(b"".join(format_packet(one) for one in said), cuts):
        reader.feed(block)
        found += drained(reader)
    assert found == said


def outcome(blocks: list[bytes], *, of_milter: bool) -> tuple[list[Packet], str | None]:
    reader: Reader[Any] = reader_of_milter(200) if of_milter else reader_of_mta(200)
    found: list[Packet] = []
    try:
        for block in blocks:
            reader.feed(block)
            while (packet := reader.next()) is not None:
                found.append(packet)
    except ProtocolViolation as violation:
        return found, violation.what
    return found, None


GARBAGE = st.lists(
    st.one_of(
        SAID.map(format_packet),
        st.binary(max_size=30),
        # A good length with any letter and any arguments.
        st.binary(min_size=1, max_size=30).map(lambda body: len(body).to_bytes(4, "big") + body),
    ),
    max_size=5,
).map(b"".join)


@given(GARBAGE, CUTS, st.booleans())
@settings(max_examples=300)
def test_garbage_is_a_violation_and_nothing_else_however_it_is_cut(
    octets: bytes, cuts: list[int], of_milter: bool
) -> None:
    assert outcome(in_blocks(octets, cuts), of_milter=of_milter) == outcome([octets], of_milter=of_milter)


def test_silence_and_skip_are_agreed_on() -> None:
    assert packets.wants_reply(Body, Options(0))
    assert not packets.wants_reply(Body, Options.SILENT_BODY)
    assert packets.wants_reply(EndOfBody, Options(0xFFFFFFFF))
    assert not packets.wants_reply(Abort, Options(0))
    assert not packets.may_reply(Body, Skip, Options(0))
    assert packets.may_reply(Body, Skip, Options.SKIP)
    assert not packets.may_reply(Body, Skip, Options.SKIP | Options.SILENT_BODY)
    assert not packets.may_reply(Header, InsertHeader, Options(0))
    assert packets.may_reply(EndOfBody, InsertHeader, Options(0))
    assert not packets.may_reply(EndOfBody, Offer, Options(0))


def test_every_packet_is_frozen_and_can_stand_in_a_set() -> None:
    for _, packet in FROM_MTA + FROM_MILTER:
        assert hash(packet) == hash(packet)
        for one in fields(packet):
            with pytest.raises(AttributeError):
                setattr(packet, one.name, None)
