"""What a door did since it opened: numbers to be looked at now and then, for the status and the metrics."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(kw_only=True, slots=True)
class Counts:
    """
    What a door did since it opened.

    `taken` mails had all of their content; each became delivered, refused or unknown. `passed_without_copy` are among
    the delivered.
    """

    sessions: int = 0
    refused_sessions: int = 0
    taken: int = 0
    delivered: int = 0
    refused: int = 0
    unknown: int = 0
    passed_without_copy: int = 0
