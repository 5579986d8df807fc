from __future__ import annotations

import socket

import pytest

from bench import stage


def _listener(port: int = 0) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen()
    return listener


def test_two_processes_on_one_port_are_told_from_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "_BOTH_WITHIN", 0.5)
    with _listener() as first:
        port = int(first.getsockname()[1])
        assert not stage.both_listen(port)
        with _listener(port):
            assert stage.both_listen(port)
