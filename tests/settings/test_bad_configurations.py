"""Each slip gives exactly one finding: file, line, what is wrong, what to do (M2)."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailbridge.errors import Misconfigured
from mailbridge.settings import check_files, load
from tests.settings.builders_settings import BOOKS, MAIN, RULES, configuration

Slip = tuple[str, str, str]
"""The file, a text in it, and what stands there instead."""

M, R, B, K, E = "mailbridge", "rules.d__10_enter", "books", "kinds", "rules.d__tests__10_a"

KINDS = """\
[[kind]]
name = "invitation"
title = "Giấy mời"
types = ["Giấy mời"]
internal = true
treatment = "announced"
"""

EXAMPLES = """\
[[example]]
name = "proven"
expect = { rule = "enter", action = "register", book = "den" }
[example.findings]
proven = true
"""

WHOLE = {M: MAIN, R: RULES, B: BOOKS, K: KINDS, E: EXAMPLES}

ROUTE = '[[listener.route]]\nnext_hop = "127.0.0.1:26"\n'


def beside(kind: str, keys: str = "", *, listens: tuple[str, ...] = ("127.0.0.1:2727",)) -> str:
    """Put further doors of a kind, and the role they need, before `[outbound]`; `keys` belong to the last door."""
    doors = "".join(f'[[listener]]\nkind = "{kind}"\nlisten = "{listen}"\n' for listen in listens)
    return f'{doors}{keys}[roles]\nrun = ["hop", "{kind}"]\n[outbound]'


CASES: list[tuple[Slip, int | None, str, str]] = [
    # mailbridge.toml: keys and their kinds
    ((M, 'language = "vi"', 'langauge = "vi"'), 1, 'unknown key "langauge"', 'did you mean "language"?'),
    ((M, 'language = "vi"', 'language = "fr"'), 1, '"language" cannot be "fr"', 'write "vi" or "en"'),
    ((M, 'data = "data"\n', ""), None, 'the key "data" is missing', "add data = …"),
    ((M, 'data = "data"', "data = 5"), 2, '"data" must be a text', "quotation marks"),
    ((M, 'data = "data"', 'data = " "'), 2, '"data" is empty', "write the folder"),
    ((M, 'data = "data"', 'data = "books.toml"'), 2, '"data" is a file', "write a folder"),
    ((M, '[database]\nurl = ""', "database = 1"), 3, '"database" must be a table', "[name]"),
    ((M, "[database]", "[databse]"), 3, 'unknown key "databse"', 'did you mean "database"?'),
    ((M, 'url = ""', 'url = "mysql://x/y"'), 4, "not a URL of SQLite or PostgreSQL", "sqlite:////var"),
    ((M, 'url = ""', 'url = "sqlite://"'), 4, "in memory", "name a file"),
    ((M, 'url = ""', 'url = "sqlite:///:memory:"'), 4, "in memory", "name a file"),
    ((M, 'url = ""', 'url = "sqlite:///book.db"'), 4, "relative path", "four"),
    ((M, 'url = ""', 'url = "sqlite:////nowhere/at/all/book.db"'), 4, "not there: /nowhere/at/all", "make the folder"),
    ((M, 'url = ""', 'url = "sqlite:////tmp"'), 4, "is a folder", "name a file"),
    ((M, 'id = "sonv"\n', ""), 5, 'the key "agency.id" is missing', "add id = …"),
    ((M, 'id = "sonv"', 'id = "Sở NV"'), 6, 'is not a name: "Sở NV"', "small letters"),
    ((M, "Sở Nội vụ tỉnh Bắc Kạn", ""), 7, '"agency.name" is empty', "letterheads"),
    ((M, '["sonv.backan.gov.vn"]', '"sonv.backan.gov.vn"'), 8, '"agency.domains" must be a list', "brackets"),
    ((M, '["sonv.backan.gov.vn"]', '["sở.vn"]'), 8, 'is not a domain: "sở.vn"', "xn--"),
    ((M, '["sonv.backan.gov.vn"]', '["sonv"]'), 8, 'is not a domain: "sonv"', "sonv.backan.gov.vn"),
    ((M, '["sonv.backan.gov.vn"]', '[\n"a.vn",\n"A.vn"]'), 10, 'stands twice: "a.vn"', "one place"),
    ((M, '["sonv.backan.gov.vn"]', "[]"), 8, '"agency.domains" is empty', "domains = "),
    ((M, '["vanthu@sonv.backan.gov.vn"]', '["vanthu"]'), 9, 'is not a mail address: "vanthu"', "vanthu@"),
    ((M, '["vanthu@sonv.backan.gov.vn"]', "[]"), 9, '"agency.addresses" is empty', "addresses = "),
    ((M, '["lan@sonv.backan.gov.vn"]', "[5]"), 10, '"agency.clerks (number 1)" must be a text', "quotation"),
    ((M, '["lan@sonv.backan.gov.vn"]', "[]"), 10, '"agency.clerks" is empty', "clerks = "),
    ((M, "clerks =", 'void = "heads"\nclerks ='), 10, "nobody could void an entry", "heads = "),
    ((M, "clerks =", 'security_contact = "nobody"\nclerks ='), 10, 'is not a mail address: "nobody"', "vanthu@"),
    ((M, "[[agency]]", "[agency]"), 5, '"agency" must be a list', "[[name]]"),
    ((M, 'kind = "hop"', 'kind = "hob"'), 12, '"listener.kind" cannot be "hob"', '"hop", "milter" or "journal"'),
    ((M, '"127.0.0.1:2525"', '"127.0.0.1"'), 13, 'is not "host:port": "127.0.0.1"', "127.0.0.1:25"),
    ((M, '"127.0.0.1:2525"', '"127.0.0.256:2525"'), 13, 'is not "host:port"', "[::1]:25"),
    ((M, '"127.0.0.1:2525"', '"127.0.0.1:70000"'), 13, 'is not "host:port"', "127.0.0.1:25"),
    ((M, '"127.0.0.1:2525"', '"::1:2525"'), 13, 'is not "host:port"', "[::1]:25"),
    ((M, 'next_hop = "127.0.0.1:25"\n[out', "[out"), 11, '"listener.next_hop" is missing', "a hop needs"),
    ((M, 'next_hop = "127.0.0.1:25"\n[out', 'next_hop = "localhost:2525"\n[out'), 14, "in a loop", "mail server"),
    ((M, 'kind = "hop"', 'kind = "hop"\nmax_size = "50 MB"'), 13, '"listener.max_size" must be a whole number', ""),
    ((M, 'kind = "hop"', 'kind = "hop"\nmax_size = 5'), 13, '"listener.max_size" does not fit', "greater than"),
    ((M, 'kind = "hop"', 'kind = "hop"\ninternal = "yes"'), 13, '"listener.internal" must be true or false', "true"),
    ((M, 'kind = "hop"', 'kind = "hop"\nhostname = "a b"'), 13, "is not the name of a host", "mail.backan"),
    ((M, 'kind = "hop"', 'kind = "hop"\nnext_hop_tls = "yes"'), 13, 'cannot be "yes"', '"off", "may" or "require"'),
    ((M, 'kind = "hop"', 'kind = "hop"\ntls_key = "books.toml"'), 11, "only one of tls_certificate", "both files"),
    (
        (M, 'kind = "hop"', 'kind = "hop"\ntls_key = "books.toml"\ntls_certificate = "cert.pem"'),
        14,
        "names a file that is not there",
        "put the file there",
    ),
    (
        (M, "[outbound]", '[[listener]]\nkind = "hop"\nlisten = "0.0.0.0:2525"\nnext_hop = "127.0.0.1:26"\n[outbound]'),
        17,
        "is taken by another listener",
        "another port",
    ),
    # doors: servers, routes, hosts that are believed
    ((M, "[outbound]", 'fall_back = ["mail"]\n[outbound]'), 15, '"listener.fall_back (number 1)" is not "host', ":25"),
    ((M, "[outbound]", 'fall_back = ["[::1]:2525"]\n[outbound]'), 15, "in a loop: [::1]:2525", "mail server"),
    ((M, "[outbound]", 'fall_back = ["127.0.0.1:25"]\n[outbound]'), 15, "stands twice: 127.0.0.1:25", "tried once"),
    ((M, "[outbound]", 'fall_back = ["a:1",\n"a:1"]\n[outbound]'), 16, "stands twice: a:1", "tried once"),
    ((M, "[outbound]", ROUTE + 'domains = ["sở.vn"]\n[outbound]'), 17, 'is not a domain: "sở.vn"', "xn--"),
    ((M, "[outbound]", ROUTE + "domains = []\n[outbound]"), 17, '"listener.route.domains" is empty', "domains ="),
    ((M, "[outbound]", ROUTE + 'domain = ["a.vn"]\n[outbound]'), 17, 'unknown key "listener.route.domain"', "domains"),
    (
        (M, "[outbound]", f'{ROUTE}domains = ["a.vn"]\n{ROUTE}domains = ["b.vn", "A.vn."]\n[outbound]'),
        20,
        'stands twice: "a.vn"',
        "one route",
    ),
    (
        (M, "[outbound]", '[[listener.route]]\nnext_hop = "127.0.0.1:2525"\ndomains = ["a.vn"]\n[outbound]'),
        16,
        '"listener.route.next_hop" is a listener of ours',
        "mail server",
    ),
    (
        (M, "[outbound]", f'{ROUTE}domains = ["a.vn"]\nfall_back = ["localhost:2525"]\n[outbound]'),
        18,
        '"listener.route.fall_back (number 1)" is a listener of ours',
        "mail server",
    ),
    ((M, "[outbound]", 'xclient_from = ["10.0.0.1/8"]\n[outbound]'), 15, 'is not a network: "10.0.0.1/8"', "192.0.2"),
    ((M, "[outbound]", 'proxy_from = ["lb.vn"]\n[outbound]'), 15, 'is not a network: "lb.vn"', "192.0.2.7"),
    ((M, "[outbound]", 'xclient_from = ["::/0"]\n[outbound]'), 15, "lets anybody say who", "name the hosts"),
    ((M, "[outbound]", 'auth = "relay"\n[outbound]'), 15, '"listener.auth" cannot be "relay"', '"refuse" or "pass"'),
    ((M, "[outbound]", "forward_client = true\n[outbound]"), 15, "cannot be true", '"xforward" or "xclient"'),
    ((M, "[outbound]", 'on_bad_line_end = "repair"\n[outbound]'), 15, 'cannot be "repair"', '"refuse"'),
    ((M, "[outbound]", "max_sessions = 0\n[outbound]"), 15, '"listener.max_sessions" does not fit', "greater than"),
    ((M, "[outbound]", "max_hops = 0\n[outbound]"), 15, '"listener.max_hops" does not fit', "greater than"),
    ((M, "[outbound]", "max_line = -1\n[outbound]"), 15, '"listener.max_line" does not fit', "greater than"),
    ((M, "[outbound]", "max_header_size = 99999999\n[outbound]"), 15, "is more than max_size", "part of its mail"),
    ((M, "[outbound]", "client_timeout = 0\n[outbound]"), 15, '"listener.client_timeout" does not fit', "greater"),
    ((M, "[outbound]", 'next_hop_ca = "ca.pem"\n[outbound]'), 15, "names a file that is not there", "correct the"),
    ((M, "[outbound]", 'next_hop_name = "a b"\n[outbound]'), 15, "is not the name of a host", "certificate has"),
    ((M, "[outbound]", "unwrap = true\n[outbound]"), 15, '"listener.unwrap" has no meaning for a hop', "take the line"),
    ((M, "[outbound]", 'protocol = "lmtp"\n[outbound]'), 15, '"listener.protocol" has no meaning for a hop', "take"),
    ((M, '"127.0.0.1:2525"', '"unix:/run/x"'), 13, "is a path, which a hop cannot have", "host:port"),
    ((M, "[outbound]", beside("milter", 'next_hop = "a:25"\n')), 18, "has no meaning for a milter", "take"),
    ((M, "[outbound]", beside("milter", 'auth = "pass"\n')), 18, "has no meaning for a milter", "take"),
    ((M, "[outbound]", beside("journal", 'next_hop = "a:25"\n')), 18, "has no meaning for a journal", "take"),
    ((M, "[outbound]", beside("journal", 'protocol = "esmtp"\n')), 18, 'cannot be "esmtp"', '"smtp" or "lmtp"'),
    ((M, "[outbound]", beside("journal", listens=("127.0.0.1:25",))), 14, "is a listener of ours", "mail server"),
    ((M, "[outbound]", beside("milter", listens=("unix:",))), 17, "names no path", "unix:/run"),
    ((M, "[outbound]", beside("milter", listens=(f"unix:/{'x' * 107}",))), 17, "is too long for a socket", "107"),
    (
        (M, "[outbound]", beside("milter", listens=("unix:/run/m", "unix:/run/m"))),
        20,
        "is taken by another listener",
        "another path",
    ),
    ((M, "[outbound]", "quarantine = true\n[outbound]"), 15, '"listener.quarantine" has no meaning for a hop', "take"),
    ((M, "[outbound]", beside("journal", 'copies_from = ["::/0"]\n')), 18, "lets anybody hand in copies", "hosts"),
    ((M, "[outbound]", beside("journal", "max_line = 9\n")), 18, "has no meaning for a journal", "take"),
    # failure, control, metrics, shadow
    ((M, "[outbound]", '[failure]\npass = ["lan"]\n[outbound]'), 16, '"failure.pass (number 1)" is neither', '"*"'),
    ((M, "[outbound]", '[failure]\npass = ["@a.vn"]\n[outbound]'), 16, "neither an address nor", "a domain"),
    ((M, "[outbound]", '[failure]\npas = ["*"]\n[outbound]'), 16, 'unknown key "failure.pas"', 'did you mean "pass"?'),
    ((M, "[outbound]", '[metrics]\nlisten = "9108"\n[outbound]'), 16, '"metrics.listen" is not "host:port"', ":25"),
    ((M, "[outbound]", '[metrics]\nlisten = "[::1]:2525"\n[outbound]'), 16, "is taken by a listener", "another port"),
    ((M, "[outbound]", '[control]\nfolder = "books.toml"\n[outbound]'), 16, '"control.folder" is a file', "a folder"),
    ((M, 'language = "vi"', 'language = "vi"\nshadow = "yes"'), 2, '"shadow" must be true or false', "true"),
    ((M, '[outbound]\nnext_hop = "127.0.0.1:25"\n', ""), None, 'the key "outbound" is missing', "add outbound"),
    (
        (M, '[outbound]\nnext_hop = "127.0.0.1:25"', '[outbound]\nnext_hop = ":25"'),
        16,
        '"outbound.next_hop"',
        "host:port",
    ),
    ((M, "[outbound]", '[dns]\nservers = ["ns1.vn"]\n[outbound]'), 16, 'is not an IP address: "ns1.vn"', "192.0.2"),
    (
        (M, "[outbound]", '[dns]\nzone = "zone.txt"\n[outbound]'),
        16,
        "names a file that is not there",
        "correct the path",
    ),
    ((M, "[outbound]", "[dns]\ntimeout = nan\n[outbound]"), 16, '"dns.timeout" must be a finite number', "5.0"),
    ((M, "[outbound]", "[dns]\ntimeout = -1.0\n[outbound]"), 16, '"dns.timeout" does not fit', "greater than 0"),
    ((M, "[outbound]", '[web]\nlisten = "8080"\n[outbound]'), 16, '"web.listen" is not "host:port"', "host:port"),
    ((M, "[outbound]", "[decision]\nleast_confidence = 0.2\n[outbound]"), 16, "does not fit", "greater than or equal"),
    ((M, "[outbound]", '[roles]\nrun = ["hopp"]\n[outbound]'), 16, 'cannot be "hopp"', '"hop"'),
    ((M, "[outbound]", '[roles]\nrun = ["hop", "web"]\n[outbound]'), 16, "[web] has no listen", "127.0.0.1:8080"),
    ((M, "[outbound]", '[roles]\nrun = ["hop", "milter"]\n[outbound]'), 16, "no listener is of this kind", "milter"),
    ((M, "[outbound]", '[roles]\nrun = ["work"]\n[outbound]'), 12, 'is "hop", a role that is not run', "roles.run"),
    ((M, "[outbound]", '[[agency]]\nid = "sonv"\n[outbound]'), 15, 'the key "agency.name" is missing', "add name"),
    ((M, "[outbound]", "[outbound"), 15, "not TOML", "correct this line"),
    ((M, 'language = "vi"', "x"), 1, "not TOML", "correct this line"),
    # conf.d
    (("conf.d__90_local", "", "[dns]\nserver = []\n"), 2, 'unknown key "dns.server"', 'did you mean "servers"?'),
    (("conf.d__90_local", "", 'data = ""\n'), 1, '"data" is empty', "write the folder"),
    # files
    (("book", "", "x = 1\n"), None, "nobody reads this file", 'did you mean "books.toml"?'),
    # the keys of a rule
    ((R, 'name = "enter"\n', ""), 1, 'the key "rule.name" is missing', "add name"),
    ((R, "stop = true\n", ""), 1, 'the key "rule.stop" is missing', "add stop"),
    ((R, "text = ", "txet = "), 6, 'unknown key "rule.txet"', 'did you mean "text"?'),
    ((R, 'action = "register"', 'action = "registre"'), 3, 'cannot be "registre"', '"register"'),
    ((R, "stop = true", 'stop = "true"'), 4, '"rule.stop" must be true or false', "without quotation marks"),
    ((R, 'name = "enter"', 'name = "Enter it"'), 2, '"Enter it" is not a name for a rule', "small letters"),
    ((R, 'name = "enter"', 'name = "default"'), 2, '"default" is the name of the default', "another name"),
    ((R, '"Văn bản rõ nguồn gốc."', '""'), 6, "the text of a rule is empty", "one sentence"),
    ((R, '"Văn bản rõ nguồn gốc."', f'"{"dài " * 90}"'), 6, "the text of a rule is too long", "at most"),
    ((R, 'book = "den"', 'book = "dem"'), 5, 'there is no book "dem"', 'did you mean "den"?'),
    ((R, 'action = "register"', 'action = "hold"'), 5, "names a book but does not register", "take the book out"),
    ((R, 'book = "den"', 'notify = ["lan"]'), 5, 'notify has no mail address: "lan"', "vanthu@"),
    (
        (R, 'action = "register"\nstop = true\nbook = "den"', 'action = "notify"\nstop = false'),
        1,
        "notifies nobody",
        "add",
    ),
    (
        (R, 'action = "register"\nstop = true\nbook = "den"', 'action = "notify"\nstop = true\nnotify = ["a@b.vn"]'),
        4,
        "cannot be the last one asked",
        "stop = false",
    ),
    (
        (R, 'action = "register"\nstop = true\nbook = "den"', 'action = "stop"\nstop = false'),
        4,
        "no later rule",
        "true",
    ),
    # what a rule asks
    ((R, "proven = true", "proved = true"), 9, 'unknown condition "proved"', 'did you mean "proven"?'),
    ((R, "proven = true", 'proven = "yes"'), 9, 'condition "proven" must be true or false', "true or false"),
    ((R, '"official-document"', '"official"'), 8, '"official" is no word of condition "kind"', "official-document"),
    (
        (R, '"official-document"', '["petition",\n"offical-document"]'),
        9,
        "is no word",
        'did you mean "official-document"?',
    ),
    ((R, "proven = true", "sender = []"), 9, "empty list", "at least one"),
    ((R, "proven = true", 'sender = ["a", 5]'), 9, 'condition "sender" must be a text', "sender ="),
    ((R, "proven = true", 'author = "@gov.vn"'), 9, 'pattern "@gov.vn" fits no address', '"*@gov.vn"'),
    ((R, "proven = true", 'author = "a@b@c"'), 9, "two @", "one address"),
    ((R, "proven = true", 'document.symbol = "[0-9/QĐ"'), 9, "bracket without its partner", "close it"),
    ((R, "proven = true", 'client = "10.1.0.0/33"'), 9, '"10.1.0.0/33" is not a network', "10.1.0.0/16"),
    ((R, "proven = true", 'client = "10.1.0.1/16"'), 9, "is not a network", "10.1.0.0/16"),
    ((R, "proven = true", 'fields.symbols = "present"'), 9, 'unknown condition "fields.symbols"', '"fields.symbol"'),
    ((R, "proven = true", 'fields.symbol = "there"'), 9, "is no word of condition", "present, absent"),
    ((R, "proven = true", 'documents = "2"'), 9, 'condition "documents" must be a number', "at_least"),
    ((R, "proven = true", "documents = { atleast = 2 }"), 9, 'unknown bound "atleast"', 'did you mean "at_least"?'),
    ((R, "proven = true", "documents = { at_least = true }"), 9, 'bound "at_least" of "documents" must be', "number"),
    ((R, "proven = true", "documents = { at_least = 3, at_most = 2 }"), 9, "can never hold", "above"),
    ((R, "proven = true", "confidence.required = { below = 90 }"), 9, "between 0 and 1", "0.9"),
    ((R, "proven = true", 'agency = "sotc"'), 9, 'there is no agency "sotc"', "sonv"),
    ((R, "proven = true", 'document.type = "Công vắn"'), 9, "is no tên loại that is known", "Công văn"),
    ((R, "[rule.when]", "[rule.unless]\nproven = 1\n[rule.when]"), 8, 'condition "proven" must be', "true or false"),
    # all rules together
    ((R, '[default]\naction = "hold"\ntext = "Văn thư xem."\n', ""), None, "have no [default]", "end the last file"),
    ((R, 'action = "hold"', 'action = "register"'), 11, '"default.action" cannot be "register"', '"hold" or "pass"'),
    (
        ("rules.d__20_b", "", '[default]\naction = "pass"\ntext = "x"\n'),
        1,
        "a second [default]; the first is",
        "keep one",
    ),
    (
        ("rules.d__20_b", "", '[[rule]]\nname = "enter"\naction = "hold"\nstop = true\ntext = "x"\n'),
        2,
        'a second rule "enter"',
        "its own name",
    ),
    (
        (
            "rules.d__20_b",
            "",
            '[[rule]]\nname = "dead"\naction = "hold"\nstop = true\ntext = "x"\n'
            '[rule.when]\nproven = true\nkind = "official-document"\ndocument.draft = true\n',
        ),
        1,
        'rule "dead" is never asked: "enter"',
        "put it before",
    ),
    (
        (R, 'kind = "official-document"\n', 'kind = ["secret", "automatic"]\n'),
        1,
        'mail of kind "secret" is always stopped before',
        "take it out",
    ),
    # books and kinds
    ((B, 'id = "den"', 'id = "Đến"'), 2, '"Đến" is not a name', "small letters"),
    ((B, "Sổ đăng ký văn bản đến", " "), 3, "the title of a book is empty", "cover"),
    ((B, '"official-document"]', '"personal"]'), 4, "is never kept", "take it out"),
    ((B, '"official-document"]', '"offical"]'), 4, 'cannot be "offical"', "official-document"),
    ((B, "[[book]]", "[[books]]"), 1, 'unknown key "books"', 'did you mean "book"?'),
    ((K, '["Giấy mời"]', "[]"), 4, "has no types", "Giấy mời"),
    ((K, '["Giấy mời"]', '[]\nworking = ["talk"]'), 5, 'cannot be "talk"', "comments"),
    (
        (K, '["Giấy mời"]', '[]\nworking = ["tables", "tables"]'),
        5,
        '"tables" is never reached',
        "leave it with one kind",
    ),
    ((K, '["Giấy mời"]', '["Giấy mơi"]'), 4, "is no tên loại that is known", "full name"),
    ((K, '"announced"', '"told"'), 6, 'cannot be "told"', '"announced"'),
    (
        (K, 'treatment = "announced"', 'treatment = "announced"\nbook = "den"'),
        7,
        'unknown key "kind.book"',
        "known are",
    ),
    # examples
    ((E, 'rule = "enter"', 'rule = "entre"'), 3, 'there is no rule "entre"', 'did you mean "enter"?'),
    ((E, 'action = "register"', 'action = "hold"'), 1, "ends otherwise: action is register, expected hold", "correct"),
    ((E, "proven = true", "proven = true\nfieldz = 1"), 6, 'unknown key "example.findings.fieldz"', "known are"),
    ((E, "proven = true", 'absent = ["sybmol"]'), 5, 'there is no field "sybmol"', 'did you mean "symbol"?'),
    ((E, "[example.findings]\nproven = true\n", ""), 1, "either findings or a mail", "example.findings"),
    ((E, "[example.findings]\nproven = true\n", 'mail = "a.eml"\n'), 4, "a mail that is not there: a.eml", "beside"),
    ((E, "proven = true", 'proven = true\nkind = "offical"'), 6, 'cannot be "offical"', "official-document"),
]

# These two slips spoil more than one thing for a reader, and are told twice.
_TWICE = {
    'unknown key "listener.route.domain"',
    'unknown key "databse"',
    'unknown key "books"',
    'unknown key "rule.txet"',
    'the key "agency.name" is missing',
}


def spoilt(folder: Path, slip: Slip) -> tuple[Path, str]:
    file, there, instead = slip
    text = WHOLE.get(file, "")
    assert there in text, f"{there!r} does not stand in {file}"
    configuration(folder, **{**WHOLE, file: text.replace(there, instead, 1)})
    return folder, file.replace("__", "/").replace("_", "-") + ".toml"


@pytest.mark.parametrize(("slip", "line", "problem", "remedy"), CASES, ids=[case[2][:50] for case in CASES])
def test_a_slip_is_named_with_its_place_and_a_remedy(
    tmp_path: Path, slip: Slip, line: int | None, problem: str, remedy: str
) -> None:
    folder, file = spoilt(tmp_path, slip)
    found = check_files(folder, {})
    told = [each for each in found if problem in each.problem]
    assert told, f"found only {[str(each) for each in found]}"
    assert remedy in told[0].remedy
    assert told[0].line == line
    if line is not None:
        assert told[0].file == str(folder / file)
    if problem not in _TWICE:
        assert len(found) == 1, [str(each) for each in found]
    with pytest.raises(Misconfigured) as caught:
        load(folder, {})
    assert (caught.value.problem, caught.value.line) == (found[0].problem, found[0].line)


def test_the_table_starts_from_a_configuration_without_findings(tmp_path: Path) -> None:
    assert check_files(configuration(tmp_path, **WHOLE), {}) == ()


def test_there_are_sixty_slips_and_more() -> None:
    assert len(CASES) >= 60


def test_no_configuration_at_all(tmp_path: Path) -> None:
    (problem,) = check_files(tmp_path / "nowhere", {})
    assert "there is no configuration here" in problem.problem
    assert "mailbridge init" in problem.remedy


def test_a_file_that_is_not_utf_8(tmp_path: Path) -> None:
    folder = configuration(tmp_path)
    (folder / "books.toml").write_bytes(b"[[book]]\n# S\xe1\xbb\n")
    (problem,) = [each for each in check_files(folder, {}) if "UTF-8" in each.problem]
    assert problem.line == 2


def test_a_rule_file_without_number(tmp_path: Path) -> None:
    folder = configuration(tmp_path)
    (folder / "rules.d" / "zz.toml").write_text("")
    (problem,) = check_files(folder, {})
    assert "two digits" in problem.problem


def test_the_password_of_the_database_is_not_told(tmp_path: Path) -> None:
    (problem,) = check_files(configuration(tmp_path), {"MAILBRIDGE_DATABASE_URL": "oracle://u:geheim@h/x"})
    assert problem.file == "MAILBRIDGE_DATABASE_URL"
    assert "geheim" not in str(problem)


def test_all_findings_are_told_together(tmp_path: Path) -> None:
    text = MAIN.replace('"vanthu@sonv.backan.gov.vn"', '"x"').replace("127.0.0.1:2525", "nowhere")
    assert len(check_files(configuration(tmp_path, mailbridge=text), {})) == 2
