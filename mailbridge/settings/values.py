"""Values that a type cannot check: ends of connections, domains, mail addresses, files."""

from __future__ import annotations

import re
from ipaddress import ip_address
from pathlib import Path

from mailbridge.settings.pieces import HostPort

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})+")
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_END = re.compile(r"(?:\[(?P<v6>[^\]]+)\]|(?P<host>[^:\[\]]+)):(?P<port>[0-9]{1,5})")
_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")

END_REMEDY = 'write "host:port", such as "127.0.0.1:25" or "[::1]:25"'
DOMAIN_REMEDY = 'write a domain such as "sonv.backan.gov.vn"; one with Vietnamese letters in its xn-- form'
ADDRESS_REMEDY = 'write an address such as "vanthu@sonv.backan.gov.vn"'
NAME_REMEDY = 'write small letters, digits and hyphens, such as "den" or "so-noi-vu"'


def host_port(text: str, *, any_port: bool = False) -> HostPort | None:
    """Read "host:port"; port 0, which lets the system choose, only where `any_port`. None when it is not one."""
    match = _END.fullmatch(text.strip())
    if not match:
        return None
    host, port = (match["v6"] or match["host"]).lower(), int(match["port"])
    if port > 65535 or (port == 0 and not any_port):
        return None
    if match["v6"] or host.replace(".", "").isdigit():
        if not _is_address(host):
            return None
    elif not _HOST.fullmatch(host):
        return None
    return HostPort(host=host, port=port)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def is_ip(text: str) -> bool:
    """Say whether a text is an IPv4 or IPv6 address."""
    return _is_address(text)


def is_domain(text: str) -> bool:
    """Say whether a text is a domain of two labels or more, as A-labels (RFC 5890) in small letters."""
    return len(text) <= 253 and _DOMAIN.fullmatch(text) is not None


def is_host(text: str) -> bool:
    """Say whether a text can be the name of a host, or its address."""
    return _HOST.fullmatch(text) is not None or _is_address(text)


def is_name(text: str) -> bool:
    """Say whether a text is a name in kebab-case."""
    return _NAME.fullmatch(text) is not None


def is_mailbox(text: str) -> bool:
    """Say whether a text is a mail address; nobody is asked whether the mailbox exists."""
    from email_validator import EmailNotValidError, validate_email

    try:
        # test_environment allows the domains under .test, which demonstrations use.
        validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return False
    return True


def same_end(listen: HostPort, target: HostPort) -> bool:
    """Say whether a connection to `target` may end at `listen`, on this machine."""
    if listen.port != target.port or listen.port == 0:
        return False
    everywhere = listen.host in ("0.0.0.0", "::") and _is_local(target.host)  # noqa: S104  # compared, not bound
    both_local = is_loopback(listen.host) and is_loopback(target.host)
    return listen.host == target.host or everywhere or both_local


def is_loopback(host: str) -> bool:
    """Say whether a host is this machine, spoken to by itself."""
    return host == "localhost" or (_is_address(host) and ip_address(host).is_loopback)


def _is_local(host: str) -> bool:
    return is_loopback(host) or host in ("0.0.0.0", "::")  # noqa: S104  # compared, not bound


def absolute(text: str, folder: Path) -> Path:
    """Return a path; one that is not absolute is meant from the folder of the configuration."""
    return folder / Path(text).expanduser()


def is_folder(path: Path) -> bool:
    """Say whether there is a folder that this user can see."""
    try:
        return path.is_dir()
    except OSError:  # a folder above it is closed to this user
        return False


def is_file(path: Path) -> bool:
    """Say whether there is a file that this user can see."""
    try:
        return path.is_file()
    except OSError:
        return False
