"""Checks one value of `mailbridge.toml` after the other and notes what is wrong at its line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path

from mailbridge.settings.lines import KeyPath
from mailbridge.settings.pieces import HostPort
from mailbridge.settings.problem import Report
from mailbridge.settings.shape import shown_path
from mailbridge.settings.source import Source
from mailbridge.settings.values import END_REMEDY, absolute, host_port, is_file
from mailbridge.smtp_hooks.settings import Network

NOWHERE = HostPort(host="localhost", port=0)
"""Stands for an end that could not be read; the settings are not used then."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """One file (with those laid over it) on the desk; paths are meant from `folder`."""

    source: Source
    folder: Path
    report: Report

    def wrong(self, path: KeyPath, problem: str, remedy: str) -> None:
        """Note what is wrong with the value of a key."""
        self.report.add(self.source.place(path), f'"{shown_path(path)}" {problem}', remedy)

    def is_written(self, path: KeyPath) -> bool:
        """Say whether a key stands in the file, whatever its value."""
        return path in self.source.places

    def end(self, path: KeyPath, text: str, *, any_port: bool = False) -> HostPort:
        """Read "host:port"; port 0, which lets the system choose, only where `any_port`."""
        found = host_port(text, any_port=any_port)
        if found is None:
            self.wrong(path, f'is not "host:port": "{text}"', END_REMEDY)
        return found or NOWHERE

    def ends(self, path: KeyPath, next_hop: str, fall_back: Sequence[str]) -> tuple[HostPort, ...]:
        """Read `next_hop` and `fall_back` of the table at `path`: servers in the order in which they are tried."""
        first = self.end((*path, "next_hop"), next_hop)
        found = [first]
        for number, text in enumerate(fall_back):
            here = (*path, "fall_back", number)
            end = self.end(here, text)
            if end is not NOWHERE and end in found:
                self.wrong(here, f"stands twice: {end}", "each server is tried once; take one out")
            found.append(end)
        return tuple(found)

    def file(self, path: KeyPath, text: str) -> Path | None:
        """Find a file; None when the key is empty."""
        if not text:
            return None
        found = absolute(text, self.folder)
        if not is_file(found):
            self.wrong(path, f"names a file that is not there: {found}", "put the file there, or correct the path")
        return found

    def networks(
        self, path: KeyPath, texts: Sequence[str], everybody: str = "lets anybody say who the client is"
    ) -> tuple[Network, ...]:
        """Read networks whose hosts may do more than others; `everybody` says what is wrong with the whole world."""
        found = []
        for number, text in enumerate(texts):
            here = (*path, number)
            try:
                network = ip_network(text)
            except ValueError:
                self.wrong(here, f'is not a network: "{text}"', 'write such as "192.0.2.0/28" or "192.0.2.7"')
                continue
            if network.prefixlen == 0:
                self.wrong(here, everybody, "name the hosts that stand in front of us")
            found.append(network)
        return tuple(found)
