"""Fixtures of the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.builders_cli import CommandLine, fill, init_flags


@pytest.fixture
def mailbridge(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """Return the command line in this process, free of what the environment of a developer says."""
    monkeypatch.delenv("MAILBRIDGE_DATABASE_URL", raising=False)
    return CommandLine(capsys)


@pytest.fixture
def config(tmp_path: Path, mailbridge: CommandLine) -> Path:
    """Return the folder of a fresh configuration, made by `init`."""
    folder = tmp_path / "config"
    assert mailbridge("init", folder, *init_flags(tmp_path)).status == 0
    return folder


@pytest.fixture
def book(config: Path) -> Path:
    """Return the folder of a configuration whose book has two entries, one held mail and one letter."""
    fill(config)
    return config
