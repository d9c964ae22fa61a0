"""Pictures and PDFs that people send: known by their bytes, measured before they are decoded, shown as we drew them."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import pikepdf
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from zhuanmai.core import pdfs, pictures
from zhuanmai.core.errors import Refused

SCRIPT = "<script>fetch('/api/accounts/me')</script>"


def drawn(kind: str = "PNG", size: tuple[int, int] = (640, 420), **given: Any) -> bytes:
    """A picture with something beside the picture where its kind holds such."""
    out = io.BytesIO()
    if kind == "PNG":
        given["pnginfo"] = PngInfo()
        given["pnginfo"].add_text("Comment", SCRIPT)
    if kind == "JPEG":
        given["comment"] = SCRIPT.encode()
    Image.new("RGB", size, "#d8dee2").save(out, kind, **given)
    return out.getvalue()


def claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose head claims so many pixels."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind, mime", [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp")])
def test_what_is_shown_is_drawn_anew(kind: str, mime: str) -> None:
    sent = drawn(kind)
    picture = pictures.opened(sent)
    assert (picture.mime, picture.pixels) == (mime, 640 * 420)
    shown = picture.shown(320)
    assert SCRIPT.encode() not in shown
    again = Image.open(io.BytesIO(shown))
    assert (again.format, again.size) == ("JPEG", (320, 210))


def test_a_picture_is_shown_as_it_was_held_and_says_nothing_of_where() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x8825] = {1: "N", 2: (24.0, 28.0, 0.0)}
    again = Image.open(io.BytesIO(pictures.opened(drawn("JPEG", exif=exif)).shown()))
    assert again.size == (420, 640)
    assert not dict(again.getexif())


@pytest.mark.parametrize(
    "content",
    [
        b"", b"<html><script>1</script>", b"GIF89a" + b"\0" * 40, b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0" + b"\0" * 40, b"RIFF\0\0\0\0WEBPVP8 ", b"BM" + b"\0" * 60,
        drawn()[:200], b"II*\0" + b"\xff" * 40,
    ],
)  # fmt: skip
def test_what_is_no_picture_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(Refused, match="not_a_picture"):
        pictures.opened(content)


@pytest.mark.parametrize("width, height, taken", [(8000, 5000, True), (8000, 5001, False), (60000, 60000, False)])
def test_pixels_are_counted_before_they_are_decoded(width: int, height: int, taken: bool) -> None:
    with pytest.raises(Refused) as refused:
        pictures.opened(claiming(width, height))
    assert refused.value.code == ("not_a_picture" if taken else "too_large")  # its few bytes are no such picture


@pytest.mark.parametrize("more, code", [(0, "not_a_picture"), (1, "too_large")])
def test_bytes_are_counted_first(more: int, code: str) -> None:
    with pytest.raises(Refused, match=code):
        pictures.opened(b"\0" * (1024 + more), most=1024)


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "CMYK", "1", "I;16"])
def test_a_picture_of_any_mode_can_be_shown(mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (40, 30)).save(out, "JPEG" if mode == "CMYK" else "PNG")
    assert Image.open(io.BytesIO(pictures.opened(out.getvalue()).shown())).size == (40, 30)


def paper(pages: int = 1, **given: Any) -> bytes:
    """A PDF of so many empty pages."""
    out, made = io.BytesIO(), pikepdf.new()
    for _ in range(pages):
        made.add_blank_page()
    made.save(out, **given)
    return out.getvalue()


def test_a_pdf_is_shown_as_a_picture_of_its_first_page() -> None:
    assert Image.open(io.BytesIO(pdfs.shown(paper()))).format == "JPEG"


@pytest.mark.parametrize(
    "content",
    [b"%PDF-1.7\n", b"%PDF-" + b"<script>" * 100, paper(0), paper(201), paper(encryption=pikepdf.Encryption(user="x"))],
    ids=["empty", "script", "no page", "201 pages", "locked"],
)
def test_what_is_no_pdf_is_refused_in_words(content: bytes) -> None:
    assert pdfs.looks_like(content)
    with pytest.raises(Refused, match="not_a_pdf"):
        pdfs.shown(content)
