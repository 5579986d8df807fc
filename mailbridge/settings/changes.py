"""What a running program can take over from a changed configuration, and what has to wait for its next start."""

from __future__ import annotations

from collections.abc import Iterator

from mailbridge.settings.pieces import ListenerKind, ListenerSettings, Settings


def needs_restart(started: Settings, changed: Settings) -> tuple[str, ...]:
    """
    Name the keys whose change a running program does not take over.

    Args:
        started: What the program started with; changes that wait since then are named each time.
    """
    return tuple(dict.fromkeys(_waiting(started, changed)))


def _waiting(started: Settings, changed: Settings) -> Iterator[str]:
    pairs: dict[str, tuple[object, object]] = {
        "data": (started.data, changed.data),
        "hostname": (started.hostname, changed.hostname),
        "database.url": (started.database, changed.database),
        "outbound": (started.outbound, changed.outbound),
        "roles.run": (frozenset(started.roles), frozenset(changed.roles)),
        "control.folder": (started.control_folder, changed.control_folder),
        "metrics.listen": (started.metrics, changed.metrics),
        # Whether the recipients must be known before mail can be refused is settled when the door opens.
        "failure.pass": (bool(started.pass_in_failure), bool(changed.pass_in_failure)),
        "listener.listen": (_ends(started), _ends(changed)),
    }
    yield from (key for key, (before, after) in pairs.items() if before != after)
    before = {listener.listen: listener for listener in started.listeners}
    for listener in changed.listeners:
        known = before.get(listener.listen)
        if known is not None and known != listener:
            yield from _of_door(known, listener)


def _ends(settings: Settings) -> frozenset[tuple[ListenerKind, str]]:
    return frozenset((listener.kind, str(listener.listen)) for listener in settings.listeners)


def _of_door(known: ListenerSettings, listener: ListenerSettings) -> Iterator[str]:
    if listener.kind is ListenerKind.JOURNAL and listener.protocol is not known.protocol:
        yield f"listener.protocol ({listener.listen})"
