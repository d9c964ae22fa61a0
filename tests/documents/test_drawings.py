"""A drawn signature is pen strokes: not nothing, not a filled picture, not a dot; both sides of each border."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageDraw

from zhuanmai.core.errors import Refused
from zhuanmai.documents import pictures

SIZE = (200, 100)


def drawn(box: tuple[int, int, int, int] | None, *, ground: str = "white", ink: str = "black") -> bytes:
    """A picture with one filled box: left, top, right, bottom, both ends inside."""
    image = Image.new("RGB", SIZE, ground)
    if box:
        ImageDraw.Draw(image).rectangle(box, fill=ink)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    "picture, code",
    [
        (drawn(None), "drawing_empty"),
        (drawn((0, 0, 199, 99)), "drawing_filled"),
        (drawn((0, 0, 199, 99), ink="gray"), "drawing_filled"),
        (drawn(None, ground="gray"), "drawing_filled"),
        (drawn((0, 0, 99, 99)), None),  # half of the picture
        (drawn((0, 0, 100, 99)), "drawing_filled"),
        (drawn((10, 10, 10, 10)), "drawing_short"),
        (drawn((10, 10, 18, 10)), "drawing_short"),  # nine pixels
        (drawn((10, 10, 19, 10)), None),  # ten
        (drawn((10, 10, 10, 19)), None),
        (drawn((10, 10, 18, 18)), "drawing_short"),
        (drawn((20, 20, 120, 24), ground="#d8dee2"), None),  # photographed: a grey ground is no ink
        (drawn((20, 20, 120, 24), ink="#4466cc"), None),  # a blue pen
    ],
)
def test_a_signature_is_strokes(picture: bytes, code: str | None) -> None:
    if code is None:
        assert pictures.drawing(picture)
        return
    with pytest.raises(Refused) as refused:
        pictures.drawing(picture)
    assert (refused.value.code, refused.value.field) == (code, "drawing")
    assert "重新签名" in refused.value.detail
