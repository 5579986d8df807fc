"""`check` tells what keeps states from being shown in a mailbox."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.builders_cli import CommandLine
from tests.live.program import free_port


@pytest.fixture
def secret(config: Path) -> Path:
    """A mailbox in the configuration, on a port where nobody listens, and the file of its password."""
    path = config / "password"
    path.touch(mode=0o600)
    path.write_text("canary-4711\n")
    table = f'[[mailbox]]\nserver = "127.0.0.1:{free_port()}"\ntls = "off"\nuser = "lan"\npassword_file = "password"\n'
    with (config / "mailbridge.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n{table}")
    return path


def check(mailbridge: CommandLine, config: Path, *flags: str) -> list[str]:
    answer = mailbridge("check", "--json", "-c", config, *flags)
    assert "canary" not in str(answer)
    return [each["problem"] for each in answer.objects if "password" in each["problem"] or "mailbox" in each["problem"]]


def test_a_sound_mailbox_is_no_finding_without_the_network(mailbridge: CommandLine, config: Path, secret: Path) -> None:
    assert check(mailbridge, config, "--offline") == []


def test_a_server_that_does_not_answer_is_found(mailbridge: CommandLine, config: Path, secret: Path) -> None:
    (found,) = check(mailbridge, config)
    assert found.startswith("mailbox of lan cannot be opened")


def test_a_password_that_others_may_read_is_found(mailbridge: CommandLine, config: Path, secret: Path) -> None:
    secret.chmod(0o640)
    (found,) = check(mailbridge, config, "--offline")
    assert "other users may read" in found


@pytest.mark.parametrize("text", ["", "\n", "two\nlines"])
def test_a_file_without_a_password_is_found(mailbridge: CommandLine, config: Path, secret: Path, text: str) -> None:
    secret.write_text(text)
    (found,) = check(mailbridge, config, "--offline")
    assert "holds no password" in found
