from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.reading.builders_files import letter_docx, letter_pdf
from tests.reading.builders_pdf_raw import signed

LATE = """
import json, sys
from datetime import UTC, datetime
from pathlib import Path
sys.path[:] = json.loads(sys.argv[1])
from mailbridge.mail.filetype import identify
from mailbridge.reading import child
from mailbridge.verify.evidence import Trust
child.prepare()
before = set(sys.modules)
for name in sys.argv[2:]:
    content = Path(name).read_bytes()
    child.read(identify(content), content, 3, 2)
    child.judge("1", content, Trust(), datetime(2026, 3, 6, tzinfo=UTC))
print(json.dumps(sorted(set(sys.modules) - before)))
"""


def test_children_find_everything_heavy_imported(tmp_path: Path) -> None:
    """An import forgotten in the nursery costs each child a second or more."""
    files = {"a.pdf": signed(letter_pdf()), "b.docx": letter_docx(), "c.txt": b"text"}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-c", LATE, json.dumps(sys.path), *(str(tmp_path / name) for name in files)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    late = json.loads(done.stdout)
    assert len(late) < 10, late
