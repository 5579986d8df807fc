"""
Whose mail passes without a copy when we cannot keep one (disk full, spool unwritable), and whose waits at its sender.

What is not named waits: for an official box a mail that nobody entered is worse than one that comes an hour later.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

EVERYBODY = "*"


@dataclass(frozen=True, kw_only=True, slots=True)
class PassList:
    """
    The mailboxes that `[failure] pass` names; calling it answers for one mail.

    Attributes:
        addresses, domains: Named ones, in the form that `_known_as` and `_domain` give.
        everybody: "*" is named.
        official: Published addresses of our agencies, in the same form: only their full name in `addresses` lets their
            mail pass, no domain and no "*".
    """

    addresses: frozenset[str]
    domains: frozenset[str]
    everybody: bool
    official: frozenset[str]

    def __call__(self, recipients: Sequence[str]) -> bool:
        """Say whether a mail to these (forward-paths without brackets) may pass; all must agree, nobody is no one."""
        return bool(recipients) and all(self._passes(recipient) for recipient in recipients)

    def _passes(self, recipient: str) -> bool:
        address = _known_as(recipient)
        if address in self.addresses:
            return True
        # "vanthu+moi@…" reaches the box of "vanthu@…" at most servers.
        if address in self.official or _without_detail(address) in self.official:
            return False
        return self.everybody or _domain(address) in self.domains


def pass_list(names: Iterable[str], official: Iterable[str]) -> Callable[[Sequence[str]], bool]:
    """
    Read `[failure] pass`.

    Args:
        names: Addresses, domains, or "*".
        official: Published addresses of all agencies.
    """
    named = frozenset(names)
    return PassList(
        addresses=frozenset(_known_as(name) for name in named if "@" in name),
        domains=frozenset(_ascii(name) for name in named if "@" not in name and name != EVERYBODY),
        everybody=EVERYBODY in named,
        official=frozenset(_known_as(address) for address in official),
    )


def _known_as(path: str) -> str:
    """
    Return the one form of a mailbox under which it is looked up.

    Without source route (RFC 5321 §4.1.2) and the quotation marks of its local part, in small letters throughout: that
    servers may tell "VanThu" from "vanthu" (§2.4) does not make it another office.
    """
    mailbox = path.rpartition(":")[2] if path.startswith("@") else path
    local, at, domain = mailbox.rpartition("@")
    if not at:
        return unicodedata.normalize("NFC", mailbox).casefold()
    if len(local) > 1 and local[0] == local[-1] == '"':
        local = _unquoted(local[1:-1])
    return f"{unicodedata.normalize('NFC', local).casefold()}@{_ascii(domain)}"


def _unquoted(text: str) -> str:
    characters = iter(text)
    return "".join(next(characters, "") if each == "\\" else each for each in characters)


def _ascii(domain: str) -> str:
    """Return a domain as A-labels in small letters; one that is no valid IDNA stays as it is."""
    bare = domain.rstrip(".").casefold()
    try:
        return bare.encode("idna").decode("ascii")
    except UnicodeError:
        return bare


def _domain(address: str) -> str:
    return address.rpartition("@")[2] if "@" in address else ""


def _without_detail(address: str) -> str:
    local, at, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}"
