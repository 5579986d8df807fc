"""`mailbridge trust`: nothing is believed before a person has agreed."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization

from mailbridge.cli.overview import Peer
from tests.cli.builders_cli import CommandLine
from tests.control.builders_control import CHILD
from tests.lookups.builders_hosts import body, host
from tests.lookups.builders_trust import DAY, Party, make_answer, make_list, make_party
from tests.lookups.builders_update import archive, signed

TODAY = datetime.now(UTC).replace(microsecond=0)


def root(days: int = 3650) -> Party:
    return make_party("RootCA thử nghiệm", begin=TODAY - 365 * DAY, days=365 + days)


def crl_of(ca: Party, *, age: timedelta = timedelta(hours=1), days: float = 30) -> bytes:
    return make_list(ca, this_update=TODAY - age, days=days)


def put(folder: Path, **files: bytes) -> list[Path]:
    paths = []
    for name, octets in files.items():
        path = folder / name.replace("_", ".")
        path.write_bytes(octets)
        paths.append(path)
    return paths


@pytest.fixture
def at_terminal(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the answers that somebody at a terminal gives."""
    answers: list[str] = []
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _prompt: answers.pop(0))
    return answers


def test_an_anchor_is_shown_and_asked_about(
    mailbridge: CommandLine, config: Path, tmp_path: Path, at_terminal: list[str]
) -> None:
    ca = root()
    (file,) = put(tmp_path, root_pem=ca.pem)
    at_terminal.append("n")
    answer = mailbridge("-c", config, "trust", "import", file)
    assert answer.status == 1
    assert "chưa ghi gì" in answer.err
    fingerprint = ca.certificate.fingerprint(hashes.SHA256()).hex().upper()
    assert fingerprint in answer.out.replace(" ", "")
    assert mailbridge("-c", config, "trust", "list").status == 1
    at_terminal.append("y")
    assert mailbridge("-c", config, "trust", "import", file).status == 0
    (shown,) = mailbridge("-c", config, "trust", "list", "--json").objects
    assert (shown["kind"], shown["name"], shown["standing"]) == ("anchor", "RootCA thử nghiệm", "good")
    assert shown["sha256"] == fingerprint.lower()
    again = mailbridge("-c", config, "trust", "import", file)
    assert (again.status, "không có gì thay đổi" in again.out) == (0, True)


def test_without_a_terminal_somebody_has_to_answer_beforehand(
    mailbridge: CommandLine, config: Path, tmp_path: Path
) -> None:
    ca = root()
    (file,) = put(tmp_path, root_pem=ca.pem)
    answer = mailbridge("-c", config, "trust", "import", file)
    assert (answer.status, "--fingerprint" in answer.err) == (64, True)
    wrong = mailbridge("-c", config, "trust", "import", file, "--fingerprint", "00" * 32)
    assert (wrong.status, "vân tay khác" in wrong.err) == (1, True)
    assert mailbridge("-c", config, "trust", "list").status == 1
    print_ = ca.certificate.fingerprint(hashes.SHA256()).hex(" ", 2).upper()
    assert mailbridge("-c", config, "trust", "import", file, "--fingerprint", print_).status == 0
    assert mailbridge("-c", config, "trust", "list").status == 0


def test_a_whole_bundle_goes_where_it_belongs(mailbridge: CommandLine, config: Path, tmp_path: Path) -> None:
    ca = root()
    issuing = make_party("CA cấp dưới", by=ca, begin=TODAY - DAY)
    who = make_party("An", by=issuing, ca=False, begin=TODAY - DAY)
    answer = make_answer(who, issuing, this_update=TODAY - timedelta(hours=1), next_update=TODAY + DAY)
    files = put(tmp_path, all_pem=ca.pem + issuing.pem, a_crl=crl_of(issuing), b_ors=answer)
    assert mailbridge("-c", config, "trust", "import", *files, "--yes").status == 0
    folder = config / "trust"
    kinds = {each["kind"]: each for each in mailbridge("-c", config, "trust", "list", "--json").objects}
    assert set(kinds) == {"anchor", "intermediate", "list", "answer"}
    assert Path(kinds["intermediate"]["file"]).parent == folder / "intermediate"
    assert "CN=RootCA thử nghiệm" in Path(kinds["anchor"]["file"]).read_text(encoding="utf-8")
    assert mailbridge("-c", config, "trust", "check").status == 0


def test_a_certificate_that_shall_only_help_is_not_trusted(
    mailbridge: CommandLine, config: Path, tmp_path: Path
) -> None:
    (file,) = put(tmp_path, root_pem=root().pem)
    assert mailbridge("-c", config, "trust", "import", file, "--intermediate").status == 0, "there is nothing to ask"
    (shown,) = mailbridge("-c", config, "trust", "list", "--json").objects
    assert shown["kind"] == "intermediate"


def test_what_may_not_be_held_is_refused_and_nothing_is_written(
    mailbridge: CommandLine, config: Path, tmp_path: Path
) -> None:
    ca = root()
    key = ca.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    person = make_party("An", by=ca, ca=False)
    cases = {
        "key.pem": (ca.pem + key, "private key"),
        "person.pem": (person.pem, "is not the certificate of an authority"),
        "list.crl": (crl_of(make_party("Ai đó")), "no certificate that we hold has signed"),
        "forged.crl": (make_list(make_party(), claimed=ca), "no certificate that we hold has signed"),
        "answer.ors": (make_answer(person, ca), "current only until"),
        "text.pem": (b"hello", "no readable certificate"),
    }
    (good,) = put(tmp_path, good_pem=ca.pem)
    for name, (octets, why) in cases.items():
        path = tmp_path / name
        path.write_bytes(octets)
        answer = mailbridge("-c", config, "--lang", "en", "trust", "import", good, path, "--yes")
        assert (answer.status, why in answer.err) == (65, True), (name, answer.err)
        assert name in answer.err
    assert mailbridge("-c", config, "trust", "list").status == 1


def test_a_newer_list_takes_the_place_of_the_older(mailbridge: CommandLine, config: Path, tmp_path: Path) -> None:
    ca = root()
    newest = crl_of(ca)
    files = put(tmp_path, root_pem=ca.pem, a_crl=crl_of(ca, age=DAY))
    assert mailbridge("-c", config, "trust", "import", *files, "--yes").status == 0
    for octets, told in ((newest, "(newer)"), (newest, "(there)"), (crl_of(ca, age=2 * DAY), "(older)")):
        (file,) = put(tmp_path, b_crl=octets)
        answer = mailbridge("-c", config, "--lang", "en", "trust", "import", file)
        assert (answer.status, told in answer.out) == (0, True)
    assert [path.read_bytes() for path in (config / "trust").rglob("*.crl")] == [newest]


def test_what_ends_soon_is_told_of_everywhere(mailbridge: CommandLine, config: Path, tmp_path: Path) -> None:
    ca = root(days=60)
    files = put(tmp_path, root_pem=ca.pem, a_crl=crl_of(ca, age=3 * DAY, days=1))
    assert mailbridge("-c", config, "trust", "import", *files, "--yes").status == 0
    answer = mailbridge("-c", config, "--lang", "en", "trust", "check", "--json")
    assert answer.status == 1
    over, ends = sorted(each["problem"] for each in answer.objects)[::-1]
    assert over.startswith("list RootCA thử nghiệm was over on")
    assert "within 90 days" in ends
    shown = mailbridge("-c", config, "trust", "check")
    assert "trong 90 ngày tới" in shown.out
    assert "danh sách thu hồi" in shown.out
    checked = mailbridge("-c", config, "check", "--offline", "--json")
    assert checked.status == 1
    assert len([each for each in checked.objects if "RootCA thử nghiệm" in each["problem"]]) == 2


def test_a_list_put_there_that_nobody_has_signed_is_told_of(mailbridge: CommandLine, config: Path) -> None:
    (config / "trust" / "a.pem").write_bytes(root().pem)
    (config / "trust" / "x.crl").write_bytes(crl_of(make_party("Ai đó")))
    answer = mailbridge("-c", config, "trust", "check", "--json")
    assert (answer.status, [Path(each["file"]).name for each in answer.objects]) == (1, ["x.crl"])


def test_no_anchor_is_a_finding(mailbridge: CommandLine, config: Path) -> None:
    answer = mailbridge("-c", config, "trust", "check")
    assert answer.status == 1
    assert "chưa có chứng thư gốc tin cậy" in answer.out


def test_a_file_that_cannot_be_used_is_bad_configuration(mailbridge: CommandLine, config: Path) -> None:
    (config / "trust" / "a.pem").write_bytes(b"nothing")
    assert mailbridge("-c", config, "trust", "list").status == 78
    assert mailbridge("-c", config, "check", "--offline").status == 1


def test_lists_are_fetched_now(mailbridge: CommandLine, config: Path) -> None:
    ca = root()
    (config / "trust" / "a.pem").write_bytes(ca.pem)
    assert mailbridge("-c", config, "trust", "fetch").status == 1, "nothing is configured"
    with host(a_crl=body(crl_of(ca))) as served:
        lists = f'fetch = ["{served.name}"]\nlists = ["{served.at("/a.crl")}", "{served.at("/b.crl")}"]\n'
        (config / "conf.d").mkdir()
        (config / "conf.d" / "trust.toml").write_text(f"[trust]\n{lists}")
        answer = mailbridge("-c", config, "trust", "fetch", "--json")
        assert answer.status == 1
        assert {each["address"]: each["came"] for each in answer.objects} == {
            served.at("/a.crl"): "new",
            served.at("/b.crl"): "nothing",
        }
        served.pages["/b.crl"] = body(crl_of(ca))
        shown = mailbridge("-c", config, "trust", "fetch")
        assert (shown.status, "không đổi" in shown.out) == (0, True)
    fetched = [each for each in mailbridge("-c", config, "trust", "list", "--json").objects if each["fetched"]]
    assert [each["kind"] for each in fetched] == ["list"]


def test_a_signed_update(mailbridge: CommandLine, config: Path, tmp_path: Path, at_terminal: list[str]) -> None:
    ca, signer = root(), make_party("Người cập nhật", ca=False)
    (config / "trust" / "updates").mkdir()
    (file,) = put(tmp_path, update_p7m=signed(archive({"root.pem": ca.pem}), signer))
    refused = mailbridge("-c", config, "trust", "update", file)
    assert (refused.status, "nobody may sign updates" in refused.err) == (65, True)
    (config / "trust" / "updates" / "signer.pem").write_bytes(signer.pem)
    at_terminal += ["n", "y"]
    assert mailbridge("-c", config, "trust", "update", file).status == 1
    assert mailbridge("-c", config, "trust", "list").status == 1
    answer = mailbridge("-c", config, "trust", "update", file)
    assert (answer.status, "Người cập nhật" in answer.out) == (0, True)
    assert mailbridge("-c", config, "trust", "list").status == 0
    assert "không có gì thay đổi" in mailbridge("-c", config, "trust", "update", file).out


def test_the_running_program_tells_what_ends_and_what_is_over(
    mailbridge: CommandLine, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    peer = Peer(socket=Path("x"), status=CHILD)
    monkeypatch.setattr("mailbridge.cli.overview.ask_all", lambda _folder: ((peer,), ()))
    told = mailbridge("-c", config, "status")
    assert told.status == 1
    assert "Tin cậy" in told.out
    assert "RootCA hết hạn trong 90 ngày tới" in told.out
    assert "không tải được danh sách từ http://ca.gov.vn/a.crl" in told.out
    assert "danh sách thu hồi đã hết hạn: CA" in told.out
    (found,) = mailbridge("-c", config, "status", "--json").objects
    assert "trust-over" in found["wrong"]
    assert found["trust"]["ending"] == {"RootCA": 90}
    good = replace(CHILD, trust=replace(CHILD.trust, over=(), problem="No space left") if CHILD.trust else None)
    monkeypatch.setattr("mailbridge.cli.overview.ask_all", lambda _folder: ((replace(peer, status=good),), ()))
    (found,) = mailbridge("-c", config, "status", "--json").objects
    assert [word for word in found["wrong"] if word.startswith("trust")] == ["trust-store"]
