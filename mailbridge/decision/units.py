"""The units of an agency to which documents are handed over."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Unit:
    """
    A unit of an agency.

    `address` is where its notices go, "" when it has none; `members` are addresses of its people. `others` are further
    names by which it is called.
    """

    agency: str
    id: str
    name: str
    address: str = ""
    members: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
