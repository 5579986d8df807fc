"""Standing back: a mail at the door is somebody waiting, a mail in the walk is not."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

_NICE = 10


def step_back() -> None:
    """
    Let this process, and those that it starts, run only where nothing else wants to (Linux: SCHED_IDLE, sched(7)).

    One processor of several stays free of them, since even one who gives way at once leaves a cold cache behind. Where
    the system has none of this, a low priority must do. Raises nothing.
    """
    os.nice(_NICE)
    if sys.platform == "linux":
        with suppress(OSError):  # a container may forbid it
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
        with suppress(OSError):
            mine = sorted(os.sched_getaffinity(0))
            os.sched_setaffinity(0, mine[1:] or mine)
