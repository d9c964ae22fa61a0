"""What may be wrong with a photograph, said at once while it can be taken again."""

from __future__ import annotations

from PIL import Image, ImageFilter, ImageStat

_SMALL = (480, 480)
_DARK, _BRIGHT, _CLIPPED, _BLURRED = 45, 215, 0.45, 18.0
_FEW_PIXELS = 800 * 600


def quality(picture: Image.Image, pixels: int) -> list[str]:
    """What may be wrong with a decoded picture whose original has so many pixels, in words; hints, never a refusal."""
    small = picture.convert("L")
    found = []
    if pixels < _FEW_PIXELS:
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
