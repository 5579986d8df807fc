"""Tasks that misbehave; they run in the child."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import socket
import sys
import time
from pathlib import Path


def nothing() -> None:
    pass


def echo(octets: bytes) -> bytes:
    return octets


def spin() -> bytes:
    while True:
        pass


def spin_deaf() -> bytes:
    for number in (signal.SIGTERM, signal.SIGXCPU, signal.SIGALRM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    return spin()


def nap(seconds: float) -> bytes:
    began = time.monotonic()
    time.sleep(seconds)
    return json.dumps([began, time.monotonic()]).encode()


def kill_parent() -> bytes:
    os.kill(os.getppid(), signal.SIGKILL)
    return sleep()


def start_another() -> bytes:
    """Try to leave a process behind that holds the socket open."""
    try:
        pid = os.fork()
    except OSError as error:
        return type(error).__name__.encode()
    if pid == 0:
        time.sleep(3600)
    return b"forked"


def sleep() -> bytes:
    time.sleep(3600)
    return b""


def hog() -> bytes:
    held = []
    while True:
        held.append(bytearray(10_000_000))


def hog_in_c() -> bytes:
    malloc = ctypes.CDLL(None).malloc
    malloc.restype = ctypes.c_void_p
    while True:
        place = malloc(ctypes.c_size_t(10_000_000))
        if not place:
            os.abort()
        ctypes.memset(place, 1, 10_000_000)


def leave(code: int) -> bytes:
    os._exit(code)


def crash() -> bytes:
    os.kill(os.getpid(), signal.SIGSEGV)
    return b""


def fail() -> bytes:
    raise ValueError("not for anybody's ears")


def flood() -> bytes:
    return b"x" * 20_000_000


def who(place: str) -> bytes:
    """Say what this process is and may do."""
    answer: dict[str, object] = {
        "pid": os.getpid(),
        "parent": os.getppid(),
        "main": getattr(sys.modules["__main__"], "__file__", None),
        "environment": sorted(os.environ),
        "files": resource.getrlimit(resource.RLIMIT_NOFILE),
        "core": resource.getrlimit(resource.RLIMIT_CORE),
        "handles": len(list(Path("/proc/self/fd").iterdir())),
        "status": Path("/proc/self/status").read_text(),
        "own_network": Path("/proc/self/ns/net").readlink() != Path("/proc/1/ns/net").readlink()
        if os.access("/proc/1/ns/net", os.R_OK)
        else False,
        "interfaces": [name for _, name in socket.if_nameindex()],
    }
    try:
        Path(place).write_bytes(b"secret")
        answer["wrote"] = "yes"
    except OSError as error:
        answer["wrote"] = type(error).__name__
    return json.dumps(answer).encode()
