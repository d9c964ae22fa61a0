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

from PIL import Image, ImageOps

from zhuanmai.core import files, pictures
from zhuanmai.core.errors import Refused

_LONGEST = 1400
LARGEST_DRAWING = 2 * 1024 * 1024  # bytes
_INK = 12
_MOST_INK = 0.5  # of the picture
_SHORTEST = 10  # pixels, the longer side of what was drawn


def file(digest: str, kept: Mapping[str, bytes] | None = None) -> str:
    """Where the printable copy of a kept picture lies. Raises NotFound (file_missing), Refused (not_a_picture)."""
    target = _folder() / f"{digest}.img"
    if not target.exists():
        content = (kept or {}).get(digest) or files.load(digest)
        files.put_whole(target, pictures.opened(content, longest=_LONGEST).shown(_LONGEST))
    return str(target)


def drawing(content: bytes) -> str:
    """Where the printable copy of a drawn signature lies: trimmed to what was drawn, on a transparent ground.

    Raises Refused: not_a_picture, too_large, drawing_empty, drawing_filled, drawing_short.
    """
    target = _folder() / f"{hashlib.sha256(content).hexdigest()}.drawn.png"
    if not target.exists():
        picture = pictures.opened(content, field="drawing", most=LARGEST_DRAWING).image.convert("RGBA")
        flat = Image.new("RGBA", picture.size, "white")
        flat.alpha_composite(picture)
        ink = ImageOps.invert(flat.convert("L"))
        box = ink.point([0 if level < _INK else 255 for level in range(256)]).getbbox()
        if box is None:
            raise Refused("drawing_empty", "签名是空白的，请重新签名。", "drawing")
        _check_strokes(ink)
        signed = Image.new("RGBA", picture.size, "black")
        signed.putalpha(ink)
        out = io.BytesIO()
        signed.crop(box).save(out, "PNG")
        files.put_whole(target, out.getvalue())
    return str(target)


def _check_strokes(ink: Image.Image) -> None:
    """Pen strokes leave most of the picture free, and go some way; `ink`: how dark each pixel is, 0 to 255."""
    half = int(ink.getextrema()[1]) / 2  # type: ignore[arg-type]
    strokes = ink.point([255 if level >= half else 0 for level in range(256)])
    dark, box = strokes.histogram()[255], strokes.getbbox() or (0, 0, 0, 0)
    if dark > _MOST_INK * ink.width * ink.height:
        raise Refused("drawing_filled", "这不是手写笔迹（画面几乎全被涂满）；请本人重新签名。", "drawing")
    if max(box[2] - box[0], box[3] - box[1]) < _SHORTEST:
        raise Refused("drawing_short", "笔迹太短，不像签名；请本人重新签名。", "drawing")


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="zhuanmai-pictures-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
