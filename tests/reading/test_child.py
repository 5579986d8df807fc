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
from tests.verify.builders_cms import SIGNED_AT, enveloping, pki
from tests.verify.builders_office import docx, odt, pack, sign_docx, sign_odt
from tests.verify.builders_smime import HEADER
from tests.verify.builders_smime import signed as smime
from tests.verify.builders_xml import packet, sign

LATE = """
import json, sys
from datetime import UTC, datetime
from pathlib import Path
sys.path[:] = json.loads(sys.argv[1])
from mailbridge.mail.filetype import MAIL, identify
from mailbridge.mail.parse import parse
from mailbridge.mail.smime import signed_entities
from mailbridge.reading import child, formats, judge_child
from mailbridge.verify.evidence import Trust
child.prepare()
judge_child.prepare()
at = datetime(2026, 3, 6, tzinfo=UTC)
before = set(sys.modules)
for name in sys.argv[2:]:
    content = Path(name).read_bytes()
    media_type = identify(content, name)
    if media_type == MAIL:
        pass
    elif formats.is_container(media_type):
        b"".join(child.unpack(media_type, content, 10**6, 10))
    else:
        child.read(media_type, content, 3, 2)
    judge_child.judge("1", media_type, "a", content, (), Trust(), at)
    message = parse(content)
    judge_child.judge_entities(signed_entities(content, message), message.author, Trust(), at)
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
        "l.p7m": enveloping(stamped_by=pki().tsa),
        "m.docx": pack(sign_docx(docx(), pki().person)),
        "n.odt": pack(sign_odt(odt(), pki().person, claimed=SIGNED_AT)),
        "o.edxml": sign(packet(), pki().person),
        "p.eml": HEADER + smime(),
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
