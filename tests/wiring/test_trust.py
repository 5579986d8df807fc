"""A signature names where its revocation is told: that is fetched behind the walk, and the next judgement knows it."""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from mailbridge.mail.envelope import Client, Door, Envelope, MailObject
from mailbridge.mail.parse import parse
from mailbridge.settings import Role, Settings, load
from mailbridge.verify.signature import SignatureStatus, Status
from mailbridge.wiring import App, keeper_for, lookups_for, reading_for
from tests.keys.authorities import AUTHORITY, Identity, Shape, issue, make_list, make_name
from tests.keys.pki import make_pki, one_page_pdf
from tests.lookups.builders_hosts import body, drip, host
from tests.wiring.builders_wiring import settings_of
from tests.wiring.test_back import until

NOW = datetime.now(UTC).replace(microsecond=0)
HOUR = timedelta(hours=1)
ROOT = issue(make_name(C="VN", O="Ban thử nghiệm", CN="RootCA"), AUTHORITY, NOW)


def a_list(*revoked: Identity) -> bytes:
    since = {each.serial: NOW - 24 * HOUR for each in revoked}
    return make_list(ROOT, since, begin=NOW - HOUR, end=NOW + 48 * HOUR)


def signed_mail(who: Identity) -> MailObject:
    pdf = make_pki().sign_pdf(one_page_pdf(), who, field="S", at=NOW - HOUR)
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@b.vn", "vanthu@sonv.backan.gov.vn", "Công văn"
    mail.set_content("Kính gửi.")
    mail.add_attachment(pdf, maintype="application", subtype="pdf", filename="a.pdf")
    content = mail.as_bytes(policy=SMTP)
    return MailObject(
        id="1",
        door=Door.MANUAL,
        client=Client(),
        envelope=Envelope(mail_from=None, recipients=()),
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        accepted_at=NOW,
    )


def settings_with(folder: Path, table: str) -> Settings:
    (folder / "trust").mkdir(exist_ok=True)
    (folder / "trust" / "root.pem").write_bytes(ROOT.pem)
    (folder / "zone").write_text("")
    return settings_of(folder, below=f'[dns]\nzone = "zone"\n[trust]\n{table}')


async def judge(who: Identity, settings: Settings) -> list[SignatureStatus]:
    """Judge twice, and fetch what the first judgement wished for in between."""
    mail = await asyncio.to_thread(signed_mail, who)
    keeper = keeper_for(settings)
    lookups, message = lookups_for(settings, keeper=keeper), parse(mail.content)
    found: list[SignatureStatus] = []
    with closing(reading_for(settings, parallel=1, watch=keeper.note)) as reading:
        for _ in range(2):
            (opened,) = await reading.open(message.attachments, await lookups.gather(mail, message, NOW))
            found += opened.signatures
            await asyncio.to_thread(keeper.refresh, NOW)
    return found


async def test_what_could_not_be_checked_at_first_can_be_when_the_list_has_come(tmp_path: Path) -> None:
    with host() as served:
        shape = Shape(lists=[served.at("/root.crl")])
        who = issue(make_name(C="VN", CN="Nguyễn Văn An"), shape, NOW, by=ROOT)
        served.pages["/root.crl"] = body(a_list())
        settings = settings_with(tmp_path, f'fetch = ["{served.name}"]\n')
        before, after = await judge(who, settings)
        assert (before.status, before.sub_indication) == (Status.INDETERMINATE, "TRY_LATER")
        assert after.status is Status.TOTAL_PASSED
        assert served.asked == [("GET", "/root.crl")]


async def test_where_nobody_may_be_asked_it_stays_unchecked(tmp_path: Path) -> None:
    with host() as served:
        who = issue(make_name(C="VN", CN="An"), Shape(lists=[served.at("/root.crl")]), NOW, by=ROOT)
        served.pages["/root.crl"] = body(a_list())
        before, after = await judge(who, settings_with(tmp_path, ""))
        assert before == after
        assert served.asked == []


async def test_a_revoked_certificate_is_known_as_such(tmp_path: Path) -> None:
    with host() as served:
        who = issue(make_name(C="VN", CN="An"), Shape(lists=[served.at("/root.crl")]), NOW, by=ROOT)
        served.pages["/root.crl"] = body(a_list(who))
        _, after = await judge(who, settings_with(tmp_path, f'fetch = ["{served.name}"]\n'))
        assert after.status is not Status.TOTAL_PASSED
        assert "revoked" in (after.reason or "")


async def test_a_running_program_keeps_its_lists_and_takes_over_changes(tmp_path: Path) -> None:
    with host(root_crl=body(a_list())) as served:
        settings = settings_with(tmp_path, f'fetch = ["{served.name}"]\nlists = ["{served.at("/root.crl")}"]\n')
        app = App(settings)
        async with app.running(roles=frozenset({Role.WORK}), stop=asyncio.Event()):

            def kinds() -> set[str]:
                status = app.trust_status()
                return set(status.expires_seconds) if status else set()

            await until(lambda: kinds() == {"anchor", "list"})
            text = (tmp_path / "mailbridge.toml").read_text(encoding="utf-8")
            (tmp_path / "mailbridge.toml").write_text(text.replace("lists = [", "lists = []#"), encoding="utf-8")
            (tmp_path / "trust" / "root.pem").unlink()
            changed = load(tmp_path, {})
            app.renew(changed, await app.prepare(changed))
            assert kinds() == set(), "a list whose authority is held no longer is believed no longer"
        assert served.asked == [("GET", "/root.crl")]


async def test_a_host_that_hangs_holds_nothing_up(tmp_path: Path) -> None:
    with host() as served:
        served.pages["/root.crl"] = drip(served.over)
        settings = settings_with(tmp_path, f'fetch = ["{served.name}"]\nlists = ["{served.at("/root.crl")}"]\n')
        began = asyncio.get_running_loop().time()
        app = App(settings)
        async with app.running(roles=frozenset({Role.WORK}), stop=asyncio.Event()):
            await until(lambda: served.asked != [])
            status = app.trust_status()
            assert status is not None
            assert set(status.expires_seconds) == {"anchor"}
        assert asyncio.get_running_loop().time() - began < 30
