"""Vietnamese text from before Unicode."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest
import viparse
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mailbridge.mail.charsets import Charset, letters
from mailbridge.mail.vietnamese import by_font, decode_text, mend
from tests.mail.builders_mail import legacy

DATA = Path(__file__).parents[1] / "classifier" / "data" / "letterheads.json"
HEADS = json.loads(DATA.read_text(encoding="utf-8"))
WORDS = sorted(
    {word for head in HEADS for line in head["lines"] for word in unicodedata.normalize("NFC", line).split()}
)
SENTENCE = "Ủy ban nhân dân tỉnh Lạng Sơn triển khai Quyết định số 12/QĐ-UBND về chuyển đổi số"

vietnamese = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)


@pytest.mark.parametrize(
    ("text", "font", "unicode"),
    [
        ("Céng hoµ x· héi chñ nghÜa viÖt nam", ".VnTimeH", "CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
        ("§éc lËp - Tù do - H¹nh phóc", "ABCDEF+.VnTime-Italic", "Độc lập - Tự do - Hạnh phúc"),
        ("Uû ban", ".VnArialH,Bold", "UỶ BAN"),
        ("ubnd", "VnTimeH", "UBND"),
        ("TØNH L¹NG S¥N", ".VnTime", "TỈNH LẠNG SƠN"),
        ("\uf055\uf0fb", ".VnTime", "Uỷ"),
        ("Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam", "VNI-Times", "Cộng hòa xã hội chủ nghĩa Việt Nam"),
        ("ÑOÄC LAÄP - TÖÏ DO", "VNI-Helve,Bold", "ĐỘC LẬP - TỰ DO"),
        ("C\xb6ng h\xf2a", "VPS Times", "Cộng hòa"),
        ("C\xb5ng h\xf2a", "VISCII Times", "Cộng hòa"),
        ("C\xb5ng h\xf2a", "VI Times", "Cộng hòa"),
        ("Céng hoµ", "Times New Roman", "Céng hoµ"),
        ("Cộng hòa", ".VnTime", "Cộng hòa"),
        ("báo cáo", ".VnTime", "báo cáo"),
        ("", ".VnTime", ""),
    ],
)
def test_a_font_tells_the_charset(text: str, font: str, unicode: str) -> None:
    assert by_font(text, font) == unicode


@pytest.mark.parametrize("charset", [Charset.TCVN3, Charset.VNI, Charset.VISCII, Charset.VPS])
def test_the_tables_agree_with_another_program(charset: Charset) -> None:
    alphabet = "àảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵăâđêôơư"
    capitals = "" if charset is Charset.TCVN3 else alphabet.upper()
    # That program does not know these letters of VNI.
    unknown = "ẳẲỵỴ" if charset is Charset.VNI else ""
    for letter in alphabet + capitals:
        written = legacy(letter, charset.value)
        assert letters(written, charset) == letter
        if letter not in unknown:
            assert viparse.fix(written, encoding=charset.value) == letter


@given(vietnamese)
@example("Công văn của ông Loïc Müller và bà Élise")
@example(" ".join(WORDS))
@example("Chưa có gì thay đổi.")
@example("Không có gì, cái gì, giỗ, gìn giữ, gỉ sét")
def test_good_vietnamese_is_never_changed(text: str) -> None:
    assert mend(text) == unicodedata.normalize("NFC", text)
    assert mend(unicodedata.normalize("NFD", text)) == unicodedata.normalize("NFC", text)
    assert decode_text(text.encode(), "utf-8") == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(
    "text",
    [
        "Loïc Dupont",
        "Le café où l'été « brûle » près du château: déjà vu, naïve façade, cœur",
        "São Paulo, Köln, Ærøskøbing, Łódź, naïve résumé",
        "Gebühr für die Prüfung der Öfen in „Straße“",
        "5 µm, 12 µg, 25°C, m², 1½, ±3, §5, ©2026 ACME®, 100€, №12",
        "x³ + y² × z ÷ 2 ≤ ∞; α, β, γ",
        "JVBERi0xLjcKJeLjz9MKMSAwIG9iago8PC9UeXBl",
        "def naïve(x): return x * 'é'",
        "│ Tên │ Số │\n└─────┴────┘",
        "会议通知 Công văn 12",
        "don’t “quote” me – it’s fine…",
    ],
)
def test_other_languages_signs_and_code_are_never_changed(text: str) -> None:
    assert mend(text) == text


@settings(max_examples=60)
@given(vietnamese, st.sampled_from(["tcvn3", "vni", "viscii", "vps"]))
def test_a_long_enough_legacy_text_is_mended(text: str, charset: str) -> None:
    text = f"{SENTENCE} {text}".translate(str.maketrans("“”‘’–—…", "\"\"''--."))
    read = mend(legacy(text, charset))
    # TCVN3 has no toned capitals but in its fonts.
    assert read.casefold() == text.casefold()


def test_old_and_new_lines_of_one_mail_are_told_apart() -> None:
    old = legacy(SENTENCE, "vni")
    mail = "{new}\r\n> {old}\r\nTrân trọng, Müller\n"
    assert mend(mail.format(new=SENTENCE, old=old)) == mail.format(new=SENTENCE, old=SENTENCE)


@pytest.mark.parametrize("table", ["cp1252", "latin-1"])
@pytest.mark.parametrize("times", [1, 2, 3])
def test_utf_8_that_was_misread_comes_back(table: str, times: int) -> None:
    text = SENTENCE
    for _ in range(times):
        text = "".join(bytes([octet]).decode(table, "ignore") or chr(octet) for octet in text.encode())
    assert mend(text) == SENTENCE


@pytest.mark.parametrize(
    ("octets", "claim", "text"),
    [
        (SENTENCE.encode(), "us-ascii", SENTENCE),
        (SENTENCE.encode("utf-16"), None, SENTENCE),
        (b"\xef\xbb\xbf" + SENTENCE.encode(), None, SENTENCE),
        ("Müller & Söhne".encode("latin-1"), None, "Müller & Söhne"),
        ("Müller & Söhne".encode("latin-1"), "iso-8859-1", "Müller & Söhne"),
        ("中文通知".encode("gb18030"), "gb18030", "中文通知"),
        (SENTENCE.encode()[:-1], "utf-8", SENTENCE[:-1]),
        (b"plain", "utf-8", "plain"),
        (b"", None, ""),
        (b"a" * 10, "rot13", "a" * 10),
    ],
)
def test_octets_are_read_by_what_they_are(octets: bytes, claim: str | None, text: str) -> None:
    assert decode_text(octets, claim) == text


@given(
    st.binary(max_size=200), st.sampled_from([None, "utf-8", "viscii", "windows-1258", "utf-16", "x", "hz", '"tcvn"'])
)
def test_any_octets_are_text(octets: bytes, claim: str | None) -> None:
    text = decode_text(octets, claim)
    assert text == unicodedata.normalize("NFC", text)
    text.encode()


@given(st.text(max_size=200))
def test_mending_ends_and_settles(text: str) -> None:
    read = mend(text)
    assert read == unicodedata.normalize("NFC", read)


@pytest.mark.timeout(60)
def test_a_hostile_text_ends() -> None:
    for unit in ("Ã¡Âº", "á»", "ß╗", "µ", "Coäng ", "é", "\u0301a", "ÃÃ "):
        mend(unit * (400_000 // len(unit)))
        decode_text((unit * (400_000 // len(unit))).encode("latin-1", "replace"), None)
