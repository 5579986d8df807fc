"""
One run of typst, here or in a process of its own.

typst keeps what it has laid out until its process ends: some 150 kB a line of the book. A long book is set in parts,
each in another process, so that printing it beside a running hop takes no memory that the hop needs.
"""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from importlib.resources import files
from typing import Any

from mailbridge.errors import MailBridgeError, Misconfigured

_ARCHIVAL = "a-2b"
"""PDF/A-2b (ISO 19005-2): the printed book is kept for many years. It also refuses a letter that no font has."""

_MOST_SAID = 500
"""Characters of what a process said before it failed."""


def run_here(phase: str, given: dict[str, Any], timestamp: int) -> bytes:
    """
    Run `book.typ` in this process.

    Args:
        phase: "measure" (the answer is JSON) or "print" (it is a PDF).
        given: What the template asks for; texts in it are never read as code.
        timestamp: Seconds since 1970 that the PDF tells as its time.

    Raises:
        Misconfigured: typst is not installed.
        MailBridgeError: typst refuses the book.
    """
    compiler = _compiler("book.typ", {"phase": phase, "given": json.dumps(given, ensure_ascii=False)})
    try:
        if phase == "measure":
            return bytes(compiler.query("<measured>", field="value", one=True).encode())
        return _compiled(compiler, timestamp)
    except RuntimeError as error:  # of which typst's own TypstError is one
        raise MailBridgeError(f"the book cannot be set: {error}") from error


def run_single(given: dict[str, Any], timestamp: int) -> bytes:
    """Run `single.typ` in this process; raises as `run_here` does."""
    compiler = _compiler("single.typ", {"given": json.dumps(given, ensure_ascii=False)})
    try:
        return _compiled(compiler, timestamp)
    except RuntimeError as error:
        raise MailBridgeError(f"the form cannot be set: {error}") from error


def _compiler(template: str, inputs: dict[str, str]) -> Any:
    source = files("mailbridge.printing").joinpath(template).read_bytes()
    # Fonts of the machine would make other octets on the next one; those of the wheel know Vietnamese.
    return need_typst().Compiler(source, ignore_system_fonts=True, sys_inputs=inputs)


def _compiled(compiler: Any, timestamp: int) -> bytes:
    return bytes(compiler.compile(format="pdf", timestamp=timestamp, pdf_standards=_ARCHIVAL, pdf_tags=False))


def run_apart(phase: str, given: dict[str, Any], timestamp: int) -> bytes:
    """Do what `run_here` does in a process that ends with it; raises `MailBridgeError`."""
    told = json.dumps([phase, given, timestamp]).encode()
    # -P: whatever lies in the folder where somebody prints is not imported.
    command = [sys.executable, "-P", "-m", "mailbridge.printing.setting"]
    done = subprocess.run(command, input=told, capture_output=True, check=False)  # noqa: S603  # our own program
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip()[-_MOST_SAID:]
        raise MailBridgeError(f"the process that sets the book ended with {done.returncode}: {said}")
    return done.stdout


def need_typst() -> Any:
    """Import typst; raises `Misconfigured` when it is not installed."""
    try:
        return importlib.import_module("typst")
    except ImportError as error:
        raise Misconfigured("typst is not installed", remedy="install mailbridge[report]") from error


if __name__ == "__main__":
    sys.stdout.buffer.write(run_here(*json.load(sys.stdin.buffer)))
