from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator

import pytest
import trustme

from mailbridge.errors import Unavailable
from mailbridge.outbound.next_hop import NextHop, OutboundSettings, Refused
from mailbridge.ports import Tls
from tests.outbound.fakes_outbound import Running, Sink, letter


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    made = Sink()
    running = Running(made)
    await running.start()
    yield made
    await running.stop()


def settings(sink: Sink, *, tls: Tls = Tls.OFF, timeout: float = 5) -> OutboundSettings:
    return OutboundSettings(host="127.0.0.1", port=sink.port, hostname="mx.sonv.example", tls=tls, timeout=timeout)


async def test_the_reply_to_the_end_of_data_is_returned(sink: Sink) -> None:
    hop = NextHop(settings(sink))
    assert await hop.deliver(letter()) == "250 2.0.0 queued as 1"
    assert hop.is_open
    await hop.close()


async def test_it_is_open_only_after_a_letter_and_until_closed(sink: Sink) -> None:
    hop = NextHop(settings(sink))
    states = [hop.is_open]
    await hop.deliver(letter())
    states.append(hop.is_open)
    await hop.close()
    assert [*states, hop.is_open] == [False, True, False]


async def test_an_ascii_letter_asks_for_no_extension(sink: Sink) -> None:
    sink.smtputf8 = False
    hop = NextHop(settings(sink))
    await hop.deliver(letter())
    await hop.close()
    assert len(sink.got) == 1


async def test_an_internationalised_address_uses_smtputf8(sink: Sink) -> None:
    hop = NextHop(settings(sink))
    await hop.deliver(letter(recipient="văn.thư@vpcp.example"))
    await hop.close()
    assert sink.got[0][1] == ("văn.thư@vpcp.example",)


async def test_an_internationalised_address_is_refused_for_good_by_a_server_without_smtputf8(sink: Sink) -> None:
    sink.smtputf8 = False
    hop = NextHop(settings(sink))
    with pytest.raises(Refused, match=r"5\.6\.7") as refused:
        await hop.deliver(letter(recipient="văn.thư@vpcp.example"))
    assert refused.value.permanent
    await hop.close()


async def test_a_refusal_carries_code_and_cleaned_text(sink: Sink) -> None:
    sink.answers["RCPT"] = ["450-4.2.0 grey\r\n450 4.2.0 listed"]
    hop = NextHop(settings(sink))
    with pytest.raises(Refused) as refused:
        await hop.deliver(letter())
    assert not refused.value.permanent
    assert refused.value.code == 450
    assert len(str(refused.value).splitlines()) == 1
    await hop.deliver(letter("2"))
    assert sink.connections == 1
    await hop.close()


async def test_a_server_that_does_not_answer_is_unavailable() -> None:
    async def silent(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(1)
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    sink = Sink(port=server.sockets[0].getsockname()[1])
    hop = NextHop(settings(sink, timeout=0.2))
    with pytest.raises(Unavailable, match="next server"):
        await hop.deliver(letter())
    server.close()
    await asyncio.sleep(1)


async def test_a_server_without_starttls_gets_no_letter_when_tls_is_required(sink: Sink) -> None:
    with pytest.raises(Unavailable):
        await NextHop(settings(sink, tls=Tls.REQUIRE)).deliver(letter())
    assert sink.got == []


async def test_a_server_without_starttls_gets_letters_when_tls_is_a_wish(sink: Sink) -> None:
    hop = NextHop(settings(sink, tls=Tls.MAY))
    assert (await hop.deliver(letter())).startswith("250")
    await hop.close()


async def test_a_certificate_of_nobody_known_is_good_enough_for_a_wish_only() -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    sink = Sink(tls=context)
    running = Running(sink)
    await running.start()
    with pytest.raises(Unavailable, match="certificate"):
        await NextHop(settings(sink, tls=Tls.REQUIRE)).deliver(letter())
    assert sink.got == []
    hop = NextHop(settings(sink, tls=Tls.MAY))
    assert (await hop.deliver(letter())).startswith("250")
    assert sink.encrypted == 1
    await hop.close()
    await running.stop()


async def test_closing_twice_or_unopened_is_harmless(sink: Sink) -> None:
    hop = NextHop(settings(sink))
    await hop.close()
    await hop.deliver(letter())
    await hop.close()
    await hop.close()


async def test_a_cancelled_delivery_leaves_no_half_spoken_connection(sink: Sink) -> None:
    hop = NextHop(settings(sink))
    await hop.deliver(letter("1"))
    task = asyncio.create_task(hop.deliver(letter("2")))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await hop.deliver(letter("3"))
    await hop.close()
