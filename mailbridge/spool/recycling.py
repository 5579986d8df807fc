"""Segments of which nobody needs anything any more: wiped, because private mail must not stay, and used again."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from mailbridge.spool.segments import MOST_FREE, PAGE, sync_directory, write_zeros
from mailbridge.spool.slot import SlotState, write_state
from mailbridge.spool.tail import SlotTail, Tail

Retired = tuple[Path, int]
"""A segment under the name under which nobody reads it, and how many octets of it were used."""


def retire(tail: Tail) -> list[Retired]:
    """
    Take away the segments that nobody needs; raises `OSError`.

    Called by the one process that walks, when `tail` is up to date. Segments go in the order in which they were
    written: what a later one says of a mail must not stay alone.
    """
    retired: list[Retired] = []
    for slot in tail.slots.values():
        # Left by a walk that ended in the middle.
        retired += [(left, left.stat().st_size) for left in slot.slot.glob("*.wiping")]
        for number in sorted(slot.segments):
            segment = slot.segments[number]
            if not slot.is_free(segment):
                break
            _remember(slot, number)
            wiping = segment.path.with_suffix(".wiping")
            segment.path.rename(wiping)
            segment.path.with_suffix(".done").unlink(missing_ok=True)
            retired.append((wiping, segment.end if segment.is_closed and not segment.damages else segment.size))
            slot.forget(number)
    return retired


def _remember(slot: SlotTail, number: int) -> None:
    """Note that this number was used, so that no other segment gets it."""
    state = slot.state
    if state is not None and number > state.segment:
        slot.state = SlotState(writer=state.writer, noted=state.noted, segment=number)
        write_state(slot.slot, slot.state)


def wipe(path: Path, used: int, size: int) -> None:
    """
    Overwrite a retired segment, and let a writer have it again or delete it; raises `OSError`.

    Args:
        size: Octets of a segment that is worth keeping.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        found = os.fstat(descriptor).st_size
        os.pwrite(descriptor, bytes(PAGE), found - PAGE)
        write_zeros(descriptor, min(found, used + PAGE))
    finally:
        os.close(descriptor)
    free = path.parent.parent / "free"
    if found == size and sum(1 for _ in free.glob("*.seg")) < MOST_FREE:
        path.rename(free / f"{os.urandom(8).hex()}.seg")
        sync_directory(free)
    else:
        path.unlink()
    with suppress(OSError):
        sync_directory(path.parent)
