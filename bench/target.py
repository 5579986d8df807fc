"""
Start MailBridge to be measured: write a configuration into a folder, then become `mailbridge serve`.

The program replaces this one (`exec`), so that whoever started this process sees what MailBridge itself uses. Run by
path, with the tree that is measured in PYTHONPATH; only the standard library and MailBridge are imported:

    PYTHONPATH=. python -P bench/target.py --listen 127.0.0.1:2525 --next 127.0.0.1:2599 --dir /tmp/one
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

MAILBRIDGE = (sys.executable, "-P", "-m", "mailbridge")
DOMAIN = "coquan-nhan.invalid"
"""The domain of the recipients that the load generator writes to."""

LIMITS = {"max_sessions": 5000, "max_sessions_per_client": 5000}
"""Limits against floods. All load comes from one address here, which they would take for one; the peers have none."""

REST = """[spool]
most_waiting = 1000000
[roles]
run = ["hop", "work"]
"""
"""Nobody walks what the hop alone leaves waiting; letters would reach the sink as mail that nobody sent."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the configuration and become the program."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--listen", required=True, metavar="HOST:PORT")
    reader.add_argument("--next", required=True, metavar="HOST:PORT")
    reader.add_argument("--dir", required=True, type=Path, help="for configuration and data")
    reader.add_argument("--corpus", type=Path, help="made by make_corpus.py; its key and certificate are trusted")
    reader.add_argument("--variant", choices=("hop", "full", "pair"), default="hop")
    given = reader.parse_args(arguments)
    config = configuration(given.dir, listen=given.listen, next_hop=given.next, corpus=given.corpus)
    serve = [*MAILBRIDGE, "-c", str(config), "serve"]
    if given.variant != "full":
        serve += ["--role", "hop"]
    if given.variant == "pair":
        # The second process is a child of the first, so that one tree holds both.
        os.fork()
    os.execv(serve[0], serve)


def configuration(folder: Path, *, listen: str, next_hop: str, corpus: Path | None) -> Path:
    """Write the configuration that `mailbridge init` makes, with the limits above; return its folder."""
    config = folder / "config"
    if config.exists():
        return config
    folder.mkdir(parents=True, exist_ok=True)
    zone = folder / "zone"
    zone.write_text(zone_text(corpus), encoding="utf-8")
    told = {
        "--name": "Cơ quan nhận",
        "--domain": DOMAIN,
        "--address": "vanthu@coquan-nhan.test",
        "--listen": listen,
        "--next-hop": next_hop,
        "--data": str(folder / "data"),
        "--zone": str(zone),
    }
    words = [word for pair in told.items() for word in pair]
    subprocess.run([*MAILBRIDGE, "init", str(config), *words], check=True, stdin=subprocess.DEVNULL)
    raise_limits(config / "mailbridge.toml")
    (config / "conf.d").mkdir(exist_ok=True)
    (config / "conf.d" / "bench.toml").write_text(REST, encoding="utf-8")
    if corpus is not None:
        shutil.copy(corpus / "keys" / "root.crt.pem", config / "trust")
    return config


def raise_limits(file: Path) -> None:
    """Write those limits into the listener that this version knows; an older one may be measured beside a newer."""
    from mailbridge.settings import ListenerSettings

    known = {field.name for field in fields(ListenerSettings)}
    lines = [f"{key} = {value}" for key, value in LIMITS.items() if key in known]
    kept = [line for line in file.read_text(encoding="utf-8").split("\n") if line.split(" ")[0] not in LIMITS]
    at = kept.index("[[listener]]") + 1
    file.write_text("\n".join((*kept[:at], *lines, *kept[at:])), encoding="utf-8")


def zone_text(corpus: Path | None) -> str:
    """Return the DKIM keys of the corpus as lines of a zone file; without a corpus no name is known."""
    if corpus is None:
        return ""
    keys: dict[str, str] = json.loads((corpus / "keys" / "dns.json").read_text(encoding="utf-8"))
    return "".join(f"{name}. IN TXT {_strings(key)}\n" for name, key in keys.items())


def _strings(text: str) -> str:
    # RFC 1035 §3.3: a character-string has at most 255 octets.
    return " ".join(f'"{text[at : at + 255]}"' for at in range(0, len(text), 255))


if __name__ == "__main__":
    main()
