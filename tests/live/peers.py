"""Sending mail servers: they keep a mail until they hear 250."""

from __future__ import annotations

import smtplib
import threading
import time
from collections import Counter


class Peer(threading.Thread):
    """A sending mail server: keeps each mail until it hears 250."""

    def __init__(
        self, port: int, queue: list[tuple[str, bytes]], told: Counter[str], tries: Counter[str], recipient: str
    ) -> None:
        super().__init__(daemon=True)
        self._port, self._queue, self._told, self._tries = port, queue, told, tries
        self._recipient = recipient

    def run(self) -> None:
        while self._queue:
            try:
                with smtplib.SMTP("127.0.0.1", self._port, local_hostname="peer.test", timeout=20) as client:
                    while self._queue:
                        self._one(client)
            except (OSError, smtplib.SMTPException):
                time.sleep(0.1)

    def _one(self, client: smtplib.SMTP) -> None:
        try:
            name, content = self._queue.pop(0)
        except IndexError:
            return
        self._tries[name] += 1
        try:
            client.sendmail("vanthu@snv.example.gov.vn", [self._recipient], content)
        except (OSError, smtplib.SMTPException):
            self._queue.append((name, content))
            raise
        self._told[name] += 1
