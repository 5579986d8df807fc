"""Sink, name server, peers and MailBridge, running side by side, and one measurement of one of them."""

from __future__ import annotations

import importlib
import random
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self

from bench.equipment import ROOT, Equipment, say
from bench.loads import Load, Measured, measured

_DRAIN = 20.0
"""Seconds that a target which queues has for delivering the rest."""
_BOTH_WITHIN = 10.0
"""Seconds for the second of two processes to start; one starts in about a second."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ours:
    """
    One MailBridge to be measured.

    Args:
        name: What the tables call it; begins with "mailbridge".
        project: Tree that is measured.
        variant: `hop`: the hop alone; `full`: the walk beside it; `pair`: two hops on one port.
        brief: Run only while it is measured, since its walk would take time from the others.
    """

    name: str
    project: Path = ROOT
    variant: str = "hop"
    brief: bool = False


class Stage:
    """
    What runs during the measurements; a context manager, within `nothing_left_behind`.

    Args:
        work: Folder for configurations and queues; its disk is the one that is measured. Other users must be able
            to reach it, since Postfix and amavisd run as users of their own.
    """

    def __init__(self, equipment: Equipment, work: Path) -> None:
        self.equipment = equipment
        self.work = work
        sys.path.insert(0, str(equipment.tools))
        # No types: they are scripts of another house, and live outside the project.
        self._peers: Any = importlib.import_module("peerlib")
        self._run: Any = importlib.import_module("run")
        self._sink: Any = importlib.import_module("sink")
        self.stats = work / "sink.stats"
        self.sink_port = int(self._peers.free_port())
        self._dns_port = int(self._peers.free_port())
        self._context: Any = self._peers.Ctx(
            str(work),
            str(equipment.corpus),
            self.sink_port,
            self._dns_port,
            str(equipment.python),
            str(equipment.haraka),
        )
        self._up: dict[str, Any] = {}
        self._ours: dict[str, Ours] = {}

    def __enter__(self) -> Self:
        keys = self.equipment.corpus / "keys" / "dns.json"
        self._helper("sink.py", "--port", str(self.sink_port), "--stats", str(self.stats))
        self._helper("dnsstub.py", "--port", str(self._dns_port), str(keys))
        self._peers.wait_banner(self.sink_port)
        return self

    def __exit__(self, *_: object) -> None:
        for name in tuple(self._up):
            self.stop(name)

    def _helper(self, script: str, *words: str) -> None:
        # They end with everything else that this program started.
        subprocess.Popen([sys.executable, str(self.equipment.tools / script), *words], stdout=subprocess.DEVNULL)

    # -- who is there -------------------------------------------------------------------------------------------------

    def start_peer(self, name: str) -> bool:
        """Start a peer; False, with a word, when it is not installed or does not come up."""
        peer = self._peers.BY_NAME[name](self._context)
        if missing := peer.missing():
            say(f"left out {name}: not installed: {', '.join(missing)}")
            return False
        return self._start(name, peer)

    def start_ours(self, ours: Ours) -> bool:
        """Start a MailBridge with an empty data folder, anew when it runs; False, with a word, when it fails."""
        self.stop(ours.name)
        self._ours[ours.name] = ours
        if not self._start(ours.name, self._run.Given(self._context, f"{ours.name}=cmd:{self._command(ours)}")):
            return False
        if ours.variant == "pair" and not both_listen(self.port(ours.name)):
            say(f"left out {ours.name}: its two processes do not listen on one port")
            self.stop(ours.name)
            return False
        return True

    def _command(self, ours: Ours) -> str:
        words = ["env", f"PYTHONPATH={ours.project}", sys.executable, "-P", str(ROOT / "bench" / "target.py")]
        words += ["--variant", ours.variant, "--corpus", str(self.equipment.corpus)]
        return f"{shlex.join(words)} --listen {{listen}} --next {{next}} --dir {{dir}}"

    def _start(self, name: str, peer: Any) -> bool:
        try:
            peer.start()
        except Exception as error:  # noqa: BLE001  # whatever keeps a peer from coming up, the others are measured
            say(f"left out {name}: {error}")
            peer.stop()
            return False
        self._up[name] = peer
        return True

    def stop(self, name: str) -> None:
        """Stop one and throw away its queue and data."""
        peer = self._up.pop(name, None)
        if peer is not None:
            peer.stop()
            shutil.rmtree(peer.dir, ignore_errors=True)

    def probe(self, name: str) -> str:
        """Send one mail; say whether it came out unaltered."""
        found = self._run.probe(self._up[name], str(self.equipment.corpus), str(self.stats))
        if found is None:
            return "nothing arrived"
        return "unaltered" if found[0] else "ALTERED"

    def roots(self, name: str) -> list[int]:
        """Return the processes at the top of a target's tree."""
        return list(self._up[name].roots())

    def folder(self, name: str) -> Path:
        """Return where a target has its configuration and data."""
        return Path(self._up[name].dir)

    def port(self, name: str) -> int:
        """Return the port of a target."""
        return int(self._up[name].port)

    def free_port(self) -> int:
        """Return a port that nobody listens on."""
        return int(self._peers.free_port())

    def used(self, roots: Iterable[int]) -> tuple[float, int]:
        """Return the CPU seconds and the memory (PSS, octets) of process trees."""
        cpu, memory = self._run.tree(list(roots))
        return float(cpu), int(memory)

    # -- measuring ----------------------------------------------------------------------------------------------------

    def measure(self, name: str, load: Load, seconds: float, *, turn: int = 0) -> Measured:
        """Put one target under one load."""
        peer = self._up[name]
        connections = min(load.connections, peer.conns or load.connections)
        said = self._run.measure(
            peer,
            [str(path) for path in self.equipment.mails(load.mails)],
            SimpleNamespace(no_pipelining=False, drain=_DRAIN),
            str(self.stats),
            connections,
            load.each,
            seconds,
            load.rate,
        )
        return measured(said, target=name, turn=turn)

    def send(self, name: str, mails: Sequence[Path], *words: str, timeout: float) -> subprocess.CompletedProcess[str]:
        """Run the load generator against one target, with options of its own; waits for its end."""
        generator = self.equipment.tools / "smtpload.py"
        to = f"127.0.0.1:{self.port(name)}"
        command = [sys.executable, str(generator), "--to", to, *words, *(str(mail) for mail in mails)]
        return subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)

    def arrived(self) -> int:
        """Return how many different mails the sink has."""
        return int(self._sink.read_stats(str(self.stats))["unique"])

    def rounds(self, names: Sequence[str], load: Load, seconds: float, count: int, until: float) -> list[Measured]:
        """
        Give all targets the same load in turn, each round in another order, after one round that does not count.

        Rounds that would not end before `until` (monotonic) are left out.
        """
        found: list[Measured] = []
        took = 0.0
        for turn in range(-1, count):
            begun = time.monotonic()
            if turn > 0 and begun + took > until:
                say(f"{load.name}: no time for more than {turn} rounds")
                break
            for name in random.sample(names, len(names)):
                one = self._in_turn(name, load, seconds if turn >= 0 else min(1.0, seconds), turn)
                if one is not None and turn >= 0:
                    found.append(one)
            took = time.monotonic() - begun
        return sorted(found, key=lambda one: names.index(one.target))

    def _in_turn(self, name: str, load: Load, seconds: float, turn: int) -> Measured | None:
        ours = self._ours.get(name)
        brief = ours is not None and ours.brief
        if ours is not None and brief and not self.start_ours(ours):
            return None
        try:
            one = self.measure(name, load, seconds, turn=turn)
        except (OSError, ValueError) as error:  # the generator said nothing that can be read
            say(f"{load.name}: {name} was not measured in round {turn}: {error}")
            return None
        finally:
            if brief:
                self.stop(name)
        tell(load, one)
        return one

    def add_brief(self, ours: Ours) -> None:
        """Note a MailBridge that is started for each of its measurements."""
        self._ours[ours.name] = ours


def both_listen(port: int) -> bool:
    """Wait until two sockets listen on this port (SO_REUSEPORT); False when it stays at one."""
    # proc(5), /proc/net/tcp: local address and port in hexadecimal, the other end, the state; 0A is LISTEN.
    listening = re.compile(rf":{port:04X} \S+ 0A ")
    until = time.monotonic() + _BOTH_WITHIN
    while time.monotonic() < until:
        if len(listening.findall(Path("/proc/net/tcp").read_text(encoding="ascii"))) > 1:
            return True
        time.sleep(0.2)
    return False


def tell(load: Load, one: Measured) -> None:
    """Show one measurement to the person who waits."""
    wrong = f"  lost {one.lost}, doubled {one.doubled}, errors {one.errors}"
    say(
        f"{load.name:28} round {one.round:2} {one.target:20} {one.delivered:8.1f}/s {one.cpu:8.3f} ms CPU/mail "
        f"p99 {one.p99:7.2f} ms{wrong if one.lost or one.doubled or one.errors else ''}"
    )
