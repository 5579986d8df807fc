from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

from tests.reading.builders_archives import seven_zip, tarred, zipped
from tests.reading.builders_files import letter_docx, letter_pdf
from tests.reading.builders_letters import attached, msg_tree, ole, signed_data, winmail
from tests.reading.builders_pdf_raw import signed

LATE = """
import json, sys
from datetime import UTC, datetime
from pathlib import Path
sys.path[:] = json.loads(sys.argv[1])
from mailbridge.mail.filetype import identify
from mailbridge.reading import child, formats, judge_child
from mailbridge.verify.evidence import Trust
child.prepare()
judge_child.prepare()
before = set(sys.modules)
for name in sys.argv[2:]:
    content = Path(name).read_bytes()
    media_type = identify(content)
    if formats.is_container(media_type):
        b"".join(child.unpack(media_type, content, 10**6, 10))
    else:
        child.read(media_type, content, 3, 2)
        judge_child.judge("1", content, Trust(), datetime(2026, 3, 6, tzinfo=UTC))
print(json.dumps(sorted(set(sys.modules) - before)))
"""


def test_children_find_everything_heavy_imported(tmp_path: Path) -> None:
    """An import forgotten in the nursery costs each child a second or more."""
    held = {"a.txt": b"text"}
    files = {
        "a.pdf": signed(letter_pdf()),
        "b.docx": letter_docx(),
        "c.txt": b"text",
        "d.html": b"<html><body>text</body></html>",
        "e.rtf": b"{\\rtf1 text}",
        "f.zip": zipped(held),
        "g.7z": seven_zip(held),
        "h.tgz": gzip.compress(tarred(held)),
        "i.msg": ole(msg_tree(files=[("a.txt", b"text")])),
        "j.dat": winmail(attached(b"a.txt", b"text")),
        "k.p7m": signed_data(b"text"),
    }
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
