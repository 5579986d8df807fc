"""A name server of twenty lines on the loopback, and a fake in place of one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import cast

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

from mailbridge.verify.evidence import Answer, Answered, Question

SILENCE = "silence"
Zone = Mapping[str, str | dns.rcode.Rcode]


class _Stub(asyncio.DatagramProtocol):
    """Answers from `zone`: name → rest of a master-file line, a response code, or SILENCE; else NXDOMAIN."""

    def __init__(self, zone: Zone, *, authentic: bool) -> None:
        self._zone = zone
        self._authentic = authentic
        self.asked: list[dns.message.Message] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str | int, int]) -> None:
        query = dns.message.from_wire(data)
        self.asked.append(query)
        name = query.question[0].name
        held = self._zone.get(name.to_text(omit_final_dot=True).lower(), dns.rcode.NXDOMAIN)
        if held == SILENCE:
            return
        response = dns.message.make_response(query)
        if self._authentic:
            response.flags |= dns.flags.AD
        if isinstance(held, dns.rcode.Rcode):
            response.set_rcode(held)
        elif held.split()[0] == dns.rdatatype.to_text(query.question[0].rdtype):
            kind, value = held.split(maxsplit=1)
            response.answer.append(dns.rrset.from_text(name, 60, "IN", kind, value))
        self._transport.sendto(response.to_wire(), addr)


@asynccontextmanager
async def name_server(zone: Zone, *, authentic: bool = False) -> AsyncIterator[tuple[str, list[dns.message.Message]]]:
    """Serve a zone on a free port; gives "127.0.0.1:PORT" and the list of questions as they come."""
    loop = asyncio.get_running_loop()
    transport, stub = await loop.create_datagram_endpoint(
        lambda: _Stub(zone, authentic=authentic), local_addr=("127.0.0.1", 0)
    )
    try:
        host, port = transport.get_extra_info("sockname")[:2]
        yield f"{host}:{port}", stub.asked
    finally:
        transport.close()


class FakeNames:
    """Answers TXT questions from a mapping; a name that maps to None never answers."""

    def __init__(self, records: Mapping[str, bytes | None]) -> None:
        self._records = records
        self.asked: list[Question] = []

    async def ask(self, question: Question, at: datetime) -> Answer:
        self.asked.append(question)
        if question.name not in self._records:
            return Answer(question=question, answered=Answered.NXDOMAIN, asked_at=at)
        value = self._records[question.name]
        if value is None:
            await asyncio.Event().wait()
            raise AssertionError("nobody sets this event")
        return Answer(question=question, answered=Answered.FOUND, values=(value,), asked_at=at)
