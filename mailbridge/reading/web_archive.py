"""A web page saved with its pictures as one file (MHTML, RFC 2557): what Word writes as "single file web page"."""

from __future__ import annotations

from mailbridge.mail.pages import Pages
from mailbridge.mail.parse import parse
from mailbridge.reading.html_file import read_html
from mailbridge.reading.problems import Problem, Unreadable


def read_web_archive(content: bytes) -> Pages:
    """Read the page itself, which is the first HTML in it; raises `Unreadable` when there is none."""
    page = next((part for part in parse(content).parts if part.declared_type == "text/html"), None)
    if page is None:
        raise Unreadable(Problem.MALFORMED, "there is no page in the web archive")
    return read_html(page.content)
