"""Pictures for documents: photographs made small enough to print, drawn signatures trimmed to their ink."""

from __future__ import annotations

import atexit
import hashlib
import io
import shutil
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from zhuanmai.core import files
from zhuanmai.core.errors import Refused

_LONGEST = 1400
_QUALITY = 82
_INK = 12


def file(digest: str, kept: Mapping[str, bytes] | None = None) -> str:
    """Where the printable copy of a kept picture lies. Raises NotFound (file_missing), Refused (picture_unreadable)."""
    target = _folder() / f"{digest}.img"
    if not target.exists():
        content = (kept or {}).get(digest) or files.load(digest)
        _write(target, _printable(content))
    return str(target)


def drawing(content: bytes) -> str:
    """Where the printable copy of a drawn signature lies: trimmed to what was drawn, on a transparent ground.

    Raises Refused: picture_unreadable, drawing_empty.
    """
    target = _folder() / f"{hashlib.sha256(content).hexdigest()}.drawn.png"
    if not target.exists():
        picture = _open(content).convert("RGBA")
        flat = Image.new("RGBA", picture.size, "white")
        flat.alpha_composite(picture)
        ink = ImageOps.invert(flat.convert("L"))
        box = ink.point([0 if level < _INK else 255 for level in range(256)]).getbbox()
        if box is None:
            raise Refused("drawing_empty", "签名是空白的，请重新签名。", "drawing")
        signed = Image.new("RGBA", picture.size, "black")
        signed.putalpha(ink)
        out = io.BytesIO()
        signed.crop(box).save(out, "PNG")
        _write(target, out.getvalue())
    return str(target)


def _printable(content: bytes) -> bytes:
    picture = ImageOps.exif_transpose(_open(content))
    out = io.BytesIO()
    if picture.mode in ("RGBA", "LA", "P"):
        picture.thumbnail((_LONGEST, _LONGEST))
        picture.convert("RGBA").save(out, "PNG")
    else:
        picture.thumbnail((_LONGEST, _LONGEST))
        picture.convert("RGB").save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()


def _open(content: bytes) -> Image.Image:
    try:
        picture = Image.open(io.BytesIO(content))
        picture.load()
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        raise Refused("picture_unreadable", "图片无法读取，请换一张 JPEG 或 PNG 图片。", "picture") from None
    return picture


def _write(target: Path, content: bytes) -> None:
    part = target.with_suffix(".part")
    part.write_bytes(content)
    part.replace(target)


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="zhuanmai-pictures-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
