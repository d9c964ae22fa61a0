"""Photographs: the untouched original by its digest, quality hints, and the stamped copy that is printed."""

from __future__ import annotations

import io

from PIL import Image, ImageFilter, ImageOps, ImageStat, UnidentifiedImageError

from zhuanmai.core.errors import Refused

LARGEST = 30 * 1024 * 1024
_SMALL = (480, 480)
_DARK, _BRIGHT, _CLIPPED, _BLURRED = 45, 215, 0.45, 18.0
_FEW_PIXELS = 800 * 600


def quality(content: bytes) -> list[str]:
    """What may be wrong with a picture, in words; hints, never a refusal. Raises Refused (not_a_picture)."""
    image = _opened(content)
    small = ImageOps.exif_transpose(image.convert("L"))
    if small is None:
        small = image.convert("L")
    found = []
    if image.width * image.height < _FEW_PIXELS:
        found.append("像素偏少，文字可能看不清")
    small.thumbnail(_SMALL)
    mean = ImageStat.Stat(small).mean[0]
    histogram = small.histogram()
    total = sum(histogram) or 1
    if mean < _DARK:
        found.append("偏暗，请开灯或补光后重拍")
    elif mean > _BRIGHT or sum(histogram[250:]) / total > _CLIPPED:
        found.append("过曝，请避开反光后重拍")
    edges = small.filter(ImageFilter.FIND_EDGES).crop((2, 2, max(3, small.width - 2), max(3, small.height - 2)))
    if ImageStat.Stat(edges).stddev[0] < _BLURRED:
        found.append("可能模糊，请拿稳后重拍")
    return found


def printable(content: bytes, longest: int = 1600) -> bytes:
    """The copy for the photo sheet: turned upright, scaled down, JPEG; the original stays as it is."""
    image = ImageOps.exif_transpose(_opened(content)) or _opened(content)
    image.thumbnail((longest, longest))
    out = io.BytesIO()
    image.convert("RGB").save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue()


def _opened(content: bytes) -> Image.Image:
    if len(content) > LARGEST:
        raise Refused("too_large", f"照片超过 {LARGEST >> 20} MB；请降低相机分辨率后重拍。", "photo", status=413)
    try:
        image = Image.open(io.BytesIO(content))
        image.load()
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        detail = "这个文件不是能识别的图片（支持 JPEG、PNG、WebP）；请重新拍照。"
        raise Refused("not_a_picture", detail, "photo") from error
    return image
