"""Who may command by mail, and what: clerks everything, heads direct, others of the office ask (H3, J3)."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from mailbridge.commands.command import Assign, Command, Find, Help, Undo, Void
from mailbridge.decision.findings import Agency
from mailbridge.decision.units import Unit


class Role(StrEnum):
    """What somebody is in an agency."""

    CLERK = "clerk"
    HEAD = "head"
    OFFICIAL = "official"  # a member of a unit, or of the office and told by a notice


def role_of(address: str, agency: Agency, units: Sequence[Unit]) -> Role | None:
    """Say what an address is in an agency by its configuration; None for a stranger."""
    person = address.lower()
    if person in _lower(agency.clerks):
        return Role.CLERK
    if person in _lower(agency.heads):
        return Role.HEAD
    return Role.OFFICIAL if units_of(address, agency, units) else None


def units_of(address: str, agency: Agency, units: Sequence[Unit]) -> tuple[Unit, ...]:
    """Return the units of an agency to which somebody belongs."""
    person = address.lower()
    own = (unit for unit in units if unit.agency == agency.id)
    return tuple(unit for unit in own if person in _lower((unit.address, *unit.members)))


def may_ask(role: Role, command: Command) -> bool:
    """Say whether somebody in this role may give this command."""
    match role:
        case Role.CLERK:
            return True
        case Role.HEAD:
            # Whether heads void stands in the configuration: the desk asks for it.
            return isinstance(command, Assign | Void | Undo | Find | Help)
        case Role.OFFICIAL:
            return isinstance(command, Find | Help)


def _lower(addresses: Sequence[str]) -> frozenset[str]:
    return frozenset(each.lower() for each in addresses if each)
