"""
What LibreOffice makes of a document: PDF, DOC, RTF, ODT, XLS, HTML as a text program of an office writes them.

Only where `soffice` is on this machine; the files are kept below `run/` and made once for the same text.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

_AT_ONCE = 60
"""Files that one call converts; a call that hangs costs no more."""

_FILTERS = {"html": "html:HTML (StarWriter)"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """A file to be converted; `source` is its ending ("docx", "xlsx"), `target` that of the file which is wanted."""

    content: bytes
    source: str
    target: str
    name: str
    """What tells it from other files, whatever its octets are: a program may write the time of day into them."""

    @property
    def key(self) -> str:
        """Name the file that holds the answer."""
        return f"{hashlib.sha256(self.name.encode()).hexdigest()[:24]}.{self.target}"


class Office:
    """The files that were converted, in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, wish: Wish) -> bytes | None:
        """Return a converted file; None when there is none."""
        file = self._folder / wish.key
        return file.read_bytes() if file.exists() else None

    def convert(self, wishes: Iterable[Wish], workers: int) -> int:
        """Convert what is not there yet; return how many files are missing still (all, without the program)."""
        self._folder.mkdir(parents=True, exist_ok=True)
        missing = [wish for wish in wishes if not (self._folder / wish.key).exists()]
        program = shutil.which("soffice")
        if not program:
            return len(missing)
        batches: list[list[Wish]] = []
        for target in sorted({(wish.source, wish.target) for wish in missing}):
            group = [wish for wish in missing if (wish.source, wish.target) == target]
            batches += [group[start : start + _AT_ONCE] for start in range(0, len(group), _AT_ONCE)]
        with ThreadPoolExecutor(workers) as threads:
            list(threads.map(lambda batch: self._convert(program, batch), batches))
        return sum(not (self._folder / wish.key).exists() for wish in missing)

    def _convert(self, program: str, batch: list[Wish]) -> None:
        """Run the program once, with a profile of its own, so that two can run side by side."""
        with tempfile.TemporaryDirectory(prefix="office-") as name:
            folder = Path(name)
            files = []
            for wish in batch:
                file = folder / f"{wish.key.partition('.')[0]}.{wish.source}"
                file.write_bytes(wish.content)
                files.append(str(file))
            target = batch[0].target
            done = folder / "done"
            command = [program, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to"]
            command += [_FILTERS.get(target, target), "--outdir", str(done), *files]
            subprocess.run(command, check=False, timeout=60 + 10 * len(batch), capture_output=True)
            for made in done.glob(f"*.{target}"):
                shutil.move(made, self._folder / made.name)
