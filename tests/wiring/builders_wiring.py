"""A small configuration, loaded, whose doors listen on ports that the system chooses."""

from __future__ import annotations

from pathlib import Path

from mailbridge.settings import Settings, load
from tests.settings.builders_settings import MAIN, configuration


def settings_of(folder: Path, *, next_hop: int = 1, keys: str = "", below: str = "") -> Settings:
    """Load a configuration; `keys` belong to its hop, `below` are further tables."""
    text = MAIN.replace("127.0.0.1:2525", "127.0.0.1:0").replace('"127.0.0.1:25"', f'"127.0.0.1:{next_hop}"')
    text = text.replace("[outbound]", f"{keys}{below}[outbound]")
    return load(configuration(folder, mailbridge=text), {})
