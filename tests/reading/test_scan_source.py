"""Pictures are bounded before they are decoded."""

from __future__ import annotations

import io
import struct
import zlib

import pypdfium2 as pdfium
import pytest

from mailbridge.reading.problems import Problem, Unreadable
from mailbridge.reading.scan_source import Picture, frames, pictures

PIL = pytest.importorskip("PIL.Image")


def read(media_type: str, content: bytes, pages: tuple[int, ...] = (1,)) -> list[Picture]:
    return list(pictures(media_type, content, pages))


def problem_of(media_type: str, content: bytes) -> Problem:
    with pytest.raises(Unreadable) as caught:
        read(media_type, content)
    return caught.value.problem


def stored(image: object, kind: str, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)  # type: ignore[attr-defined]
    return stream.getvalue()


def png_of(width: int, height: int) -> bytes:
    """Write the head of a white 1-bit PNG and a little of its content."""

    def chunk(kind: bytes, octets: bytes) -> bytes:
        return struct.pack(">I", len(octets)) + kind + octets + struct.pack(">I", zlib.crc32(kind + octets))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\xff" * ((width + 7) // 8)) * 100)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def tiff_of(width: int, height: int) -> bytes:
    """Write the directory of a 1-bit TIFF whose strip is not there."""
    values = ((256, 4, width), (257, 4, height), (258, 3, 1), (259, 3, 1), (262, 3, 0), (273, 4, 200), (277, 3, 1),
              (278, 4, height), (279, 4, 10))  # fmt: skip
    entries = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in values)
    return b"II*\0" + struct.pack("<IH", 8, len(values)) + entries + struct.pack("<I", 0) + bytes(200)


@pytest.mark.parametrize(("media_type", "content"), [
    ("image/png", png_of(100_000, 100_000)),
    ("image/png", png_of(20_000, 20_000)),
    ("image/tiff", tiff_of(100_000, 100_000)),
])  # fmt: skip
def test_a_bomb_is_too_large(media_type: str, content: bytes) -> None:
    assert problem_of(media_type, content) is Problem.TOO_LARGE


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_picture_is_malformed(content: bytes) -> None:
    assert problem_of("image/png", content) is Problem.MALFORMED


def test_a_pdf_that_does_not_open_is_malformed() -> None:
    assert problem_of("application/pdf", b"%PDF-1.7 nothing") is Problem.MALFORMED


def test_heic_is_unsupported() -> None:
    assert problem_of("image/heic", b"\0\0\0\x18ftypheic") is Problem.UNSUPPORTED


def test_a_jpeg_that_was_cut_off_is_read_as_far_as_it_goes() -> None:
    content = stored(PIL.effect_noise((1654, 2339), 60), "JPEG")
    (picture,) = read("image/jpeg", content[: len(content) // 2])
    assert picture.image.size == (1654, 2339)


def test_a_large_jpeg_is_made_smaller_while_it_is_decoded() -> None:
    (picture,) = read("image/jpeg", stored(PIL.new("L", (7000, 9900), 255), "JPEG"))
    assert max(picture.image.size) == 2339


def test_a_picture_that_does_not_tell_its_resolution_is_taken_for_a4() -> None:
    (picture,) = read("image/png", stored(PIL.new("L", (827, 1170), 255), "PNG"))
    assert round(picture.height) == 842
    assert picture.image.height == 2339


def test_a_stated_resolution_tells_the_size_of_the_sheet() -> None:
    (picture,) = read("image/png", stored(PIL.new("L", (1754, 1240), 255), "PNG", dpi=(150, 150)))
    assert (round(picture.width), round(picture.height)) == (842, 595)


def test_what_is_transparent_is_white() -> None:
    clear = PIL.new("RGBA", (400, 500), (0, 0, 0, 0))
    (picture,) = read("image/png", stored(clear, "PNG"))
    assert picture.image.convert("L").getextrema() == (255, 255)


def test_a_photo_on_its_side_is_turned_as_its_camera_says() -> None:
    photo = PIL.new("L", (1200, 800), 255)
    photo.paste(0, (0, 0, 1200, 100))
    exif = PIL.Exif()
    exif[0x0112] = 6
    (picture,) = read("image/jpeg", stored(photo, "JPEG", exif=exif))
    assert picture.height > picture.width
    right = picture.image.convert("L").crop((picture.image.width - 40, 800, picture.image.width - 20, 900))
    assert right.getextrema()[1] < 60  # type: ignore[operator]  # a picture in grey has one number


def test_of_a_tiff_with_many_pages_the_wanted_ones_are_given() -> None:
    frames = [PIL.new("L", (100, 140), level) for level in (10, 20, 30)]
    content = stored(frames[0], "TIFF", save_all=True, append_images=frames[1:])
    found = read("image/tiff", content, (1, 3, 9, 100_000))
    assert [picture.number for picture in found] == [1, 3]
    assert found[1].image.getpixel((5, 5)) == 30


def test_the_sheets_of_a_tiff_are_counted_and_other_pictures_have_one() -> None:
    sheets = [PIL.new("L", (100, 140), level) for level in (10, 20, 30)]
    content = stored(sheets[0], "TIFF", save_all=True, append_images=sheets[1:])
    assert frames("image/tiff", content) == 3
    assert frames("image/png", stored(sheets[0], "PNG")) == 1
    assert frames("image/tiff", tiff_of(100, 100)) == 1


def test_a_tiff_whose_sheets_go_in_circles_is_counted_to_the_end() -> None:
    content = bytearray(tiff_of(100, 100))
    struct.pack_into("<I", content, 8 + 2 + 12 * 9, 8)  # the directory behind the first is the first again
    assert frames("image/tiff", bytes(content)) <= 5_000


def test_a_pdf_page_of_ten_metres_is_drawn_small() -> None:
    document = pdfium.PdfDocument.new()
    document.new_page(28346, 28346)
    document.new_page(595, 842)
    stream = io.BytesIO()
    document.save(stream)
    document.close()
    huge, usual = read("application/pdf", stream.getvalue(), (1, 2, 7))
    assert max(huge.image.size) <= 2400
    assert usual.image.size == (1653, 2339)
