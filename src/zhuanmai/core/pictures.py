"""Pictures that people send: what they are is told by their decoded bytes, and they are shown as we encode them.

A picture is measured before it is decoded, so that a small file cannot fill the memory; what is shown is drawn anew, so
that nothing else rides along in it. The original is kept as it came and is never shown.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass

from PIL import Image, ImageOps

from zhuanmai.core.errors import Refused

LARGEST = 30 * 1024 * 1024  # bytes
MOST_PIXELS = {"JPEG": 120_000_000, "PNG": 40_000_000, "WEBP": 40_000_000}
SHOWN = 1600  # pixels of the longer side of what is shown and printed
_QUALITY = 82
_BROKEN = (OSError, ValueError, SyntaxError, TypeError, IndexError, EOFError, OverflowError, MemoryError, struct.error)


@dataclass(frozen=True)
class Picture:
    """A picture that was sent: decoded and upright, what it really is, and how many pixels its original has."""

    image: Image.Image
    mime: str
    pixels: int

    def shown(self, longest: int = SHOWN) -> bytes:
        """The copy that is shown and printed: scaled down, a JPEG without anything beside the picture."""
        image = self.image.copy()
        image.thumbnail((longest, longest))
        return as_jpeg(image)


def opened(content: bytes, *, longest: int = 0, field: str = "photo", most: int = LARGEST) -> Picture:
    """The decoded picture. `longest` (pixels): a JPEG is not decoded much larger, which spares time and memory.

    Raises Refused: too_large (of bytes or of pixels), not_a_picture.
    """
    if len(content) > most:
        raise Refused("too_large", f"图片超过 {most >> 20} MB；请降低相机分辨率后重拍。", field, status=413)
    try:
        image = Image.open(io.BytesIO(content), formats=list(MOST_PIXELS))
        kind, pixels = _kind(image), image.width * image.height
        if pixels > MOST_PIXELS[kind]:
            raise Image.DecompressionBombError
        if longest:
            image.draft("RGB", (longest, longest))
        image.load()
        upright = ImageOps.exif_transpose(image) or image
    except Image.DecompressionBombError as error:
        words = (
            f"图片像素过多（JPEG 至多 {_most('JPEG')}、PNG 和 WebP 至多 {_most('PNG')} 百万）；请降低相机分辨率后重拍。"
        )
        raise Refused("too_large", words, field, status=413) from error
    except _BROKEN as error:
        detail = "这个文件不是能识别的图片（支持 JPEG、PNG、WebP）；请重新拍照。"
        raise Refused("not_a_picture", detail, field) from error
    return Picture(upright, Image.MIME[kind], pixels)


def as_jpeg(image: Image.Image) -> bytes:
    """The picture on white paper, as JPEG."""
    if image.mode in ("RGBA", "LA", "PA", "P"):
        paper = Image.new("RGBA", image.size, "white")
        paper.alpha_composite(image.convert("RGBA"))
        image = paper
    bare, out = image.convert("RGB"), io.BytesIO()
    bare.info = {}  # comments and the like would be written again
    bare.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return out.getvalue()


def _kind(image: Image.Image) -> str:
    """What it is; several pictures in one file, as telephones make them (MPO), are a JPEG to everybody else."""
    return "JPEG" if image.format == "MPO" else image.format or ""


def _most(kind: str) -> int:
    """How many million pixels a picture of this kind may have."""
    return MOST_PIXELS[kind] // 1_000_000
