"""
Links under which a mail says that a document can be fetched. They are shown to a clerk and never fetched.

What counts: an address that ends in the name of a document, or of a service that stores files, or one beside words
such as "tải văn bản tại"; what does not: web pages in signatures, unsubscribing, social networks, meetings, forms.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from mailbridge.mail.canonical import nfc
from mailbridge.mail.encoded import decode_octets
from mailbridge.mail.markup import Closed, Opened, visible
from mailbridge.mail.message import Message, Part
from mailbridge.mail.readable import BLOCKS
from mailbridge.mail.vietnamese import mend

MOST_LINKS = 20
"""Links of one mail that are shown."""
LONGEST_URL = 2000
"""Characters of a link that are shown; browsers take no more of it for granted."""
_MOST_LOOKED_AT = 500
_LONGEST_LABEL = 200

_URL = re.compile(
    r"(?:https?|ftp)://[^\s<>\"]{1,4000}|(?<![\w@/.-])(?:www\.|drive\.google\.com/|docs\.google\.com/|1drv\.ms/|we\.tl/)"
    r"[^\s<>\"]{1,4000}",
    re.IGNORECASE,
)
_BEHIND_URL = ".,;:!?'”’»…*_"
_SUFFIX = re.compile(r"\.(?:pdf|docx?|xlsx?|odt|ods|rtf|zip|rar|7z|edxml|signed|tiff?)(?:[?#&/;]|\Z)", re.IGNORECASE)
# Hosts, or hosts with the beginning of a path, where people keep files for others.
_STORES = re.compile(
    r"(?:drive\.google\.com|docs\.google\.com/(?:document|spreadsheets|presentation|file|uc)|drive\.usercontent\.google\.com"
    r"|(?:[\w-]+\.)*sharepoint\.com|onedrive\.live\.com|1drv\.ms|(?:www\.)?dropbox\.com|dl\.dropboxusercontent\.com"
    r"|(?:[\w-]+\.)?box\.com/s|(?:www\.)?mediafire\.com|mega\.(?:nz|io)|(?:www\.)?fshare\.vn|we\.tl|(?:[\w-]+\.)?wetransfer\.com"
    r"|(?:www\.)?4shared\.com|(?:www\.)?icloud\.com/iclouddrive|(?:drive|cloud|file|files|upload|download)\.[\w.-]+\.vn)"
    r"(?:/|\?)[^\s]",
    re.IGNORECASE,
)
_STATE = re.compile(r"(?:[\w-]+\.)*(?:gov\.vn|chinhphu\.vn|dcs\.vn|quochoi\.vn)\Z", re.IGNORECASE)
_STATE_FILE = re.compile(
    r"attach|download|tai-?ve|tai-?file|get-?file|file-?id|id-?file|view-?file|vanban|van-ban|congvan|cong-van|doc-?id|id-?vb",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"(?:(?:[\w-]+\.)*(?:facebook|fb|youtube|youtu|twitter|x|linkedin|instagram|tiktok|zoom|webex)\.(?:com|us|be)"
    r"|zalo\.me|meet\.google\.com|teams\.(?:microsoft|live)\.com|forms\.gle|forms\.office\.com|docs\.google\.com/forms"
    r"|(?:maps|play|apps|support|accounts|mail)\.(?:google|apple|app)\.\w+|(?:www\.)?google\.com/maps|goo\.gl/maps|aka\.ms)"
    r"(?:/|\?|\Z)",
    re.IGNORECASE,
)
_NO_DOCUMENT = re.compile(
    r"unsubscribe|opt-?out|h[uủ]y đăng ký|ngừng nhận|bỏ theo dõi|preferences|privacy|chính sách bảo mật|view in browser"
    r"|xem (?:thư|email) này (?:trong|trên) trình duyệt|antivirus|virus-free|logo|trang chủ",
    re.IGNORECASE,
)
_NOUN = (
    r"(?:văn bản|tài liệu|tập tin|tệp|file|công văn|toàn văn|dự thảo|phụ lục|bản mềm|bản scan|hồ sơ|quyết định|kế hoạch"
    r"|báo cáo|thông báo|giấy mời|biểu mẫu|đề cương|document|attachment)"
)
_SAYING = re.compile(
    r"tải (?:về|xuống|\w+ (?:về|xuống))|download"
    rf"|(?:tải|xem|nhận|lấy|mở|truy cập|view|open|get)\b[^.!?]{{0,60}}?\b{_NOUN}"
    rf"|{_NOUN}\b[^.!?]{{0,80}}?\b(?:tại|theo|ở|qua|trên|here|at|link|đường dẫn)\b"
    rf"|(?:link|đường dẫn|đường link|liên kết)\b[^.!?]{{0,30}}?\b{_NOUN}",
    re.IGNORECASE,
)
_CONTACT = re.compile(
    r"\W*(?:website|web|trang (?:web|tin|thông tin)|cổng (?:thông tin|ttđt)"
    r"|địa chỉ|đ/c|e-?mail|điện thoại|đt|tel|fax)(?!\w)",
    re.IGNORECASE,
)
_WRAPPERS = (("safelinks.protection.outlook.com", "url"), ("www.google.com", "q"), ("l.facebook.com", "u"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """
    A link to a document.

    Attributes:
        url: As written, without control, bidi and blank characters; the real one where a filter wrapped it.
        text: What the reader sees: the words of the link in HTML, the line around it in plain text.
        where: Index of the part that it stands in.
    """

    url: str
    text: str
    where: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Mention:
    """A link with what is said around it: its own words, and its line with the one before where it stands alone."""

    url: str
    label: str
    around: str


def document_links(message: Message) -> tuple[Link, ...]:
    """
    Return the links of the mail's own texts under which a document is said to be, in order, each once.

    Source: row A16: mail that only carries a link is flagged. Raises nothing.
    """
    found: dict[str, Link] = {}
    for part in message.parts:
        if part.inside is not None or part.is_attachment:
            continue
        for mention in islice(_mentions(part), _MOST_LOOKED_AT):
            url = _clean(mention.url)
            if url and url not in found and _leads_to_document(url, mention):
                text = _shown(mention.label)
                found[url] = Link(url=url[:LONGEST_URL], text=text, where=part.index)
            if len(found) == MOST_LINKS:
                return tuple(found.values())
    return tuple(found.values())


def _mentions(part: Part) -> Iterator[_Mention]:
    if part.declared_type == "text/html":
        return _in_html(decode_octets(part.content, part.charset))
    return _in_text(decode_octets(part.content, part.charset))


def _in_text(text: str) -> Iterator[_Mention]:
    before = ""
    for line in text.splitlines():
        for found in _URL.finditer(line):
            rest = line[: found.start()] + " " + line[found.end() :]
            is_alone = not re.search(r"\w{2}", rest)
            around = f"{before}\n{line}" if is_alone else line[max(0, found.start() - 300) : found.end() + 100]
            yield _Mention(url=_without_tail(found[0]), label=line[:1000], around=_without_urls(around))
        if line.strip(" >\t"):
            before = "" if _URL.search(line) else line[-300:]


def _without_tail(url: str) -> str:
    url = url.rstrip(_BEHIND_URL)
    for opening, closing in ("()", "[]", "{}"):
        while url.endswith(closing) and url.count(opening) < url.count(closing):
            url = url[:-1].rstrip(_BEHIND_URL)
    return url


def _without_urls(text: str) -> str:
    """Take links out of what is said around them: their own words must not speak for them."""
    return _URL.sub(" ", text)


def _in_html(html: str) -> Iterator[_Mention]:
    line: list[str] = []
    anchors: list[tuple[str, list[str]]] = []
    before = ""
    is_open = False
    for event in visible(html):
        match event:
            case Opened(name="a"):
                anchors.append((event.value("href") or "", []))
                is_open = True
            case Closed(name="a"):
                is_open = False
            case Opened(name=name) | Closed(name=name):
                if name in BLOCKS:
                    said = " ".join("".join(line).split())
                    yield from _anchored(anchors, said, before)
                    if said:
                        before = "" if anchors else said[-300:]
                    line, anchors, is_open = [], [], False
            case words:
                line.append(words)
                if is_open and anchors:
                    anchors[-1][1].append(words)
    yield from _anchored(anchors, " ".join("".join(line).split()), before)


def _anchored(anchors: list[tuple[str, list[str]]], said: str, before: str) -> Iterator[_Mention]:
    for url, words in anchors:
        label = " ".join("".join(words).split())[:1000]
        is_alone = len(said) <= len(label) + 3
        around = f"{before}\n{said}" if is_alone else said[:2000]
        yield _Mention(url=url, label=label, around=_without_urls(around))


def _clean(url: str) -> str:
    """Return a link without what is not shown, out of the wrapping of a mail filter; "" when it leads to no server."""
    shown = "".join(char for char in url.strip() if unicodedata.category(char)[0] not in "CZ")
    address = _split(shown)
    if address is None:
        return ""
    host = (address.hostname or "").lower()
    for wrapper, parameter in _WRAPPERS:
        if host == wrapper or host.endswith(f".{wrapper}"):
            inner = _parameter(address.query, parameter)
            if inner.startswith(("http://", "https://")):
                return _clean_plain(inner)
    return shown


def _clean_plain(url: str) -> str:
    return "".join(char for char in url if unicodedata.category(char)[0] not in "CZ")


def _parameter(query: str, name: str) -> str:
    try:
        return parse_qs(query, max_num_fields=50).get(name, [""])[0]
    except ValueError:
        return ""


def _split(url: str) -> SplitResult | None:
    """Take a link apart; None for what a browser would not fetch from a server."""
    full = url if "://" in url[:10] else f"http://{url}"
    if ":" in url.partition("/")[0] and "://" not in url[:10]:
        return None
    try:
        address = urlsplit(full)
        return address if address.scheme.lower() in ("http", "https", "ftp") and address.hostname else None
    except ValueError:
        return None


def _leads_to_document(url: str, mention: _Mention) -> bool:
    address = _split(url)
    if address is None or (address.path in ("", "/") and not address.query):
        return False
    host = (address.hostname or "").lower()
    behind = f"{address.path}?{address.query}" if address.query else address.path
    if _NO_DOCUMENT.search(nfc(mention.label)) or _NO_DOCUMENT.search(unquote(behind)):
        return False
    if _SUFFIX.search(unquote(behind)):
        return True
    if _ELSEWHERE.match(host + behind):
        return False
    if _STORES.match(host + behind):
        return True
    if _STATE.match(host) and _STATE_FILE.search(behind) and not _CONTACT.match(mention.around):
        return True
    around = mend(nfc(mention.around))
    return _SAYING.search(around) is not None and not _CONTACT.match(around.rpartition("\n")[2])


def _shown(text: str) -> str:
    line = " ".join("".join(char for char in nfc(text) if unicodedata.category(char)[0] != "C" or char == "\t").split())
    return line if len(line) <= _LONGEST_LABEL else f"{line[: _LONGEST_LABEL - 1]}…"
