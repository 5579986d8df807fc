"""
Coverage-guided fuzzing of what reads strangers' octets: `python tests/fuzz/fuzz.py parse --minutes 60`.

The fuzzer (atheris, libFuzzer) keeps each input that reached a new branch in `tests/fuzz/run/TARGET/`, and writes one
that broke something to `tests/fuzz/run/crash-…`; such an input becomes a test of the room it broke. A reader may refuse
a file by `Unreadable`; anything else that it raises is a defect, and so is one that needs more than 10 s.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import atheris

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
RUN = HERE / "run"
_SECONDS_FOR_ONE = 10
_MEGABYTES = 2048


def parse() -> Callable[[bytes], None]:
    """A mail, and the texts of its header."""
    from mailbridge.mail import parse as module

    def one(octets: bytes) -> None:
        module.parse(octets)

    return one


def grammar() -> Callable[[bytes], None]:
    """The symbols of documents in a text, and a page with that text."""
    from mailbridge.classifier import symbol
    from mailbridge.classifier.page import read_document
    from mailbridge.reading.plain import read_plain

    def one(octets: bytes) -> None:
        text = octets.decode("utf-8", "replace")
        symbol.find_symbols(text)
        symbol.parse_symbol(text)
        read_document(read_plain(octets), part="1", file_name=text[:100])

    return one


def pdf() -> Callable[[bytes], None]:
    """A PDF file; what breaks pdfium itself ends only the child that reads it, and is for its makers."""
    from mailbridge.reading.pdf import read_pdf
    from mailbridge.reading.problems import Unreadable

    def one(octets: bytes) -> None:
        with suppress(Unreadable):
            read_pdf(octets)

    return one


TARGETS: dict[str, Callable[[], Callable[[bytes], None]]] = {"parse": parse, "grammar": grammar, "pdf": pdf}


def main() -> None:
    """Fuzz one target until its time is over; exits with an error when something broke."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("target", choices=sorted(TARGETS))
    reader.add_argument("--minutes", type=float, default=60)
    given = reader.parse_args()
    kept = RUN / given.target
    kept.mkdir(parents=True, exist_ok=True)
    # First: what was imported before is not led by coverage.
    with atheris.instrument_imports(include=["mailbridge.mail", "mailbridge.classifier", "mailbridge.reading"]):
        one = TARGETS[given.target]()
    for number, octets in enumerate(_seeds(given.target)):
        (kept / f"seed{number}").write_bytes(octets)
    words = [
        f"-max_total_time={int(given.minutes * 60)}",
        f"-timeout={_SECONDS_FOR_ONE}",
        f"-rss_limit_mb={_MEGABYTES}",
        f"-artifact_prefix={RUN}/",
        "-max_len=200000",
        "-print_final_stats=1",
        str(kept),
    ]
    atheris.Setup([sys.argv[0], *words], one)
    atheris.Fuzz()


def _seeds(target: str) -> Iterator[bytes]:
    """Give what lies in the project of this kind: the mails of the demo and their files, real letterheads."""
    from mailbridge.mail.parse import parse as parsed

    mails = [path.read_bytes() for path in sorted((ROOT / "demo" / "mails").glob("*.eml"))]
    match target:
        case "parse":
            yield from mails
        case "pdf":
            yield from (part.content for mail in mails for part in parsed(mail).parts if part.type == "application/pdf")
        case _:
            examples = (ROOT / "tests/classifier/data/number-examples.csv").read_text(encoding="utf-8")
            yield from (line.split(",")[0].encode() for line in examples.splitlines()[1:])
            heads = json.loads((ROOT / "tests/classifier/data/letterheads.json").read_text(encoding="utf-8"))
            yield from ("\n".join(head["lines"]).encode() for head in heads)


if __name__ == "__main__":
    main()
