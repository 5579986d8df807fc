"""A whole configuration in a folder, to be spoilt in one place."""

from __future__ import annotations

from pathlib import Path

from mailbridge.settings import sample, write_sample

MAIN = """\
language = "vi"
data = "data"
[database]
url = ""
[[agency]]
id = "sonv"
name = "Sở Nội vụ tỉnh Bắc Kạn"
domains = ["sonv.backan.gov.vn"]
addresses = ["vanthu@sonv.backan.gov.vn"]
clerks = ["lan@sonv.backan.gov.vn"]
[[listener]]
kind = "hop"
listen = "127.0.0.1:2525"
next_hop = "127.0.0.1:25"
[outbound]
next_hop = "127.0.0.1:25"
"""

RULES = """\
[[rule]]
name = "enter"
action = "register"
stop = true
book = "den"
text = "Văn bản rõ nguồn gốc."
[rule.when]
kind = "official-document"
proven = true
[default]
action = "hold"
text = "Văn thư xem."
"""

BOOKS = """\
[[book]]
id = "den"
title = "Sổ đăng ký văn bản đến"
kinds = ["official-document"]
"""


def configuration(folder: Path, **files: str) -> Path:
    """Write a small configuration; a file is named with "__" for "/" and "_" for "-", without its ".toml"."""
    texts = {"mailbridge": MAIN, "books": BOOKS, "rules.d__10_enter": RULES, **files}
    for name, text in texts.items():
        path = folder / (name.replace("__", "/").replace("_", "-") + ".toml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def shipped(folder: Path, **changes: str) -> Path:
    """Write what `mailbridge init` writes."""
    values = {
        "name": "Sở Nội vụ tỉnh Bắc Kạn",
        "domain": "sonv.backan.gov.vn",
        "address": "vanthu@sonv.backan.gov.vn",
        "clerk": "lan@sonv.backan.gov.vn",
        "listen": "127.0.0.1:2525",
        "next_hop": "127.0.0.1:25",
        "database": "sqlite:////var/lib/mailbridge/mailbridge.db",
        "data": "/var/lib/mailbridge",
        **changes,
    }
    write_sample(folder, sample(**values))
    return folder
