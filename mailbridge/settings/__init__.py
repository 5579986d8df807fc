"""What administrators write, read into frozen pieces; wrong or unknown keys stop the start."""

from mailbridge.settings.load import check_files, load
from mailbridge.settings.pieces import (
    Auth,
    AuthenticationSettings,
    DatabaseSettings,
    DnsSettings,
    HostPort,
    ListenerKind,
    ListenerSettings,
    OutboundSettings,
    ReadingSettings,
    Role,
    RouteSettings,
    Settings,
    SpoolSettings,
    TrustSettings,
    UnixSocket,
    WorkSettings,
)
from mailbridge.settings.problem import Problem
from mailbridge.settings.sample import default_policy, sample, write_sample

__all__ = [
    "Auth",
    "AuthenticationSettings",
    "DatabaseSettings",
    "DnsSettings",
    "HostPort",
    "ListenerKind",
    "ListenerSettings",
    "OutboundSettings",
    "Problem",
    "ReadingSettings",
    "Role",
    "RouteSettings",
    "Settings",
    "SpoolSettings",
    "TrustSettings",
    "UnixSocket",
    "WorkSettings",
    "check_files",
    "default_policy",
    "load",
    "sample",
    "write_sample",
]
